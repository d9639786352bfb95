"""Sentences that say of a setting what the check was not given, links that say nothing, and names that mean another thing."""

from __future__ import annotations

from one_chapter import Case

WEIGHTS = "k = sum([3])\nassert k * k == 9"
GIVEN = WEIGHTS.replace("sum([3])", "3")
LINK = "[9 weights](check:ten-squares)"
OTHER = "says k = 5, and 'ten-squares' has k = 3"


def given(link: str, refused: str = OTHER, code: str = GIVEN) -> Case:
    return Case(f"{link} of {code.splitlines()[0]}", refused, link=link, code=code, at=link)


def passes(link: str, code: str, allowed: str) -> Case:
    return Case(f"{link} of {code.splitlines()[0]}", link=link, code=code, allowed=allowed)


LIES = {
    "rules.given: another setting": [
        given(f"With $k = 5$ it has {LINK}"),
        given(f"With k = 5 it has {LINK}"),
        given(f"With $k = 3.5$, it has {LINK}", "says k = 3.5, and"),
        given(f"With $k = 3$ it has 9. With $k = 5$, {LINK}"),
        given(f"It has {LINK} with $k = 5$"),
        given(
            f"With $k = 1,003$ it has {LINK}",
            "has k = 3 and k = 7",
            "for k, rest in [(3, 0), (7, 40)]:\n    assert k * k - rest == 9",
        ),
        *(
            given(
                f"With $k = 5$ it has {LINK}",
                code=f"def weights({parameters}):\n    return k * k\n\nassert {call} == 9",
            )
            for parameters, call in (
                ("k", "weights(3)"),
                ("k", "weights(k=3)"),
                ("k=3", "weights()"),
                ("*, k=3", "weights()"),
            )
        ),
        given(
            f"With $k = 5$ it has {LINK}", code="weights = lambda **sizes: sizes['k'] ** 2\nassert weights(k=3) == 9"
        ),
    ],
    "rules.given: another setting, in words": [
        given(f"{words} it has {LINK}", f"says {said}, and 'ten-squares' has {name} = ", code)
        for words, said, name, code in (
            ("With a width of 64", "width 64", "width", "width = 3\nassert sum([width]) ** 2 == 9"),
            ("For width 64", "width 64", "width", "width = 3\nassert sum([width]) ** 2 == 9"),
            ("With a rate of 0.5", "rate 0.5", "rate", "def n(rate=0.2):\n    return 2 - rate\n\nassert n() * 5 == 9"),
            (
                "A kernel of 2",
                "kernel 2",
                "kernel",
                "def n(stride, kernel):\n    return kernel**stride\n\nassert n(2, 3) == 9",
            ),
        )
    ],
    "rules.given: links that say nothing": [
        Case(f"It is 386 [{words}]", "only points to a check", link=f"It is 386 [{words}](check:ten-squares)")
        for words in ("see", "here", "computed", "as computed", "see the check", "code", "proved")
    ],
    "rules.meanings": [
        Case(name, f"the code gives {name.split()[0]} another meaning", code=f"{code}\nassert {claim} == 385", at=at)
        for name, at, code, claim in (
            ("sum as a function", "def sum", "def sum(values):\n    return 384 + len(list(values))", "sum([3])"),
            ("max as a lambda", "max = ", "max = lambda *values: 383 + len(values)", "max(3, 4)"),
            ("math.exp as a lambda", "math.exp = ", "import math\nmath.exp = lambda x: 385 + x", "math.exp(0)"),
            (
                "math.exp as a function",
                "math.exp = ",
                "import math\ndef f(x):\n    return 385 + x\nmath.exp = f",
                "math.exp(0)",
            ),
        )
    ],
    "not refused": [
        passes(f"With $k = 5$ it has {LINK}", WEIGHTS, "what a name was computed to be, no sentence is held to"),
        passes(
            f"With $k = 5$ it has {LINK}",
            "class Net:\n    def weights(self, k):\n        return k * k\n\nassert Net().weights(3) == 9",
            "what a method is given by place is not looked into",
        ),
        passes(f"Kernels of 5 have {LINK}", GIVEN, "what has no name, no name of the code is known to stand for"),
    ],
}
