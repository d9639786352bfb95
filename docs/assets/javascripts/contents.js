// Marks in the table of contents what is being read, and has the header name the page once its title is out of sight.

const links = new Map([...document.querySelectorAll(".md-sidebar--secondary a.md-nav__link")].map(
  (link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link]));
links.delete(null);
const title = document.querySelector("article h1");
const header = document.querySelector(".md-header__title");
const scrolled = document.querySelector(".md-sidebar--secondary .md-sidebar__scrollwrap");
const EDGE = 80;

// Brings what the menu or the contents say of this page to where they can be read, without moving the page.
function bring(link, box) {
  const { top, bottom } = link.getBoundingClientRect();
  const within = box.getBoundingClientRect();
  if (top < within.top || bottom > within.bottom) box.scrollTop += top - (within.top + within.bottom) / 2;
}
const menu = document.querySelector(".md-sidebar--primary .md-sidebar__scrollwrap");
const own = menu?.querySelector("a.md-nav__link--active");
// The drawer of a phone shows its own part of the menu by itself.
if (own && getComputedStyle(menu).overflowY === "auto") bring(own, menu);

function update() {
  if (title) header?.classList.toggle("md-header__title--active", title.getBoundingClientRect().bottom < EDGE);
  if (!scrolled?.clientHeight) return;
  // What stands in a closed box is nowhere.
  const passed = [...links.keys()].filter(
    (heading) => heading.getClientRects().length && heading.getBoundingClientRect().top < EDGE);
  const current = links.get(passed.at(-1));
  for (const [heading, link] of links) {
    link.classList.toggle("md-nav__link--passed", passed.includes(heading));
    link.classList.toggle("md-nav__link--active", link === current);
  }
  if (current) bring(current, scrolled);
  else scrolled.scrollTop = 0;
}

// It is enough to look when a heading comes in or goes out.
const watch = new IntersectionObserver(update, { rootMargin: `-${EDGE}px 0px 0px 0px`, threshold: [0, 1] });
for (const heading of [title, ...links.keys()]) if (heading) watch.observe(heading);
