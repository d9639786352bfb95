// Gives each block of code, when it is near what is seen, a button that copies what runs alone: the code with that which
// it continues in front.

const told = document.querySelector(".md-dialog");
const python = [...document.querySelectorAll("article .language-python.highlight")];
// In an example, each cell goes on with the one before.
const one = document.querySelector("#taken-away[data-one-session]");
let hide;

function tell(words) {
  told.firstElementChild.textContent = words;
  told.classList.add("md-dialog--active");
  clearTimeout(hide);
  hide = setTimeout(() => told.classList.remove("md-dialog--active"), 2000);
}

const continues = (block) => one ? block !== python[0] : block.previousElementSibling?.querySelector(".check-continues");
const codeOf = (block) => block.querySelector("pre > code").textContent;

// What a block needs to run, and then the block.
export function whole(block) {
  const at = python.indexOf(block);
  let first = at;
  while (first > 0 && continues(python[first])) first -= 1;
  return at < 0 ? codeOf(block) : python.slice(first, at + 1).filter(
    (part) => part === block || !part.previousElementSibling?.querySelector(".check-waived")).map(codeOf).join("\n");
}

function offer(block) {
  const code = block.querySelector("pre > code");
  if (!code) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "md-code__button";
  button.dataset.mdType = "copy";
  const text = whole(block);
  button.title = text === code.textContent ? "Copy to clipboard" : "Copy to clipboard, with the code that it continues";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    tell("Copied to clipboard");
  });
  const place = document.createElement("div");
  place.className = "md-code__nav";
  place.append(button);
  code.before(place);
}

if (navigator.clipboard) {
  told.setAttribute("role", "status");
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      offer(target);
    }
  }, { rootMargin: "200px" });
  for (const block of document.querySelectorAll("article .highlight")) near.observe(block);
}
