"""The law of dropout's masks, in fractions, and what an activation makes of it.

Dropout multiplies its input by random factors: 0 with probability p, else 1 / (1 − p), so that their mean is 1
("inverted" dropout, as in torch). Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
Overfitting", JMLR 2014, section 4, write p for the probability of *keeping*, and scale at test time instead.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import product
from math import prod

import torch

Law = dict[tuple[Fraction, ...], Fraction]
"""The probability of each vector of factors that can occur, one factor for each element."""


def mask_law(p: Fraction, masks: Sequence[Hashable]) -> Law:
    """The joint law of a dropout layer's factors.

    Args:
        p: probability to drop, from 0 to less than 1; write ``Fraction("0.1")``, since the float 0.1 is not 1/10.
        masks: for each element the name of its mask; elements of one name are dropped together. `nn.Dropout` has
            a mask for each element, as in ``range(3)`` or "abc"; `nn.Dropout2d` one for each channel of an
            image, as in "aab" for two pixels of a channel and one of another.

    Returns:
        The law: its probabilities sum to 1.

    Raises:
        ValueError: if p is not in [0, 1).
    """
    p = _probability(p)
    names = list(dict.fromkeys(masks))
    law: Law = {}
    for kept in product((0, 1), repeat=len(names)):
        factor = {name: keep / (1 - p) for name, keep in zip(names, kept, strict=True)}
        vector = tuple(factor[name] for name in masks)
        law[vector] = law.get(vector, Fraction(0)) + prod((1 - p if keep else p for keep in kept), start=Fraction(1))
    return {vector: probability for vector, probability in law.items() if probability}


def in_a_row(first: Law, second: Law) -> Law:
    """The law of the products of two layers' factors, whose masks are drawn independently.

    Raises:
        ValueError: if the laws are of different numbers of elements.
    """
    elements = {len(vector) for vector in (*first, *second)}
    if len(elements) != 1:
        raise ValueError(f"layers in a row have the same elements: these laws are of {sorted(elements)}")
    law: Law = {}
    for (a, p), (b, q) in product(first.items(), second.items()):
        vector = tuple(x * y for x, y in zip(a, b, strict=True))
        law[vector] = law.get(vector, Fraction(0)) + p * q
    return law


def probability_of_zeros(law: Law, elements: Sequence[int]) -> Fraction:
    """The probability that all of the numbered elements are dropped."""
    return sum((p for vector, p in law.items() if not any(vector[i] for i in elements)), start=Fraction(0))


def mean_after_dropout(function: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, p: float) -> torch.Tensor:
    """The mean over the mask of `function` of dropped-out values: p f(0) + (1 − p) f(x / (1 − p)).

    Args:
        function: works element by element.
        x: values of any shape.
        p: probability to drop, from 0 to less than 1.

    Returns:
        A mean for each value, of x's shape.

    Raises:
        ValueError: if p is not in [0, 1).
    """
    _probability(p)
    return p * function(torch.zeros_like(x)) + (1 - p) * function(x / (1 - p))


def _probability(p: Fraction | float) -> Fraction:
    if not 0 <= p < 1:
        raise ValueError(f"p is the probability to drop, and no scale mends p = 1: 0 <= p < 1, got {p}")
    return Fraction(p)
