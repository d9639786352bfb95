"""The numbers of an answer that no check link claims are listed, with the share of those that one does."""

from __future__ import annotations

from evidence.__main__ import main

PAGE = """# Sums

## 1. Sums { #sum-1 }

What is the sum of the first 10 squares?

/// details | Answer
    type: success

It is [385](check:ten), of which 100 is the last, and 386 is a common
slip. With all 10 it is $n = 77 \\cdot 5$; see [page 12](references.md#a), `range(11)` and two books.

$$
\\sum_{n=1}^{10} n^2
$$

<!--pytest.mark.exact("ten")-->
```python
assert sum(n**2 for n in range(11)) == 385
```
///

Outside, 99.
"""


def test_numbers_that_nothing_claims_are_listed(pytester, capsys):
    (pytester.path / "mkdocs.yml").write_text(
        "site_name: S\nmarkdown_extensions: [attr_list, pymdownx.superfences, pymdownx.blocks.details, mathml]\n"
    )
    (pytester.path / "docs").mkdir()
    (pytester.path / "docs/sums.md").write_text(PAGE)
    assert main(["unclaimed", "docs"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" in ")[0] for line in told] == [
        "docs/sums.md:10: 100",
        "docs/sums.md:10: 386",
        "docs/sums.md:11: 77 · 5",
        "docs/sums.md: 1 of 4 numbers are claimed (25%)",
        "1 of 4 numbers are claimed (25%)",
    ]
    assert told[0].endswith("'It is … , of which 100 is the last, and 386 is a common slip.'")
