"""Every family of rules, attacked by random calls; far more of them are made once a week."""

import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_calls import FAMILIES, NotApplicable, attack

DRAWS = 2_000
WEEKLY_DRAWS = 100_000


# Of a convolution that pads unevenly, say.
pytestmark = pytest.mark.filterwarnings("ignore")


def attack_by(seed, family):
    """Hold the call that a seed stands for against the witness; False where torch does not take it."""
    chooser = random.Random(f"{family} {seed}")
    try:
        attack(lambda options: chooser.choice(list(options)), family)
    except NotApplicable:
        return False
    return True


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=-(-DRAWS // len(FAMILIES)), deadline=None, derandomize=True, suppress_health_check=HealthCheck)
@given(seed=st.integers(0, 2**32))
def test_random_calls(family, seed):
    assume(attack_by(seed, family))


# Where the witness once was wrong: it saw what rounding leaves of a zero, or made numbers beside which a mask is none.
@pytest.mark.parametrize(("family", "seed"), [("pointwise", -1329), ("resampling", -5632), ("attention", -20888)])
def test_calls_that_once_failed(family, seed):
    attack_by(seed, family)


@pytest.mark.weekly
@pytest.mark.parametrize("family", FAMILIES)
def test_many_random_calls(family):
    made, seed = 0, -1
    while made < WEEKLY_DRAWS // len(FAMILIES):
        made += attack_by(seed, family)
        seed -= 1
