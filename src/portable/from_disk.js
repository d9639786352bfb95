// Makes the site work when its files are opened from a disk. There a browser loads no module, fetches nothing, starts no
// worker, and shows a folder as a list. The builder writes TEXTS above: the files that scripts ask for, by their addresses.

{
  const root = new URL("../../", document.currentScript.src);
  const pathOf = (address) => new URL(address, location).href.split(/[?#]/)[0].slice(root.href.length);
  const madeOf = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

  // A module becomes an address of its own, which the others are told to find in its place.
  const imports = {};
  for (const [path, text] of Object.entries(TEXTS)) {
    const url = new URL(path, root).href;
    if (/\.js$/.test(path)) imports[url] = madeOf(text.replaceAll("import.meta.url", JSON.stringify(url)).replace(
      /(["'])(\.\.?\/[^"'\n]+\.js)\1/g, (_, quote, to) => quote + new URL(to, url) + quote));
  }
  const map = document.createElement("script");
  map.type = "importmap";
  map.textContent = JSON.stringify({ imports });
  document.head.append(map);

  const fetched = fetch;
  self.fetch = async (address, ...more) => pathOf(address) in TEXTS ? new Response(TEXTS[pathOf(address)]) : fetched(address, ...more);
  self.Worker = class extends Worker {
    constructor(address, ...more) {
      super(imports[new URL(address, location).href] ?? address, ...more);
    }
  };

  addEventListener("DOMContentLoaded", () => {
    for (const { src } of document.querySelectorAll("script[type=module][src]")) import(src);
  });
  // Before what else follows a link.
  addEventListener("click", ({ target }) => {
    const link = target.closest("a[href]");
    if (link?.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
  }, true);
}
