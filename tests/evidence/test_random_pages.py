"""No page makes the parser crash, and none shows a block of Python that is not found, or hides one that is."""

import pytest

from random_pages import attack, reader

DRAWS = 1_500
WEEKLY_DRAWS = 100_000
# Most pages of this kind are refused for something; were all, nothing would be compared.
PUBLISHED = 0.15


@pytest.mark.parametrize("first", range(0, DRAWS, 500))
def test_random_pages(first):
    read = reader()
    published = sum(attack(read, seed) for seed in range(first, first + 500))
    assert published > PUBLISHED * 500


@pytest.mark.weekly
def test_many_random_pages():
    read = reader()
    published = sum(attack(read, -seed) for seed in range(1, WEEKLY_DRAWS))
    assert published > PUBLISHED * WEEKLY_DRAWS
