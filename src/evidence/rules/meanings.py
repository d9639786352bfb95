"""A name of Python or of a module does in a page's code what a reader knows that it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from evidence.files.errors import PageError
from evidence.files.syntax import statements
from evidence.page.model import Page

# What the claims of a page are made of. Others, as `input` and `filter`, are names like any other in this field.
_KNOWN = {"abs", "all", "any", "bool", "divmod", "float", "int", "len", "list", "map", "max", "min", "pow", "print"}
_KNOWN |= {"range", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip"}


def meaning_errors(page: Page) -> Iterator[PageError]:
    """Where the code of a page has a function of its own go by a name that means another one."""
    for block in page.blocks:
        for line, name in _taken(block.code):
            yield PageError(
                page.path,
                block.line + line - 1,
                f"the code gives {name} another meaning than its reader knows",
                "Call its function otherwise",
            )


@lru_cache(maxsize=4096)
def _taken(code: str) -> tuple[tuple[int, str], ...]:
    """The known names that stand for a function of the code's own, each with its line in the code."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    every = list(statements(tree.body))
    methods = {id(each) for node in every if isinstance(node, ast.ClassDef) for each in node.body}
    functions = [node for node in every if isinstance(node, ast.FunctionDef) and id(node) not in methods]
    imported = {
        each.asname or each.name.partition(".")[0]
        for node in every
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }
    own = {node.name for node in functions}
    found = [(node.lineno, node.name) for node in functions if node.name in _KNOWN]
    for node in every:
        if isinstance(node, ast.Assign) and _is_function(node.value, own):
            targets = [each for each in node.targets if _is_known(each, imported)]
            found += [(node.lineno, ast.unparse(each)) for each in targets]
    return tuple(found)


def _is_function(value: ast.expr, own: set[str]) -> bool:
    return isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in own)


def _is_known(target: ast.expr, imported: set[str]) -> bool:
    if isinstance(target, ast.Name):
        return target.id in _KNOWN
    inner = target
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(target, ast.Attribute) and isinstance(inner, ast.Name) and inner.id in imported
