// Keeps what a reader has visited, and shows it where there is no network. Where there is one, all comes from the network:
// a claim that was corrected is not read in its old form. The builder writes VERSION above, and FIRST,
// what is needed besides.

const SCOPE = new URL(registration.scope);
// Sites below one host share its store: each knows its own by where it is.
const OURS = `kept ${SCOPE.pathname} `;
const NAME = OURS + VERSION;
const OFFLINE = new URL("offline.html", SCOPE);
const GONE = [404, 410];

const isPage = (response) => response.headers.get("Content-Type")?.startsWith("text/html");
const keyOf = (address) => SCOPE.origin + new URL(address).pathname;

// A copy knows when it was made.
async function keep(cache, address, response) {
  if (GONE.includes(response.status)) return cache.delete(keyOf(address));
  if (!response.ok || response.redirected) return;
  const headers = new Headers(response.headers);
  headers.set("Kept", new Date().toISOString());
  await cache.put(keyOf(address), new Response(response.body, { headers }));
}

// What the reader has kept of another build, as it is in this one. Without a network this fails, and is tried again.
async function renew() {
  const cache = await caches.open(NAME);
  const others = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== NAME);
  const kept = await Promise.all(others.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
  const first = FIRST.map((file) => new URL(file, SCOPE).href);
  await Promise.all([...new Set([...first, ...kept.flat()])].map(
    async (address) => keep(cache, address, await fetch(address, { cache: "no-cache" }))));
  await skipWaiting();
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== NAME) await caches.delete(name);
  await clients.claim();
}

// A page from the store says so, and when it was kept.
async function told(copy) {
  const when = new Date(copy.headers.get("Kept")).toLocaleString("en", { dateStyle: "long", timeStyle: "short" });
  const note = `<p class="offline-copy" role="status">You are offline. This is the copy that your browser kept on ${when}; the site may have changed since.</p>`;
  const headers = new Headers(copy.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response((await copy.text()).replace(/<article\b[^>]*>/, (tag) => tag + note), { headers });
}

async function answer(event) {
  const { request } = event;
  const cache = await caches.open(NAME);
  try {
    // A host may have told the browser for how long not to ask; of a page, it is asked all the same.
    const asked = request.mode === "navigate" && request.cache === "default" ? new Request(request, { cache: "no-cache" }) : request;
    const response = await fetch(asked);
    if (request.mode !== "navigate" || isPage(response) || GONE.includes(response.status))
      event.waitUntil(keep(cache, request.url, response.clone()));
    return response;
  } catch (error) {
    const copy = await cache.match(keyOf(request.url));
    if (request.mode !== "navigate") return copy ?? Promise.reject(error);
    if (keyOf(request.url) === OFFLINE.href) return copy;
    return copy ? told(copy) : Response.redirect(`${OFFLINE}?for=${encodeURIComponent(request.url)}`);
  }
}

addEventListener("install", (event) => event.waitUntil(renew()));
addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
addEventListener("fetch", (event) => {
  const { method, url, headers } = event.request;
  if (method === "GET" && url.startsWith(SCOPE.href) && !headers.has("Range")) event.respondWith(answer(event));
});
