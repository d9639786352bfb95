// Asks each quiz of a page: choose, see why, try again. Without this script a quiz is a list, and a fold that tells.

import { answered, dueToday, forget, here, isDue, itemsOf, read } from "./progress.js";
import { offer, tellNext } from "./recall.js";

const quizzes = [...document.querySelectorAll("article .quiz[id]")];
const headings = [...document.querySelectorAll("article :is(h2, h3)")];
// The question that a quiz belongs to.
const above = (quiz) => headings.filter(
  (heading) => heading.compareDocumentPosition(quiz) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function ask(quiz) {
  const reasons = [...quiz.querySelectorAll(".quiz-why > ol > li")];
  const options = [...quiz.querySelectorAll(".quiz-options > li")];
  const why = quiz.querySelector(".quiz-why");
  const question = quiz.querySelector(".quiz-question").textContent;
  const alike = quizzes.filter((each) => above(each) === above(quiz));
  const other = alike[(alike.indexOf(quiz) + 1) % alike.length];
  const told = element("div", { className: "quiz-told" });
  told.setAttribute("role", "status");
  let tried = false, wasDue = false;

  function choose(at) {
    const right = reasons[at].matches(".quiz-right");
    options[at].classList.add(right ? "chosen-right" : "chosen-wrong");
    const [, ...reason] = reasons[at].cloneNode(true).childNodes;
    if (reason.length) reason[0].textContent = reason[0].textContent.replace(/^:\s*/, "");
    told.replaceChildren(element("strong", {}, right ? "Right: " : "Not so: "), ...reason);
    if (!tried) {
      wasDue = isDue(quiz.id);
      answered(quiz.id, question, right);
    }
    tried = true;
    // Where no answer follows but the evidence itself, there it is.
    if (quiz.nextElementSibling?.matches("details.evidence")) quiz.nextElementSibling.open = true;
    if (right) {
      why.hidden = false;
      const words = other === quiz ? "Ask me again" : "Ask me another";
      told.append(" ", element("button", { type: "button", className: "quiz-again", onclick: () => askAnew(other) }, words));
    }
    if (wasDue) tellNext(told);
    summarise();
  }

  function begin() {
    tried = false;
    why.hidden = true;
    why.open = false;
    told.replaceChildren();
    for (const option of options) option.classList.remove("chosen-right", "chosen-wrong");
  }

  // A link cannot stand in a button.
  for (const link of options.flatMap((option) => [...option.querySelectorAll("a")])) link.replaceWith(...link.childNodes);
  options.forEach((option, at) =>
    option.append(element("button", { type: "button", onclick: () => choose(at) }, ...option.childNodes)));
  why.hidden = true;
  why.before(told);
  quiz.addEventListener("begin", begin);
}

const begin = (quiz) => quiz.dispatchEvent(new Event("begin"));

// Where a question has two, the answer to one that was just seen is known.
function askAnew(quiz) {
  for (const each of quizzes) if (above(each) === above(quiz)) begin(each);
  quiz.scrollIntoView({ block: "nearest" });
  quiz.querySelector(".quiz-options button").focus({ preventScroll: true });
}

// Says again of each answer when it comes again.
let retell = () => {};

// Of what is kept of a page, its quizzes; the rest are answers that the reader knew, or did not.
const isQuiz = ([name]) => name.split("#")[1].startsWith("quiz-");

// Below the page's title: how far the reader is, and what to look at again.
function summarise() {
  const all = itemsOf(here);
  const done = all.filter(isQuiz);
  const recalled = all.filter((item) => !isQuiz(item));
  document.querySelector(".progress")?.remove();
  if (!all.length) return;
  const wrong = done.filter(([, { right }]) => !right).map(([name]) => name.slice(here.length + 1));
  const line = element("p", { className: "progress" }, `${done.length} of ${quizzes.length} questions answered`);
  if (wrong.length) {
    line.append(`; wrong at first: `);
    wrong.forEach((id, at) => line.append(at ? ", " : "", element("a", { href: `#${id}` }, numberOf(id))));
  }
  if (recalled.length) line.append(`; ${recalled.filter(([, { right }]) => right).length} of ${recalled.length} answers known`);
  line.append(". ", element("button", { type: "button", onclick: () => {
    if (!confirm("Forget what you have answered on this page?")) return;
    forget(here);
    quizzes.forEach(begin);
    retell();
    summarise();
  } }, "Forget these"));
  document.querySelector("article h1").after(line);
}

// A quiz is called as the question that it belongs to.
const numberOf = (id) => {
  const quiz = document.getElementById(id);
  return above(quiz)?.textContent.match(/^[\d.]*\d/)?.[0] ?? `question ${quizzes.indexOf(quiz) + 1}`;
};

// On the card of a chapter: how much of it is answered.
function mark(count) {
  const progress = read();
  const total = Number(count.dataset.quizzes);
  const done = count.dataset.pages.split(" ").flatMap((page) => itemsOf(page, progress).filter(isQuiz)).length;
  if (!done || !total) return;
  const bar = element("progress", { max: total, value: Math.min(done, total) });
  bar.setAttribute("aria-hidden", "true");
  count.append(element("strong", {}, `, ${bar.value} answered`), bar);
}

if (quizzes.length) {
  quizzes.forEach(ask);
  retell = offer(summarise);
  summarise();
}
document.querySelectorAll("article .card-count").forEach(mark);
// Who comes back finds on the home page how much is due.
const due = document.querySelector("article .cards") ? dueToday().length : 0;
const practice = document.querySelector("article p > a[href*='practice/']");
if (due && practice) practice.parentElement.append(element("strong", {}, ` ${due} ${due > 1 ? "are" : "is"} due today.`));
if (document.getElementById("practice")) import("./practice.js");
