// Shows what the theme's search, a worker of its own, finds for the words in the search box. Loaded when the box gets the
// keyboard: the index of the whole site is larger than a page.

// What the worker is told, and what it answers.
const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;
const MOST_PAGES = 20;
// A shorter word is like too many others.
const SHORTEST = 4, LONG = 8;

const { base, search, translations } = JSON.parse(document.getElementById("__config").textContent);
const root = new URL(`${base}/`, location);
const input = document.querySelector(".md-search__input");
const meta = document.querySelector(".md-search-result__meta");
const list = document.querySelector(".md-search-result__list");

const worker = new Worker(new URL(search, location));
let ready = false;
// For each query that is not answered yet, in order, the words of it that stand for those like them.
const asked = [];
worker.addEventListener("message", ({ data: { type, data } }) => {
  if (type === READY) ready = true, ask();
  if (type !== RESULT) return;
  const like = asked.shift();
  // The reader has typed on.
  if (asked.length || !input.value.trim()) return;
  const unknown = like.length ? [] : foundNowhere(data.items);
  if (unknown.length) put(unknown);
  else show(data.items, like);
});
const { config, docs } = await (await fetch(new URL("search/search_index.json", root))).json();
worker.postMessage({ type: SETUP, data: { config, docs, options: { suggest: false } } });

input.addEventListener("input", ask);
input.form.addEventListener("reset", () => setTimeout(ask));
input.form.addEventListener("submit", (event) => event.preventDefault());

function ask() {
  if (!input.value.trim()) return show();
  if (ready) put([]);
  else meta.textContent = "Searching…";
}

// Of the words that are typed, those of `like` may differ from what they find by a letter, and long ones by two.
const slipsOf = (word) => word.length < LONG ? 1 : 2;
const words = () => input.value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
function put(like) {
  asked.push(like);
  const forgiving = words().map((word) => like.includes(word) ? `${word}~${slipsOf(word)}` : word);
  worker.postMessage({ type: QUERY, data: like.length ? forgiving.join(" ") : input.value });
}

// Words that every part of what was found lacks; of a word that is never looked for, like “the”, none says so.
const foundNowhere = (items) => words().filter((word) => word.length >= SHORTEST &&
  items.flat().every(({ score, terms }) => !score || terms[word] === false));

// How many letters part two words.
function apart(one, other) {
  let row = [...Array(other.length + 1).keys()];
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1];
    for (let to = 0; to < other.length; to++)
      next.push(Math.min(next[to] + 1, row[to + 1] + 1, row[to] + (one[at] !== other[to])));
    row = next;
  }
  return row.at(-1);
}

// What is called by the very words of the query, or by words like them where those are found nowhere, comes before what
// only holds them: tags are the terms that a part teaches.
const taught = (slips) => ({ tags = [] }) => tags.some((term) =>
  apart(term.replace(/<[^>]*>/g, "").toLowerCase(), input.value.trim().toLowerCase()) <= slips);
const first = (list, wanted) => [...list.filter(wanted), ...list.filter((each) => !wanted(each))];

// Of each page found, its parts that were found, the best first.
function show(items, like = []) {
  const number = items?.length === 1 ? "one" : "other";
  meta.textContent = !items ? translations["search.result.placeholder"]
    : !items.length ? translations["search.result.none"]
      : translations[`search.result.${number}`].replace("#", items.length) + (like.length ? `, with words like ${like.join(" and ")}` : "");
  if (items?.length) meta.append(" · ", Object.assign(document.createElement("a"),
    { href: `?${new URLSearchParams({ q: input.value.trim() })}`, textContent: "Link to this search" }));
  const wanted = taught(like.length ? slipsOf(input.value.trim()) : 0);
  list.replaceChildren(...first(items ?? [], (parts) => parts.some(wanted)).slice(0, MOST_PAGES).map((parts) => page(parts, wanted)));
}

function page(parts, wanted) {
  const item = document.createElement("li");
  item.className = "md-search-result__item";
  const whole = parts.find(({ location }) => !location.includes("#"));
  const best = first(parts.filter((part) => part !== whole), wanted);
  if (whole) item.append(result(whole, "h1"));
  item.append(...best.slice(0, 3).map((part) => result(part, "h2")));
  if (best.length > 3) {
    const more = document.createElement("details");
    more.className = "md-search-result__more";
    const count = best.length - 3;
    more.innerHTML = "<summary><div></div></summary>";
    more.querySelector("div").textContent = count === 1 ? translations["search.result.more.one"]
      : translations["search.result.more.other"].replace("#", count);
    more.append(...best.slice(3).map((part) => result(part, "h2")));
    item.append(more);
  }
  return item;
}

// Title and text are HTML of our own index, in which the worker has marked the words.
function result({ location, title, text, score }, heading) {
  const link = document.createElement("a");
  link.className = "md-search-result__link";
  link.href = new URL(location, root);
  link.innerHTML = `<article class="md-search-result__article md-typeset"><${heading}>${title}</${heading}></article>`;
  if (text && score > 0) {
    const words = text.replace(/<(?!\/?mark\b)[^>]*>/g, " ");
    link.firstElementChild.insertAdjacentHTML("beforeend", `<p>${words}</p>`);
  }
  link.addEventListener("click", () => {
    const toggle = document.getElementById("__search");
    if (toggle.checked) toggle.click();
  });
  return link;
}

// Up and down walk through what was found, and Enter takes the first.
input.closest(".md-search").addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll(".md-search-result__link")].filter((link) => link.checkVisibility());
  const at = links.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target === input) links[0]?.click();
  if (event.key === "ArrowDown") (links[at + 1] ?? links[at])?.focus();
  else if (event.key === "ArrowUp") (links[at - 1] ?? input).focus();
  else return;
  event.preventDefault();
});
ask();
