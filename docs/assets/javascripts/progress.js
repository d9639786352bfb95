// What a reader has answered, kept in this browser alone, and when each question is due again.

const KEY = "deep-learning-checked";
// Right at the first try, a question comes again after so many days; otherwise on the next day.
export const DAYS = [1, 3, 7, 21, 60];
const BASE = new URL("../../", import.meta.url);

// From a disk, and by some links, a page is called by its file.
export const here = location.pathname.slice(BASE.pathname.length).replace(/index\.html$/, "");
export const addressOf = (page) => new URL(page, BASE).href;
// The reader's day, which begins at their midnight.
export const today = () => Math.floor((Date.now() - new Date().getTimezoneOffset() * 60_000) / 86_400_000);

export function read() {
  try {
    const { items = {}, pages = {} } = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return { items, pages };
  } catch {
    // No storage, or not ours: a reader begins anew.
    return { items: {}, pages: {} };
  }
}

export function write(progress) {
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
  } catch {
    // A browser that keeps nothing still asks.
  }
}

// What a file of progress must look like to be taken in.
export function understood(progress) {
  const sound = ({ question, right, step, due }) =>
    typeof question === "string" && typeof right === "boolean" && DAYS[step] !== undefined && Number.isInteger(due);
  return [progress?.items, progress?.pages].every((part) => part && typeof part === "object") &&
    Object.values(progress.items).every((item) => item && sound(item));
}

// The first try of an asking counts.
export function answered(id, question, right) {
  const progress = read();
  const before = progress.items[here + "#" + id];
  const step = right ? Math.min(before ? before.step + 1 : 0, DAYS.length - 1) : 0;
  progress.pages[here] = { title: document.querySelector("article h1").firstChild.textContent };
  progress.items[here + "#" + id] = { question, right, step, due: today() + DAYS[step] };
  write(progress);
}

export function forget(page = "") {
  const progress = read();
  for (const part of [progress.items, progress.pages])
    for (const name of Object.keys(part)) if (!page || name.split("#")[0] === page) delete part[name];
  write(progress);
}

export const itemsOf = (page, { items } = read()) =>
  Object.entries(items).filter(([name]) => name.split("#")[0] === page);

export const dueToday = ({ items } = read()) => Object.entries(items).filter(([, { due }]) => due <= today());
export const isDue = (id) => dueToday().some(([name]) => name === `${here}#${id}`);
