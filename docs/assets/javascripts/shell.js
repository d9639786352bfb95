// The menu, the search box and the colours, for keyboards too. Without scripts, the menu opens and the colours follow
// the system all the same.

// The theme opens its menu and its search by labels, which a keyboard cannot reach: put a button in the place of each.
for (const [id, name, kind] of [["__drawer", "Menu", "shell-menu"], ["__search", "Search", "shell-search"]]) {
  const toggle = document.getElementById(id);
  const label = document.querySelector(`.md-header label[for="${id}"].md-header__button`);
  if (!toggle || !label) continue;
  // The page that says that there is no network leads nowhere.
  if (id === "__drawer" && !document.querySelector(".md-sidebar--primary")) {
    label.remove();
    continue;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = `${label.className} ${kind}`;
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

// Escape closes what is open, and a link in the menu does when it leads to a place on the same page.
function close(id) {
  const toggle = document.getElementById(id);
  if (toggle?.checked) toggle.click();
}
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  close("__drawer");
  close("__search");
  if (document.activeElement?.matches(".md-search *")) document.activeElement.blur();
});
// So does the keyboard, where it goes on from the search to something else.
document.querySelector(".md-search")?.addEventListener("focusout", ({ currentTarget, relatedTarget }) => {
  if (relatedTarget && !currentTarget.contains(relatedTarget)) close("__search");
});
document.querySelector(".md-sidebar--primary")?.addEventListener("click", ({ target }) => {
  if (target.closest("a")) close("__drawer");
});

// The search itself is fetched when somebody is about to use it.
const box = document.querySelector(".md-search__input");
box?.addEventListener("focus", () => {
  const toggle = document.getElementById("__search");
  if (!toggle.checked) toggle.click();
  import("./search.js");
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.activeElement?.matches("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  box?.focus();
});

// A link to a search opens it.
const query = new URLSearchParams(location.search).get("q");
if (box && query) {
  box.value = query;
  document.querySelector(".shell-search")?.click();
  box.focus();
}

// From question to question, and what the keys are.
addEventListener("keydown", async (event) => {
  if (!["j", "k", "?"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.activeElement?.matches("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  const { press } = await import("./keys.js");
  press(event.key);
});

// Each choice of colours shows the label of the next one. The theme's script in the header puts a choice into effect
// before a page is painted; without `media`, it takes the scheme as it is.
const choices = [...document.querySelectorAll("[data-md-component=palette] > input")];
function show(index) {
  for (const [at, choice] of choices.entries()) choice.nextElementSibling.hidden = at !== index;
}
for (const [index, choice] of choices.entries()) {
  choice.addEventListener("change", () => {
    const color = Object.fromEntries(
      ["scheme", "primary", "accent"].map((name) => [name, choice.getAttribute(`data-md-color-${name}`)]));
    for (const [name, value] of Object.entries(color)) document.body.setAttribute(`data-md-color-${name}`, value);
    show(index);
    __md_set("__palette", { index, color });
  });
}
const chosen = Math.max(0, choices.findIndex(
  (choice) => choice.getAttribute("data-md-color-scheme") === document.body.getAttribute("data-md-color-scheme")));
if (choices.length) {
  choices[chosen].checked = true;
  show(chosen);
}

// What was read stays readable without a network, but for whoever is writing it: `mkdocs serve` shows no old page.
if (navigator.serviceWorker && location.protocol.startsWith("http")) {
  if (document.querySelector("link[rel=manifest]")) addEventListener("load", () => import("./offline.js"));
  else navigator.serviceWorker.getRegistration().then((old) => old?.unregister());
}
