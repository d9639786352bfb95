// Shows what a claim rests on, or what a term means, beside the words: for a mouse that rests on them, for the keyboard,
// and for a finger, whose second tap follows the link.

const SPOKEN = "a.check-link, a[href*='glossary/#'], abbr[title], abbr[data-meaning]";
const WAIT = 250;
const MOST_LINES = 8;
const article = document.querySelector("article");
const box = document.createElement("div");
box.id = "preview";
box.className = "preview";
box.setAttribute("role", "tooltip");
box.hidden = true;
const pages = new Map();
let shown, waiting;

const made = (name, className, ...children) => {
  const element = Object.assign(document.createElement(name), { className });
  element.append(...children);
  return element;
};

// The page that holds what a link leads to; nothing, where it cannot be fetched, as from a file.
function pageOf({ pathname }) {
  if (pathname === location.pathname) return document;
  if (!pages.has(pathname)) pages.set(pathname, fetch(pathname).then(async (answer) =>
    new DOMParser().parseFromString(await answer.text(), "text/html"), () => null));
  return pages.get(pathname);
}

// What a check asserts: lines from `assert` to where its brackets are closed.
function asserts(code) {
  const found = [];
  let open = 0;
  for (const line of code.split("\n")) {
    if (!open && !/^\s*assert\b/.test(line)) continue;
    found.push(open ? line : line.trimStart());
    open = Math.max(0, open + (line.match(/[([{]/g) ?? []).length - (line.match(/[)\]}]/g) ?? []).length);
  }
  return found;
}

function ofCheck(check, page) {
  const block = check.nextElementSibling;
  const note = block.nextElementSibling;
  const prints = note?.matches("p.check-note");
  const lines = prints ? note.nextElementSibling.textContent.trimEnd().split("\n") : asserts(block.textContent);
  const grade = made("span", check.querySelector(".check-grade").className, check.querySelector(".check-grade").textContent);
  const verdict = check.querySelector(".check-passed, .check-failed, .check-pending")?.textContent ?? "not run";
  const versions = page.querySelector(".check-summary .versions")?.textContent;
  return [
    made("p", "preview-head", grade, ` · ${verdict}${versions ? ` with ${versions}` : ""}`),
    made("p", "preview-what", prints ? "It printed:" : "It asserted:"),
    made("pre", "", lines.slice(0, MOST_LINES).join("\n") + (lines.length > MOST_LINES ? "\n…" : "")),
  ];
}

async function contentOf(words) {
  if (words.matches("abbr")) return [words.dataset.meaning];
  const page = await pageOf(words);
  const target = page?.getElementById(decodeURIComponent(words.hash.slice(1)));
  if (target?.matches(".check")) return ofCheck(target, page);
  // The definition goes on from the term.
  const term = target?.closest(".term");
  return term ? [made("strong", "", term.querySelector("h3").firstChild.textContent),
    ...term.querySelector("p").cloneNode(true).childNodes] : [];
}

async function show(words) {
  shown = words;
  const content = await contentOf(words);
  if (shown !== words || !content.length) return;
  box.replaceChildren(...content);
  box.hidden = false;
  words.setAttribute("aria-describedby", box.id);
  const at = words.getClientRects()[0], width = box.offsetWidth, height = box.offsetHeight;
  const below = at.bottom + height + 8 < innerHeight || at.top < height + 8;
  const { left, top } = box.offsetParent.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8)) - left}px`;
  box.style.top = `${(below ? words.getBoundingClientRect().bottom + 4 : at.top - height - 4) - top}px`;
}

function hide() {
  clearTimeout(waiting);
  shown?.removeAttribute("aria-describedby");
  shown = undefined;
  box.hidden = true;
}

// What a finger touched before this script was there.
export function tap(words) {
  hide();
  show(words);
}

function later(action) {
  clearTimeout(waiting);
  waiting = setTimeout(action, WAIT);
}

if (article) {
  article.parentElement.append(box);
  // The browser's own bubble would lie over ours.
  for (const abbr of article.querySelectorAll("abbr[title]")) abbr.dataset.meaning = abbr.title;
  article.addEventListener("pointerover", ({ target, pointerType }) => {
    const words = pointerType === "mouse" && target.closest(SPOKEN);
    if (words && words !== shown) later(() => { hide(); show(words); });
  });
  article.addEventListener("pointerout", ({ target, pointerType }) => {
    if (pointerType === "mouse" && target.closest(SPOKEN)) later(hide);
  });
  box.addEventListener("pointerenter", () => clearTimeout(waiting));
  box.addEventListener("pointerleave", () => later(hide));
  article.addEventListener("focusin", ({ target }) => {
    if (target.matches(SPOKEN) && target.matches(":focus-visible")) show(target);
  });
  article.addEventListener("focusout", ({ target }) => { if (target === shown) hide(); });
  let finger = false;
  addEventListener("pointerdown", ({ pointerType, target }) => {
    finger = pointerType === "touch";
    if (finger && shown && !target.closest(".preview") && !shown.contains(target)) hide();
  });
  // Before what follows the link.
  addEventListener("click", (event) => {
    const words = event.target.closest(SPOKEN);
    if (!words || !article.contains(words)) return;
    if (!finger || shown === words) { hide(); return; }
    event.preventDefault();
    event.stopPropagation();
    tap(words);
  }, true);
  addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
  // This script may have been fetched because of that.
  const already = article.querySelector(":focus-visible, :hover:not(:has(:hover))")?.closest(SPOKEN);
  if (already && matchMedia("(hover: hover)").matches) later(() => show(already));
}
