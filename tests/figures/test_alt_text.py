"""Every image tells what it shows to who cannot see it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from evidence.files.errors import PageError

Render = Callable[[str], str]


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        ("![](a.png)", "The image a.png has no description"),
        ("![  ](a.png)", "The image a.png has no description"),
        ("![a plot](a.png)", "The image a.png is described by “a plot”: fewer than 20 characters"),
        ("![how fields grow.svg](x/how-fields-grow.svg)", "is described by its file name"),
        ("![No description available yet](a.png)", "which tells nothing"),
        ("![TODO: say what this is some day](a.png)", "which tells nothing"),
        (r"![The loss over $\lambda$ falls at first](a.png)", "holds a formula"),
        ('<img src="a.png">', "The image a.png has no description"),
        ('<p><img src="a.png" alt="short"></p>', "described by “short”"),
    ],
)
def test_a_description_that_tells_nothing_is_an_error(render: Render, image: str, problem: str) -> None:
    with pytest.raises(PageError, match=re.escape(problem)) as caught:
        render(f"# Title\n\n`{image}`\n\n{image}\n")
    assert caught.value.where == "docs/page.md:5"
    assert "Say what the image shows" in caught.value.remedy


def test_the_line_is_the_one_of_this_image(render: Render) -> None:
    good = "![Two curves that cross at one half](a.png)"
    with pytest.raises(PageError) as caught:
        render(f"{good}\n\n{good}\n\n![bad](a.png)")
    assert caught.value.where == "docs/page.md:5"


def test_a_good_description_passes(render: Render) -> None:
    assert '<img alt="Two curves that cross at one half"' in render("![Two curves that cross at one half](a.png)")
