"""The rules, by the torch function that they stand for."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import torch
import torch.nn.functional as F

from dlchecked.receptive_field.errors import ReceptiveFieldError

Rule = Callable[..., Any]
RuleT = TypeVar("RuleT", bound=Rule)

# Where torch keeps its functions; a rule is found by the function itself, since a user's own function may
# bear the same name.
HOMES = (torch, F, torch.Tensor, torch.special, torch._C._nn)

RULES: dict[Any, tuple[Rule, str]] = {}
# The functions whose result may share memory with their argument, and those that write into it.
SHARING: set[Any] = set()
WRITING: set[Any] = set()
# Rules that themselves say what is known of the values of their result.
KNOWING: set[Rule] = set()


class Unsupported(ReceptiveFieldError):
    """Raised by a rule that knows the operation, but not with these arguments."""


def rule(*names: str, homes: Iterable[Any] = HOMES, operator: str = "") -> Callable[[RuleT], RuleT]:
    """Make a function the rule for every torch function of these names; torch may call their operator otherwise."""

    def register(function: RuleT) -> RuleT:
        for name in names:
            found = [getattr(home, name) for home in homes if hasattr(home, name)]
            assert found, f"torch has no {name}"
            shares, writes = memory(operator or name)
            for torch_function in found:
                RULES[torch_function] = (function, name.strip("_"))
                if shares:
                    SHARING.add(torch_function)
                if writes:
                    WRITING.add(torch_function)
        return function

    return register


def view_rule(*names: str, homes: Iterable[Any] = HOMES) -> Callable[[RuleT], RuleT]:
    """The same for functions whose result may share memory with their argument, where torch does not declare it."""

    def register(function: RuleT) -> RuleT:
        rule(*names, homes=homes)(function)
        SHARING.update(getattr(home, name) for name in names for home in homes if hasattr(home, name))
        return function

    return register


def knowing_rule(*names: str, homes: Iterable[Any] = HOMES) -> Callable[[RuleT], RuleT]:
    """The rule for functions that says itself what is known of its result."""

    def register(function: RuleT) -> RuleT:
        KNOWING.add(function)
        return rule(*names, homes=homes)(function)

    return register


def memory(name: str) -> tuple[bool, bool]:
    """Whether an operation's result may share its argument's memory, and whether it writes there, as torch says."""
    shares, writes = False, name == "__setitem__" or (name.startswith("__i") and name != "__invert__")
    for schema in cast(Any, torch._C)._jit_get_schemas_for_operator(f"aten::{name}"):
        if any(argument.is_out for argument in schema.arguments):
            continue
        writes |= any(a.alias_info is not None and a.alias_info.is_write for a in schema.arguments)
        shares |= any(r.alias_info is not None and not r.alias_info.is_write for r in schema.returns)
    return shares, writes
