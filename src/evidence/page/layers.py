"""The blocks that an answer is laid out in: its short answer, its evidence, and the quiz before it.

    /// short
    At most 60 words, which stand alone.
    ///

    /// evidence | All 64 pairs of masks, summed in fractions
    (checks)
    ///

    /// quiz | Which rate replaces both?
    - [ ] 0.3: counts twice what both drop, [as for 0.6 and 0.6, where it gives 1.2](check:dropout-two-slips)
    - [x] 0.28: [an element survives both with 0.9 · 0.8](check:dropout-two-laws)
    ///

Without a script, a quiz is the list of its options, and a fold that says of each why.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block

SHORT = "short-answer"
EVIDENCE = "evidence"
QUIZ = "quiz"
QUESTION = "quiz-question"
LISTED = "quiz-options"
OPTION = "quiz-option"
RIGHT = "quiz-right"
WRONG = "quiz-wrong"

_NAMED = {QUIZ: "quiz", SHORT: "answer"}
REASONS = "Which is right, and why"
_OPTION = re.compile(r"\[(?P<mark>[ xX])\]\s+(?P<said>.+?)(?::\s+(?P<why>.+))?\Z", re.DOTALL)
# An option whose dash was lost is swallowed by the one before it, mark and all.
_ANOTHER_OPTION = re.compile(r"\s\[[ xX]\]\s")


class AnswerLayers(BlocksExtension):  # type: ignore[misc]
    """Python-Markdown extension for the blocks `short`, `evidence` and `quiz`.

    Args:
        reasons: tells the title of the fold that says of each option why it is right or wrong.
    """

    def __init__(self, reasons: Callable[[], str] = lambda: REASONS) -> None:
        super().__init__()
        self.reasons = reasons

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:  # noqa: N802 - its base's name
        """Make the blocks known."""
        for block in (_Short, _Evidence, _Quiz):
            if block.NAME not in block_mgr.blocks:  # who lists the extension twice is told so elsewhere
                block_mgr.register(block, {"reasons": self.reasons})
        # After headings have their ids, and before links are told to be ours.
        md.treeprocessors.register(_Addresses(md), "evidence_quiz_addresses", 2)


class _Short(Block):  # type: ignore[misc]
    NAME = "short"

    def on_create(self, parent: Element) -> Element:
        return SubElement(parent, "div", {"class": SHORT})


class _Evidence(Block):  # type: ignore[misc]
    NAME = "evidence"
    ARGUMENT = True

    def on_create(self, parent: Element) -> Element:
        return _fold(parent, EVIDENCE, self.argument)


class _Quiz(Block):  # type: ignore[misc]
    NAME = "quiz"
    ARGUMENT = True

    def on_create(self, parent: Element) -> Element:
        quiz = SubElement(parent, "div", {"class": QUIZ})
        SubElement(quiz, "p", {"class": QUESTION}).text = self.argument
        return quiz

    def on_end(self, block: Element) -> None:
        """Turn the list of options into one without reasons, and one with."""
        written = next((child for child in block if child.tag in ("ul", "ol")), None)
        if written is None:
            return
        at = list(block).index(written)
        block.remove(written)
        options = Element("ol", {"class": LISTED, "type": "A"})
        block.insert(at, options)
        reasons = SubElement(_fold(block, "quiz-why", self.config["reasons"]()), "ol", {"type": "A"})
        for item in written:
            _split(item, options, reasons)


class _Addresses(Treeprocessor):
    def run(self, root: Element) -> None:
        """Name each quiz after its question, `quiz-dropout-1`, a second one `quiz-dropout-1-2`; so short answers."""
        section, counts = "", Counter[str]()
        for element in root.iter():
            kind = _NAMED.get(element.get("class", ""))
            if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                section, counts = element.get("id", ""), Counter()
            elif kind and section:
                counts[kind] += 1
                element.set("id", f"{kind}-{section}" + (f"-{counts[kind]}" if counts[kind] > 1 else ""))


def _split(item: Element, options: Element, reasons: Element) -> None:
    """One option of the list as written: what it says, and then why it is right or wrong."""
    first = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
    text = (first.text or "").strip()
    found = None if _ANOTHER_OPTION.search(text) else _OPTION.match(text)
    if found is None:
        # Shown as it is written; the rules tell what is wrong with it.
        options.append(item)
        return
    SubElement(options, "li").text = found["said"]
    reason = SubElement(reasons, "li", {"class": WRONG if found["mark"] == " " else RIGHT})
    SubElement(reason, "span", {"class": OPTION}).text = found["said"]
    reason[0].tail = f": {found['why']}" if found["why"] else ""
    reason.extend(copy.copy(child) for child in item if child is not first)


def _fold(parent: Element, kind: str, summary: str) -> Element:
    fold = SubElement(parent, "details", {"class": kind})
    SubElement(fold, "summary").text = summary
    return fold
