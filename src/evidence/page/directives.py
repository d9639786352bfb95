"""The comments above a fence that say what it is: pytest-codeblocks' own, understood strictly."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

# Lines of a page in whose place all checks are listed, or are counted.
LEDGER_MARK = "<!--evidence:ledger-->"
COUNTS_MARK = "<!--evidence:counts-->"
GRADES = ("exact", "numeric", "statistical", "experiment")

_COMMENT = re.compile(r"^(?P<prefix>[>\s]*)<!--[-\s]*(?P<body>pytest[-.].*?)[-\s]*-->\s*$")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class DirectiveError(ValueError):
    """A comment that is no directive we know; the message says what is wrong, `remedy` what would be right.

    Without a remedy, it is meant for one that it does not name: see `evidence.page.near_directives.nearest_form`.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.remedy = remedy


@dataclass(frozen=True)
class Directive:
    """One comment: `kind` is `cont`, `expected-output`, `skip` or a grade; `argument` a reason or a check's name."""

    kind: str
    argument: str = ""


def is_directive(line: str) -> bool:
    """Whether the line is a comment meant for us."""
    return _COMMENT.match(line) is not None


def indentation(line: str) -> str:
    """What stands before the comment: blanks and quote marks."""
    match = _COMMENT.match(line)
    return match["prefix"] if match else ""


def parse_directive(line: str) -> Directive:
    """Read the comment on `line`.

    Raises:
        DirectiveError: it is not one of those that a page may hold.
    """
    match = _COMMENT.match(line)
    if match is None:
        raise DirectiveError(f"{line.strip()!r} is not a directive")
    body = match["body"].strip()
    if body.startswith("pytest-codeblocks:"):
        return _parse_keyword(body.removeprefix("pytest-codeblocks:").strip())
    return _parse_mark(body)


def _parse_keyword(keyword: str) -> Directive:
    if keyword in ("cont", "expected-output"):
        return Directive(keyword)
    if keyword.startswith(("skip", "importorskip")):
        raise DirectiveError(
            f"pytest-codeblocks:{keyword} would leave a block unchecked without a word to the reader",
            'Waive it in the open with <!--pytest.mark.skip(reason="…")-->',
        )
    if keyword.startswith("expect-"):
        raise DirectiveError(
            f"pytest-codeblocks:{keyword} accepts any error, a misspelt name too",
            "Show the error with `with pytest.raises(TheError, match=…):` in the block",
        )
    raise DirectiveError(f"pytest-codeblocks:{keyword} is not a directive")


def _parse_mark(body: str) -> Directive:
    name, arguments = _call(body)
    if not body.startswith("pytest.mark."):
        raise DirectiveError(f"{body} is not a directive")
    if name in GRADES:
        if len(arguments) != 1 or not _NAME.fullmatch(arguments.get("", "")):
            raise DirectiveError(
                f"{body} does not name its check",
                f'Write <!--pytest.mark.{name}("a-name")-->, in small letters, digits and hyphens',
            )
        return Directive(name, arguments[""])
    if name == "skip":
        reason = arguments.get("reason", arguments.get("", "")).strip()
        if not reason:
            raise DirectiveError(
                "a block is skipped without a reason",
                'Write <!--pytest.mark.skip(reason="…")-->; the reader sees it',
            )
        return Directive("skip", reason)
    if name == "skipif":
        raise DirectiveError(
            "a block that runs on some machines only is not checked on the others",
            "Let the code choose (a GPU where there is one), or waive the block with skip(reason=…)",
        )
    if name == "xfail":
        raise DirectiveError(
            "xfail passes on any error, a misspelt name too",
            "Show the error with `with pytest.raises(TheError, match=…):` in the block",
        )
    raise DirectiveError(f"{body} is not a directive")


def _call(body: str) -> tuple[str, dict[str, str]]:
    """`pytest.mark.exact("x")` as `("exact", {"": "x"})`: read, never evaluated."""
    try:
        tree = ast.parse(body, mode="eval").body
    except SyntaxError as error:
        raise DirectiveError(f"{body} is not a directive") from error
    call = tree if isinstance(tree, ast.Call) else ast.Call(tree, [], [])
    if not isinstance(call.func, ast.Attribute):
        raise DirectiveError(f"{body} is not a directive")
    given = [("", node) for node in call.args] + [(keyword.arg or "**", keyword.value) for keyword in call.keywords]
    arguments: dict[str, str] = {}
    for key, node in given:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or key in arguments:
            return call.func.attr, {}
        arguments[key] = node.value
    return call.func.attr, arguments
