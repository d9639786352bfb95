// Filters the ledger by chapter, grade, verdict and text. Until something is asked it fills one screen: the rest is found by a
// link and by the browser's own search, or shown by a button. Without this script, all of it stands in its folds.

const place = document.getElementById("ledger");
const folds = [...document.querySelectorAll("article details:has(> ul)")];
const chapters = folds.map((fold) => {
  const heading = fold.previousElementSibling, line = fold.querySelector("summary");
  return { fold, heading, line, title: heading.firstChild.textContent, all: line.textContent };
});
// A question stands above its checks.
const questionOf = (list) => list.previousElementSibling.matches("p") ? list.previousElementSibling : null;
const checks = chapters.flatMap((chapter) => [...chapter.fold.querySelectorAll(":scope > ul > li")].map((item) => {
  // After the name: · grade, and the verdict if it is not "passed". Why a changed claim may pass can follow.
  const name = [...item.querySelectorAll(":scope > a:has(> code)")].at(-1);
  const [, grade, verdict = "passed"] = name.nextSibling.textContent.trim().split(/\s*· /);
  return { chapter, item, grade, verdict, text: `${questionOf(item.parentElement)?.textContent ?? ""} ${item.textContent}`.toLowerCase() };
}));

const rest = document.createElement("div");
folds[0].previousElementSibling.before(rest);
rest.append(...chapters.flatMap(({ heading, fold }) => [heading, fold]));
let whole = false;

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function choice(name, values) {
  const options = [...new Set(values)].map((value) => element("option", { textContent: value }));
  const select = element("select", { name, onchange: show }, element("option", { value: "", textContent: `any ${name}` }), ...options);
  select.setAttribute("aria-label", name);
  return select;
}

const text = element("input", { type: "search", name: "text", placeholder: "words of a claim, or a name", oninput: show });
text.setAttribute("aria-label", "Words of a claim, or a name");
const chapter = choice("chapter", chapters.map(({ title }) => title));
const grade = choice("grade", checks.map((check) => check.grade));
const verdict = choice("verdict", checks.map((check) => check.verdict));
const more = element("button", { type: "button", onclick: showAll, textContent: `Show all ${checks.length} checks by chapter` });
const told = element("p", {});
told.setAttribute("role", "status");

// Folds stay as they are: the browser may have opened one.
function showAll() {
  whole = more.hidden = true;
  rest.hidden = false;
}

function show() {
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const asked = words.length || chapter.value || grade.value || verdict.value;
  let count = 0;
  for (const each of chapters) each.found = 0;
  for (const check of checks) {
    const found = (!chapter.value || check.chapter.title === chapter.value) && (!grade.value || check.grade === grade.value) &&
      (!verdict.value || check.verdict === verdict.value) && words.every((word) => check.text.includes(word));
    check.item.hidden = !found;
    count += found;
    check.chapter.found += found;
  }
  for (const list of document.querySelectorAll("article details > ul")) {
    list.hidden = !list.querySelector(":scope > li:not([hidden])");
    const question = questionOf(list);
    if (question) question.hidden = list.hidden;
  }
  for (const { fold, heading, found, line, all } of chapters) {
    fold.hidden = heading.hidden = !found;
    line.textContent = asked ? `${found} of ${all}` : all;
    fold.open = !!asked && !!found;
  }
  more.hidden = !!asked || whole;
  rest.hidden = more.hidden ? false : "until-found";
  // How many there are stands below.
  told.textContent = asked ? `${count} of ${checks.length} checks` : "";
  // A filtered ledger can be linked to.
  const state = new URLSearchParams([text, chapter, grade, verdict].filter(({ value }) => value).map(({ name, value }) => [name, value]));
  history.replaceState(null, "", location.pathname + (asked ? `?${state}` : "") + location.hash);
}

const given = new URLSearchParams(location.search);
for (const field of [text, chapter, grade, verdict]) field.value = given.get(field.name) ?? "";
place.append(element("form", { className: "filter", onsubmit: (event) => event.preventDefault() }, text, " ", chapter, " ", grade, " ", verdict), told, more);
rest.addEventListener("beforematch", showAll);
show();
// From here on, this script hides what the style sheet hid until it was there.
place.classList.add("ready");
if (document.getElementById(location.hash.slice(1))) showAll();
