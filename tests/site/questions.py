"""What tests ask of a page in the browser: JavaScript that answers with a list of what is wrong.

A page has up to sixteen thousand elements. To ask for each of them from here takes a message each; to ask the page for
those that are wrong takes one.
"""

OPEN_ALL = "() => document.querySelectorAll('details').forEach(details => details.open = true)"

# The outermost elements that stick out, so that the message names the culprit and not all it holds.
STICKING_OUT = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const out = element => element.getBoundingClientRect().right > innerWidth + 1;
    const within = ".scroll, .math-display, pre, .md-sidebar, .md-search, .tabbed-labels";
    const found = [...document.querySelectorAll("body *")]
        .filter(element => out(element) && !element.closest(within));
    const outermost = found.filter(element => !found.includes(element.parentElement));
    return [`the page is ${document.documentElement.scrollWidth} px wide`,
        ...outermost.map(element => element.outerHTML.slice(0, 150))];
}"""

# Not every browser lets the keyboard into a box that scrolls, unless the page says so.
OUT_OF_REACH = """() => [...document.querySelectorAll("article *")]
    .filter(element => /auto|scroll/.test(getComputedStyle(element).overflowX))
    .filter(element => element.scrollWidth > element.clientWidth + 1 && element.tabIndex < 0)
    .map(element => element.outerHTML.slice(0, 150))"""

# The buttons come when a block is near what is seen. Each is shown for a moment, and then the page is where it was.
SHOW_ALL_CODE = """async () => {
    for (const block of document.querySelectorAll("article .highlight")) {
        if (block.querySelector("button[data-md-type=copy]")) continue;
        block.scrollIntoView({ behavior: "instant" });
        await new Promise(shown => requestAnimationFrame(() => setTimeout(shown)));
    }
    scrollTo({ top: 0, behavior: "instant" });
}"""

NOT_TO_BE_COPIED = """() => [...document.querySelectorAll("article .highlight")]
    .filter(block => !block.querySelector("button[data-md-type=copy]"))
    .map(block => block.textContent.trim().slice(0, 80))"""

# One word of each class is enough.
PLAIN_IN_CODE = """() => {
    const look = element => {
        const style = getComputedStyle(element);
        return ["color", "backgroundColor", "fontWeight", "fontStyle", "textDecorationLine", "display"].map(name => style[name]).join();
    };
    const kinds = new Map([...document.querySelectorAll("article pre span")].map(span => [span.className, span]));
    return [...kinds].filter(([, span]) => look(span) === look(span.parentElement))
        .map(([kind, span]) => `class "${kind}", as “${span.textContent}”`);
}"""

# Elements of a page that take no room, although they should.
LOST = """() => [...document.querySelectorAll("article :is(math, svg, pre, table, p, li, h2, h3)")]
    .filter(element => !element.closest(".tabbed-block, svg svg") && !element.matches(":empty"))
    .map(element => [element, element.getBoundingClientRect()])
    .filter(([, box]) => !(box.width > 0 && box.height > 0))
    .map(([element]) => `<${element.localName}> ${element.textContent.trim().slice(0, 80)}`)"""

# On paper, evidence is closed to the line that says what it shows, unless a reader has opened it.
CLOSED = """() => [...document.querySelectorAll("article details > :not(summary)")]
    .filter(element => !element.closest(".evidence") && !element.matches(".recall, .quiz-options, :is(.failure, .info) > :is(.check, .check-note, .highlight)"))
    .filter(element => !element.checkVisibility() || !element.getClientRects().length)
    .map(element => `closed: ${element.textContent.trim().slice(0, 80)}`)"""

# Opens the boxes from the first to the last, so that one within another is looked at when that one is open.
BOXES_THAT_DO_NOT_OPEN = """() => [...document.querySelectorAll("article details")].flatMap((box, i) => {
    const content = [...box.children].filter(element => element.localName !== "summary");
    const summary = box.querySelector(":scope > summary");
    const wrong = [];
    if (!summary?.innerText.trim()) wrong.push(`box ${i + 1} has no title`);
    if (!box.open && content.some(element => element.checkVisibility())) wrong.push(`box ${i + 1} shows all it holds`);
    if (!box.open) summary?.click();
    if (!content.every(element => element.checkVisibility())) wrong.push(`box ${i + 1} does not open`);
    return wrong;
})"""

LEFT_ON_PAPER = """() => {
    const navigation = ".md-header, .md-sidebar, .md-footer, .md-search, .headerlink, .md-code__nav, .md-skip";
    const shown = element => {
        const {width, height} = element.getBoundingClientRect();
        return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true });
    };
    return [...document.querySelectorAll(navigation)].filter(shown).map(element => `on paper: ${element.className}`);
}"""

ADDRESSES_LEFT_OUT = """() => [...document.querySelectorAll('article a[href^="http"]')]
    .filter(link => !getComputedStyle(link, "::after").content.includes(link.getAttribute("href")))
    .map(link => `address not written out: ${link.href}`)"""
