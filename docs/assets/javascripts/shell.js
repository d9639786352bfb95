// Two mends that neither markup nor style sheets can make. The page reads the same without them.

// The theme opens its menu and its search by labels, which a keyboard cannot reach: put a button in the place of each.
for (const [id, name] of [["__drawer", "Menu"], ["__search", "Search"]]) {
  const toggle = document.getElementById(id);
  const label = document.querySelector(`.md-header label[for="${id}"].md-header__button`);
  if (!toggle || !label) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = `${label.className} shell-button${id}`;
  button.setAttribute("aria-label", name);
  button.append(...label.childNodes);
  const tell = () => button.setAttribute("aria-expanded", String(toggle.checked));
  button.addEventListener("click", () => {
    toggle.click();
    if (id === "__search") document.querySelector(".md-search__input")?.focus();
  });
  toggle.addEventListener("change", tell);
  tell();
  label.replaceWith(button);
}

// It makes the buttons of each block of code a landmark, and gives all of them the same name.
function demote() {
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
}
demote();
const article = document.querySelector("article");
if (article) new MutationObserver(demote).observe(article, { childList: true, subtree: true });
