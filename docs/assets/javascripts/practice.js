// The page that walks a reader through what is due, and hands over or forgets what was kept.

import { addressOf, dueToday, forget, read, today, understood, write } from "./progress.js";

const place = document.getElementById("practice");

function shuffled(list) {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const listed = (entries, pages) => element("ol", {}, ...entries.map(([name, { question }]) => element("li", {},
  element("a", { href: addressOf(name) }, question), ` (${pages[name.split("#")[0]]?.title ?? name})`)));

function show(told = "") {
  const { items, pages } = read();
  const due = dueToday(), many = Object.keys(items).length;
  const missed = Object.entries(items).filter(([, item]) => !item.right && item.due > today());
  const state = many
    ? [`${many} ${many > 1 ? "questions" : "question"} answered so far, ${due.length} due today.`]
    : ["No question answered yet: ", element("a", { href: addressOf("#chapters") }, "each chapter has some"), ", right before its answers."];
  const forgetting = element("button", { type: "button", onclick: () => {
    if (!confirm("Forget all that you have answered?")) return;
    forget();
    show("All is forgotten. ");
  } }, "Forget all");
  place.replaceChildren(
    element("p", { role: "status" }, told, ...state),
    listed(shuffled(due), pages),
    ...(missed.length ? [element("p", {}, "Not known at the last try, and due tomorrow:"), listed(missed, pages)] : []),
    element("button", { type: "button", onclick: take }, "Import"),
    ...(many ? [" ", element("button", { type: "button", onclick: hand }, "Export"), " ", forgetting] : []),
  );
}

function hand() {
  const file = new Blob([JSON.stringify(read(), null, 1)], { type: "application/json" });
  const link = element("a", { href: URL.createObjectURL(file), download: "progress.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

function take() {
  const chooser = Object.assign(document.createElement("input"), { type: "file", accept: "application/json" });
  chooser.addEventListener("change", async () => {
    let progress;
    try {
      progress = JSON.parse(await chooser.files[0].text());
    } catch {
      progress = null;
    }
    if (!understood(progress)) return show("This file holds no progress that this page has exported; nothing was changed. ");
    write(progress);
    show("Taken in. ");
  });
  chooser.click();
}

show();
