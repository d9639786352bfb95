// Has the browser keep what was visited, for when there is no network; sw.js, which the builder writes, does the keeping.

const root = new URL(".", document.querySelector("link[rel=manifest]").href);
const AT_ONCE = 6;

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// The page that was read before there was a keeper is not asked for anew: it comes from where the browser has it.
async function begin() {
  const { serviceWorker } = navigator;
  const controlled = serviceWorker.controller;
  const controls = new Promise((done) => serviceWorker.addEventListener("controllerchange", done, { once: true }));
  await serviceWorker.register(new URL("sw.js", root), { updateViaCache: "none" });
  if (controlled) return;
  await controls;
  const resources = performance.getEntriesByType("resource").map(({ name }) => name);
  for (const address of [location.href, ...resources]) if (address.startsWith(root.href)) fetch(address, { cache: "force-cache" });
}

async function keepAll(files, told, button) {
  button.disabled = true;
  let done = 0;
  const left = [...files];
  async function some() {
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      await fetch(new URL(file, root));
      done += 1;
      told.textContent = ` ${done} of ${files.length} files are kept.`;
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    told.textContent = " All pages are kept.";
  } catch {
    told.textContent = ` The network broke off: ${done} of ${files.length} files are kept.`;
    button.disabled = false;
  }
}

async function offer(place) {
  const { files, bytes } = await (await fetch(new URL("offline.json", root))).json();
  const told = element("span", {});
  told.setAttribute("role", "status");
  const button = element("button", { type: "button" }, `Keep all pages (${(bytes / 1e6).toFixed(1)} MB)`);
  button.addEventListener("click", () => keepAll(files, told, button));
  place.replaceChildren(button, told);
}

// On the page that is shown in the place of one that was not kept: those that were.
async function list(place) {
  const rows = new Map();
  for (const name of (await caches.keys()).filter((each) => each.startsWith(`kept ${root.pathname} `))) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) {
      if (!url.endsWith("/")) continue;
      const page = new DOMParser().parseFromString(await (await cache.match(url)).text(), "text/html");
      rows.set(url, element("li", {}, element("a", { href: url }, page.querySelector("h1")?.firstChild.textContent ?? url)));
    }
  }
  place.replaceChildren(rows.size ? element("ul", {}, ...rows.values()) : "no page");
  const asked = new URLSearchParams(location.search).get("for");
  if (asked?.startsWith(root.href)) document.getElementById("asked-for").href = asked;
}

const keptPages = document.getElementById("kept-pages");
if (keptPages) list(keptPages);
await begin();
const all = document.getElementById("keep-all");
if (all) offer(all);
