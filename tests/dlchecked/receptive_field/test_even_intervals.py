"""Lines of six integers against the arrays that they stand for."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dlchecked.receptive_field.axis.even_support import EvenSupport, identity
from dlchecked.receptive_field.axis.support import Support
from dlchecked.receptive_field.axis.windows import slicing, sliding


@st.composite
def chains(draw):
    """An even support, and the same made of arrays alone."""
    length = draw(st.integers(1, 30))
    found = identity(length)
    plain = as_arrays(found)
    for _ in range(draw(st.integers(1, 4))):
        count = len(plain.lo)
        kernel, step, before = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(0, 3))
        gap = draw(st.sampled_from([1, 1, 2]))
        room = count + 2 * before - (kernel - 1) * gap - 1
        if draw(st.booleans()):
            first = draw(st.integers(0, count - 1))
            window = slicing(count, first, count, step)
        elif room >= 0:
            window = sliding(count, kernel, step, gap, before, room // step + 1)
        else:
            continue
        if not window.full:
            continue
        found, plain = found.through(window), plain.through(window)
    return found, plain


def as_arrays(support):
    return Support(support.length, support.lo, support.hi, None, True, support.unbounded)


def same(one, two):
    return (
        np.array_equal(one.lo, two.lo)
        and np.array_equal(one.hi, two.hi)
        and np.array_equal(one.as_bits(), two.as_bits())
        and one.unbounded == two.unbounded
    )


@settings(deadline=None)
@given(chains())
def test_a_chain_of_layers(case):
    found, plain = case
    assert same(found, plain)
    if isinstance(found, EvenSupport):
        assert not found.seamless or (plain.lo[1:] <= plain.hi[:-1] + 1).all()


@settings(deadline=None)
@given(
    chains(), st.lists(st.integers(-4, 4), min_size=2, max_size=2), st.lists(st.integers(0, 6), min_size=4, max_size=4)
)
def test_two_lines_side_by_side(case, moved, cut):
    one, plain = case
    if not isinstance(one, EvenSupport):
        return
    line = one.even
    lo, hi = line.lo + moved[0], line.hi + moved[1]
    end = line.shift * (line.units - 1)
    other = line._replace(lo=lo, hi=hi, least=max(lo, cut[0]), most=min(hi + end, one.length - 1 - cut[1]))
    los, his = other.ends()
    if (los > his).any():
        return
    two = EvenSupport(one.length, other)
    flat = as_arrays(two)
    assert one.within(two) == plain.within(flat)
    assert two.within(one) == flat.within(plain)
    assert not two.even.nested(one.even) or flat.within(plain)
    if flat.within(plain):
        assert same(one.swallowing(two), plain.swallowing(flat))
    united = one.union(two)
    assert np.array_equal(united.as_bits(), plain.union(flat).as_bits())
    assert united.unbounded == plain.union(flat).unbounded
