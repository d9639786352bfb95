// Marks in the table of contents what is being read, and has the header name the page once its title is out of sight.

const links = new Map([...document.querySelectorAll(".md-sidebar--secondary a.md-nav__link")].map(
  (link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link]));
links.delete(null);
const title = document.querySelector("article h1");
const header = document.querySelector(".md-header__title");
const scrolled = document.querySelector(".md-sidebar--secondary .md-sidebar__scrollwrap");
const EDGE = 80;

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
  if (!current) return;
  const { top, bottom } = current.getBoundingClientRect();
  const within = scrolled.getBoundingClientRect();
  if (top < within.top || bottom > within.bottom) scrolled.scrollTop += top - (within.top + within.bottom) / 2;
}

// It is enough to look when a heading comes in or goes out.
const watch = new IntersectionObserver(update, { rootMargin: `-${EDGE}px 0px 0px 0px`, threshold: [0, 1] });
for (const heading of [title, ...links.keys()]) if (heading) watch.observe(heading);
