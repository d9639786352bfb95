"""The rules of axe for a page, in several looks, in less time than it takes by itself.

A page that broke no rule is not asked again until it, a style sheet, a script, a look or axe has changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# WCAG 2.2 A and AA, and best practice.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = "color-contrast"
# What the other rules find in the markup they find in any colours and at any width.
RULES_FOR_WHAT_IS_DRAWN = ("link-in-text-block", "scrollable-region-focusable", "target-size")

# Two of three elements of a long chapter are words of code. Those of one class in one place look alike, and mean no more
# than their text does.
JOIN_THE_WORDS_OF_CODE = """() => {
    for (const code of document.querySelectorAll("pre code")) {
        const seen = new Map();
        for (const word of code.querySelectorAll("span[class]")) {
            if (word.attributes.length > 1 || word.childElementCount) continue;
            const classes = seen.get(word.parentElement) ?? new Set();
            seen.set(word.parentElement, classes);
            if (classes.has(word.className)) word.replaceWith(word.textContent);
            else classes.add(word.className);
        }
        code.normalize();
    }
}"""
# Keeps, of the elements with text of their own, one of each kind. A kind is all that contrast depends on, of the element
# and of all that it stands in. Asked in each look, since what is of one kind in light may be of two in dark.
KEEP_ONE_OF_EACH_KIND = """() => {
    const seen = new Map(), kinds = new Set(), kept = window.keptForContrast ??= new Set();
    function around(element) {
        if (!element) return "";
        if (!seen.has(element)) {
            const style = getComputedStyle(element);
            const painted = ["backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "textShadow"];
            let kind = painted.map(name => style[name]).join();
            // What stands apart from the flow may lie on anything.
            if (style.position !== "static" || style.float !== "none" || style.transform !== "none")
                kind += element.tagName + element.className;
            for (const pseudo of ["::before", "::after"])
                if (!["none", "normal"].includes(getComputedStyle(element, pseudo).content))
                    kind += pseudo + element.className;
            const outer = around(element.parentElement);
            // Elements that paint nothing are none of its business.
            seen.set(element, kind === "rgba(0, 0, 0, 0),none,1,none,normal,none" ? outer : outer + "/" + kind);
        }
        return seen.get(element);
    }
    for (const element of document.querySelectorAll("body *")) {
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
        if (!element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const kind = [style.color, style.fontSize, style.fontWeight, around(element)].join();
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        for (let each = element; each; each = each.parentElement) kept.add(each);
    }
    return kinds.size;
}"""
REMOVE_THE_OTHERS = """() => {
    const kept = window.keptForContrast;
    for (const element of [...document.querySelectorAll("body *")])
        if (!kept.has(element) && kept.has(element.parentElement)) element.remove();
}"""


@dataclass(frozen=True)
class Look:
    """How a page is shown, and the rules besides contrast that it keeps when it is shown so.

    A tab keeps to a finger or to a mouse: see `open_tab`.
    """

    scheme: str
    width: int
    rules: tuple[str, ...] = RULES

    def __str__(self) -> str:
        return f"in {self.scheme} at {self.width} px"

    def show(self, tab: object) -> None:
        tab.emulate_media(color_scheme=self.scheme)
        tab.set_viewport_size({"width": self.width, "height": 800})


# What scheme and width do to a page of one kind they do to all, but to contrast.
LOOKS = (
    Look("dark", 360),
    Look("light", 360, RULES_FOR_WHAT_IS_DRAWN),
    Look("dark", 1280, RULES_FOR_WHAT_IS_DRAWN),
    Look("light", 1280),
)
TWO_LOOKS = (Look("dark", 360, ()), Look("light", 1280))


def broken_rules(site: object, page: object, tab: object, axe: str) -> list[str]:
    """What is wrong with a page that is shown with its answers open. It is not whole afterwards."""
    looks = LOOKS if page in site.of_each_kind else TWO_LOOKS
    clean = _mark(site, page, f"{axe}{tab.context.browser.version}{looks}")
    if clean.exists():
        return []
    found = []
    tab.evaluate(JOIN_THE_WORDS_OF_CODE)
    for look in looks:
        if not look.rules:
            continue
        look.show(tab)
        found += [f"{page.name} {look}: {wrong}" for wrong in violations(tab, axe, look.rules, contrast=False)]
    found += [f"{page.name} {wrong}" for wrong in contrast_violations(tab, axe, looks)]
    if not found:
        clean.parent.mkdir(parents=True, exist_ok=True)
        clean.touch()
    return found


def violations(tab: object, axe: str, rules: tuple[str, ...] = RULES, *, contrast: bool = True) -> list[str]:
    """What is wrong with a page as it is shown."""
    if not tab.evaluate("() => 'axe' in window"):
        tab.evaluate(axe)
    # Without the elements that passed, the answer is small and comes at once.
    options = {"runOnly": rules, "resultTypes": ["violations"], "elementRef": False}
    if not contrast and rules is RULES:
        options["rules"] = {CONTRAST: {"enabled": False}}
    broken = tab.evaluate("options => axe.run(options)", options)["violations"]
    return [
        "\n    ".join(
            [
                f"{rule['id']}: {rule['help']}",
                " ".join(map(str, node["target"])),
                node["html"][:200],
                *node["failureSummary"].splitlines()[1:],
            ]
        )
        for rule in broken
        for node in rule["nodes"]
    ]


def contrast_violations(tab: object, axe: str, looks: tuple[Look, ...]) -> list[str]:
    """Text that is hard to read in some look. All but one text of each kind are gone afterwards.

    Contrast is what takes most of the time, and texts of a kind have the same.
    """
    tab.evaluate(JOIN_THE_WORDS_OF_CODE)
    for look in looks:
        look.show(tab)
        assert tab.evaluate(KEEP_ONE_OF_EACH_KIND) > 5
    tab.evaluate(REMOVE_THE_OTHERS)
    found = []
    for look in reversed(looks):
        look.show(tab)
        found += [f"{look}: {wrong}" for wrong in violations(tab, axe, (CONTRAST,))]
    return found


def _mark(site: object, page: object, judge: str) -> Path:
    """The mark of a page that broke no rule, under a name that changes with all that the rules look at."""
    parts = [Path(__file__), page.file, *sorted(site.folder.rglob("*.css")), *sorted(site.folder.rglob("*.js"))]
    total = hashlib.sha256(f"{judge}{page.address}".encode())
    for part in parts:
        total.update(part.read_bytes())
    return ROOT / ".cache" / "axe" / total.hexdigest()
