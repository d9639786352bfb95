// At the end of each answer: whether the reader knew it, its address, and a way to report a mistake in it.

import { addressOf, answered, dueToday, here, isDue, itemsOf, today } from "./progress.js";

const report = document.querySelector("a.report");

function question(answer) {
  const headings = [...document.querySelectorAll("article :is(h2, h3)[id]")];
  return headings.filter((heading) => heading.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
}

function titleOf(heading) {
  const copy = heading.cloneNode(true);
  copy.querySelector(".headerlink")?.remove();
  return copy.textContent.trim();
}

function button(text, onclick) {
  return Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick });
}

function reported(heading, answer) {
  const link = report.cloneNode(true);
  link.textContent = "Report a mistake in this answer";
  link.addEventListener("click", () => {
    const checks = [...answer.querySelectorAll(".check[id]")];
    const target = checks.find((check) => check.matches(":target")) ;
    const which = `Question: ${titleOf(heading)}, ${location.origin}${location.pathname}#${heading.id}\n` +
      `Check: ${target ? target.id.replace("check-", "") : "(which one?)"}\n`;
    const address = new URL(report.href);
    for (const name of ["body", "issue[description]"]) address.searchParams.set(name, which + address.searchParams.get(name));
    link.href = address;
  });
  return link;
}

// Who works through what is due need not go back for each question.
export function tellNext(told) {
  const due = dueToday();
  const line = Object.assign(document.createElement("span"), { className: "due-next" });
  if (due.length) {
    const [name, { question }] = due[Math.floor(Math.random() * due.length)];
    const link = Object.assign(document.createElement("a"), { href: addressOf(name), textContent: question });
    line.append("Due next: ", link, ` (${due.length} left).`);
  } else line.append("Nothing else is due today.");
  told.append(line);
}

function comesAgain({ right, due }) {
  const days = due - today();
  const when = days <= 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`;
  return right ? ` Known; it comes again ${when}.` : ` It comes again ${when}.`;
}

export function offer(changed) {
  const all = [];
  for (const answer of document.querySelectorAll("article details.success")) {
    const heading = question(answer);
    if (!heading) continue;
    const line = Object.assign(document.createElement("p"), { className: "recall" });
    const told = Object.assign(document.createElement("span"), { className: "recall-told" });
    told.setAttribute("role", "status");
    const mark = (known) => () => {
      const wasDue = isDue(heading.id);
      answered(heading.id, titleOf(heading), known);
      tell();
      if (wasDue) tellNext(told);
      changed();
    };
    const tell = () => {
      const [, item] = itemsOf(here).find(([name]) => name === `${here}#${heading.id}`) ?? [];
      told.textContent = item ? comesAgain(item) : "";
    };
    line.append("Did you know it? ", button("Knew it", mark(true)), " ", button("Again", mark(false)), told);
    const short = answer.querySelector(".short-answer[id]");
    if (short) line.append(" ", Object.assign(document.createElement("a"), { href: `#${short.id}`, textContent: "Link to this answer" }));
    if (report) line.append(" ", reported(heading, answer));
    answer.append(line);
    tell();
    all.push(tell);
  }
  return () => all.forEach((tell) => tell());
}
