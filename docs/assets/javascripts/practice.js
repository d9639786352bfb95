// The page that walks a reader through what is due, and hands over or forgets what was kept.

import { addressOf, dueToday, forget, read, understood, write } from "./progress.js";

const place = document.getElementById("practice");

function button(words, onclick) {
  return Object.assign(document.createElement("button"), { type: "button", textContent: words, onclick });
}

function shuffled(list) {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
}

function show(told = "") {
  const { items, pages } = read();
  const due = shuffled(dueToday());
  const list = document.createElement("ol");
  for (const [name, item] of due) {
    const link = Object.assign(document.createElement("a"), { href: addressOf(name), textContent: item.question });
    const row = document.createElement("li");
    row.append(link, ` (${pages[name.split("#")[0]]?.title ?? name})`);
    list.append(row);
  }
  const many = Object.keys(items).length;
  const state = document.createElement("p");
  state.setAttribute("role", "status");
  state.textContent = told + (many
    ? `${many} ${many > 1 ? "questions" : "question"} answered so far, ${due.length} due today.`
    : "No question answered yet: ");
  if (!many) state.append(Object.assign(document.createElement("a"), { href: addressOf("#chapters"), textContent: "each chapter has some" }), ", right before its answers.");
  const buttons = [button("Import", take)];
  if (many) buttons.push(" ", button("Export", hand), " ", button("Forget all", () => {
    if (!confirm("Forget all that you have answered?")) return;
    forget();
    show("All is forgotten. ");
  }));
  place.replaceChildren(state, list, ...buttons);
}

function hand() {
  const file = new Blob([JSON.stringify(read(), null, 1)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "progress.json" });
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
