// Stands in for the theme's search, and loads it when there is something to index. Its address holds the theme's file.
addEventListener("message", function first({ data }) {
  removeEventListener("message", first);
  importScripts(location.search.slice(1));
  dispatchEvent(new MessageEvent("message", { data }));
});
