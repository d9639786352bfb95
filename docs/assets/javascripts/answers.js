// From a claim to the code that bears it out, and back. A browser by itself follows the link, opens what hides its target,
// and goes back with its own button.

function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const closed = [];
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details"))
    if (!box.open && !(box === target.parentElement && target.matches("summary"))) closed.push(box);
  if (!closed.length) return;
  for (const box of closed) box.open = true;
  target.scrollIntoView();
}

// A check that was reached from a sentence on this page leads back to that sentence.
function lead(link) {
  const check = document.getElementById(link.hash.slice(1));
  if (!check?.matches(".check")) return;
  link.id ||= `claim-${[...document.querySelectorAll("a.check-link")].indexOf(link) + 1}`;
  check.querySelector(".check-back")?.remove();
  const back = document.createElement("a");
  back.className = "check-back";
  back.href = `#${link.id}`;
  back.textContent = "back to the sentence";
  back.addEventListener("click", () => setTimeout(() => link.focus({ preventScroll: true })));
  check.append(back);
}

addEventListener("hashchange", reveal);
document.querySelector("article")?.addEventListener("click", ({ target }) => {
  const link = target.closest("a.check-link");
  if (link?.pathname !== location.pathname) return;
  lead(link);
  // Following the same link again changes no address.
  setTimeout(reveal);
});
reveal();

// What a claim rests on is shown to who moves; until then it need not be fetched.
const START = ["pointermove", "pointerdown", "focusin", "scroll"];
let preview, finger = false, tapped;
function load() {
  for (const event of START) removeEventListener(event, load);
  return preview ??= import("./preview.js").then((module) => {
    removeEventListener("click", wait, true);
    return module;
  });
}
for (const event of START) addEventListener(event, load, { passive: true });

// A finger may be faster than that. Its first tap waits, and a second one follows the link, as ever.
addEventListener("pointerdown", ({ pointerType }) => { finger = pointerType === "touch"; });
async function wait(event) {
  const link = event.target.closest("article a.check-link, article a[href*='glossary/#']");
  if (!finger || !link || link === tapped) return;
  event.preventDefault();
  event.stopPropagation();
  tapped = link;
  try {
    (await load()).tap(link);
  } catch {
    // Not to be had: the link is followed.
    link.click();
  }
}
addEventListener("click", wait, true);
