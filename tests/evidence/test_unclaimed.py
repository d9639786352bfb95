"""The numbers of an answer that no check link claims are listed, with the share of those that one does."""

from __future__ import annotations

import pytest

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


def unclaimed(pytester, capsys, page: str) -> list[str]:
    (pytester.path / "mkdocs.yml").write_text(
        "site_name: S\nmarkdown_extensions: [attr_list, tables, pymdownx.superfences, pymdownx.blocks.details, mathml,"
        " evidence]\n"
    )
    (pytester.path / "docs").mkdir()
    (pytester.path / "docs/sums.md").write_text(page)
    assert main(["unclaimed", "docs"]) == 0
    return capsys.readouterr().out.splitlines()


def test_numbers_that_nothing_claims_are_listed(pytester, capsys):
    told = unclaimed(pytester, capsys, PAGE)
    assert [line.partition(" in ")[0] for line in told] == [
        "docs/sums.md:10: 100",
        "docs/sums.md:10: 386",
        "docs/sums.md:11: 77 · 5",
        "docs/sums.md: 1 of 4 numbers are claimed (25%)",
        "all: 1 of 4 numbers are claimed (25%)",
    ]
    assert told[0].endswith("'It is … , of which 100 is the last, and 386 is a common slip.'")


ASKED = """# Sums

## {heading} {{ #sum-4 }}

What is the sum of the first 10 squares, and of $n = 12$, with a step of ½ in `range(0, 77)`?

{block}

///// details | Answer
    type: success

{said}

<!--pytest.mark.exact("ten")-->
```python
steps, rate = 150, 0.02
net = train([64, -6], sizes=(3, 5))
assert sum(n**2 for n in range(11)) == 385 and steps**7 > 1
```
/////
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Of the 10 squares, of 12, of $n = 12$ and of ½.", []),
        ("In 150 steps at a rate of 0.02 or 2 %, for 64, −6 and 3 × 5.", []),
        ("It is 385, after 11 terms, by 7 or by 77.", ["385", "11", "7", "77"]),
        ("As in question 4.2, in questions 4.1, 4.2 and 4.3, in section 9, in Table 8 and since 2014.", []),
        ("1. Take 9.\n\n2\\. Take eight, 0, $x = 1$ and thirteen.", ["9", "thirteen"]),
        ("It is 0 % or 100 % of ⅓ and of $\\frac{2}{7}$.", ["0 %", "100 %", "1/3", "2/7"]),
        ("$$\nx = 386\n$$\n\nBut $x < 386$.", ["386"]),
        ("| a | 386 |\n| --- | --- |\n| 4 | [3](check:ten) |", ["386", "4"]),
        ("//// details | 386 more\n387\n////", ["386", "387"]),
    ],
)
def test_what_is_given_or_names_a_place_is_left_out_and_nothing_else(said, told, pytester, capsys):
    page = ASKED.format(heading="4. Sums", block="", said=said)
    found = unclaimed(pytester, capsys, page)
    assert [line.partition(" in ")[0].partition(": ")[2] for line in found[:-2]] == told


def test_the_number_of_a_question_gives_nothing_and_its_code_gives_what_it_sets(pytester, capsys):
    page = ASKED.format(heading="44. Sums", block="```python\nwidth = 33\n```", said="It is 44, or 33.")
    assert unclaimed(pytester, capsys, page)[0].startswith("docs/sums.md:14: 44 in")


def test_a_block_that_is_not_run_need_not_be_python(pytester, capsys):
    block = '<!--pytest.mark.skip(reason="it is a sketch")-->\n```python\nwidth = 33 …\n```'
    page = ASKED.format(heading="4. Sums", block=block, said="It is 33.")
    assert unclaimed(pytester, capsys, page)[0].startswith("docs/sums.md:15: 33 in")


QUIZ = """/// quiz | What is the sum of 12 and 30?
- [ ] 43: that is [42](check:ten) and 99
- [x] 42: with 12
///"""


def test_the_reasons_of_a_quiz_are_answers_and_its_options_give_nothing_to_the_answer(pytester, capsys):
    page = ASKED.format(heading="4. Sums", block=QUIZ, said="It is 43.")
    told = unclaimed(pytester, capsys, page)
    assert [line.partition(" in ")[0] for line in told[:-2]] == ["docs/sums.md:8: 99", "docs/sums.md:15: 43"]
    assert told[-1] == "all: 1 of 3 numbers are claimed (33%)"
