"""A site of one short chapter with all that a chapter can hold, built in seconds as `make build` builds ours."""

from __future__ import annotations

from pathlib import Path

from small_site import ROOT, write_small_config

from commands import python

CHAPTER = """\
# Sums

What a sum is, and a mean.

## 1. Squares { #sum-1 }

What is the sum of the first ten squares? See also the [mean](glossary.md#mean).

/// quiz | The first ten squares add up to what?
- [ ] 3025: this is [the square of their sum](check:square-of-sum)
- [x] 385: [add them up](check:ten-squares)
///

//// details | Answer
    type: success

/// short
It is [385](check:ten-squares). The RMS of $\\vec{x}$ has to do with it.
///

![A line that climbs from left to right](figures/sums/a-line.svg "It climbs.")

**Why.** The RMS again, and [a run that prints](check:printed-squares). [The other question](#sum-2) goes on.

/// evidence | The squares, added up
<!--pytest.mark.exact("ten-squares")-->
```python
squares = [n**2 for n in range(11)]
assert sum(squares) == 385
```

<!--pytest.mark.exact("printed-squares")-->
<!--pytest-codeblocks:cont-->
```python
print(sum(squares))
assert (sum(squares) ==
        385)
```

<!--pytest-codeblocks:expected-output-->
```text
385
```
///

/// details | Common mistake: the square of the sum
    type: failure

It is [3025](check:square-of-sum).

<!--pytest.mark.exact("square-of-sum")-->
```python
assert sum(range(11)) ** 2 == 3025
```
///
////

## 2. A mean { #sum-2 }

What is the mean of 1 and 3?

/// quiz | The mean of 1 and 3 is what?
- [x] 2: [divide the sum by two](check:mean-of-two)
- [ ] 4: that is [the sum](check:mean-of-two)
///

//// details | Answer
    type: success

/// short
It is [2](check:mean-of-two).
///

/// evidence | Half of the sum
<!--pytest.mark.exact("mean-of-two")-->
```python
from fractions import Fraction
from dlchecked.dropout import in_a_row

assert 1 + 3 == 4  # mutation: for other sums
assert Fraction(1 + 3, 2) == 2
```
///
////
"""
OTHER_CHAPTER = """\
# Means

A mean mean means the mean of means. Mean, mean, mean: see [2](check:mean-of-two).
"""
GLOSSARY = """\
# Glossary

Terms.

<span id="mean"></span>
**Mean**, or average. The sum of some numbers divided by their count ([the question](sums.md#sum-2)).

<span id="rms"></span>
**RMS**, root mean square. The root of the mean of the squares.
"""
FIGURES = """
from matplotlib import pyplot as plt

def a_line():
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    return figure
"""
NAV = """
nav:
  - index.md
  - All chapters:
      - sums.md
      - In a folder:
          - means.md
  - glossary.md
  - how-claims-are-checked.md
  - ledger.md
  - practice.md
  - questions.md
  - helpers.md
  - mistakes.md
"""
FILES = {
    "docs/index.md": "# Home\n\n- [Sums](sums.md)\n\n<!--handouts:chapters All chapters-->\n\n[Practise](practice.md).\n\n<!--handouts:citation-->\n",
    "docs/sums.md": CHAPTER,
    "docs/means.md": OTHER_CHAPTER,
    "docs/glossary.md": GLOSSARY,
    "docs/how-claims-are-checked.md": "# How claims are checked\n\n## Exact { #exact }\n\nA grade.\n",
    "docs/ledger.md": (ROOT / "docs/ledger.md").read_text(encoding="utf-8"),
    "docs/practice.md": (ROOT / "docs/practice.md").read_text(encoding="utf-8"),
    "docs/questions.md": (ROOT / "docs/questions.md").read_text(encoding="utf-8"),
    "docs/helpers.md": (ROOT / "docs/helpers.md").read_text(encoding="utf-8"),
    "docs/mistakes.md": (ROOT / "docs/mistakes.md").read_text(encoding="utf-8"),
    "docs/figures/sums.py": FIGURES,
}
BUILD = ["-m", "mkdocs", "build", "--strict", "--quiet"]


def build_one_chapter(folder: Path, command: list[str] = BUILD, **environment: str) -> Path:
    """Write the site into a folder and build it; the folder of the built site."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for part in ("docs/assets", "overrides"):
        (folder / part).symlink_to(ROOT / part)
    write_small_config(folder)
    with (folder / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write(NAV)
    code, output = python(folder, *command, **{"SOURCE_DATE_EPOCH": "1700000000", **environment})
    assert code == 0, output
    return folder / "site"
