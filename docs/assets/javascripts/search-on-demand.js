// The theme fetches the index of the whole site with every page, for a search that few visits use. Here the request
// waits until the search box has the focus. Runs before the theme's script.
{
  const box = (element) => element?.matches?.(".md-search__input");
  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    open.call(this, method, url, ...more);
    if (!String(url).endsWith("search/search_index.json")) return;
    this.send = () => {
      const ask = ({ target }) => {
        if (!box(target)) return;
        removeEventListener("focusin", ask);
        delete this.send;
        this.send();
      };
      addEventListener("focusin", ask);
      ask({ target: document.activeElement });
    };
  };
}
