"""Where branches meet whose fields have different centres or strides; looked for when somebody asks."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dlchecked.receptive_field.axis.unbounded import united
from dlchecked.receptive_field.layouts.box import AnyLayout, layout_of


class Join(NamedTuple):
    """A place where branches met.

    Attributes:
        step: the step that joined them.
        sources: the steps that they came from, −1 for the input.
        unions: what the units of each depend on.
    """

    step: int
    sources: Sequence[int]
    unions: Sequence[AnyLayout]


class Meeting(NamedTuple):
    """A join of branches of different centre or stride along an axis: the step, and the steps they came from."""

    step: int
    sources: tuple[int, ...]
    axis: int


def meetings(joins: Sequence[Join]) -> list[Meeting]:
    """Those joins, and axes, where the branches do not agree."""
    return [meeting for join in joins for meeting in _disagreements(join)]


def _disagreements(join: Join) -> Iterator[Meeting]:
    unions = [layout_of(union).terms for union in join.unions]
    some = next((terms for terms in unions if terms), None)
    for axis in range(len(some[0]) - 1 if some else 0):
        rules = [united([term[axis].support.unbounded for term in terms]) for terms in unions]
        known = [(source, rule) for source, rule in zip(join.sources, rules, strict=True) if rule is not None]
        if any(not rule.concentric(known[0][1]) for _, rule in known[1:]):
            yield Meeting(join.step, tuple(source for source, _ in known), axis)
