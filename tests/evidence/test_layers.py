"""An answer in layers, and the quiz before it: what they become, and what is refused of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown

from evidence.markdown_extension import EvidenceExtension
from evidence.page.settings import BASELINE, BASELINE_CONFIGS
from evidence.page.site import Site
from evidence.records.records import Records
from evidence.records.verification import verify
from evidence.rules.all_rules import page_errors

QUIZ = """/// quiz | What is the sum of the first ten squares?
- [ ] 3025: that is the square of their [sum, 55](check:slips)
- [x] 385: [add them up](check:ten-squares)
///
"""
SHORT = """/// short
It is [385](check:ten-squares), and $n(n+1)(2n+1)/6$ says so for every $n$.
///
"""
EVIDENCE = """/// evidence | The squares, added up
<!--pytest.mark.exact("ten-squares")-->
```python
assert sum(n**2 for n in range(11)) == 385
```
///
"""
MISTAKE = """/// details | Common mistake: squaring the sum
    type: failure

It is [3025](check:slips).

<!--pytest.mark.exact("slips")-->
```python
assert sum(range(11)) == 55
assert sum(range(11)) ** 2 == 3025 != sum(n**2 for n in range(11))
```
///
"""
REMARK = "/// details | Strictly speaking\n    type: info\n\nNothing.\n///\n"


def page(quiz: str = QUIZ, *layers: str) -> str:
    answer = "\n".join(layers or (SHORT, EVIDENCE, MISTAKE, REMARK))
    return (
        f"# Sums\n\n## 1. Squares {{ #sum-1 }}\n\n{quiz}\n//// details | Answer\n    type: success\n\n{answer}\n////\n"
    )


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str) -> Path:
        (tmp_path / "docs").mkdir(exist_ok=True)
        path = tmp_path / "docs" / "page.md"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def errors(write):
    def errors(text: str) -> list[str]:
        path = write(text)
        site, records = Site(path.parent), Records(path.parent)
        verify(site.pages(), records)
        return [str(error) for error in page_errors(site, site.page(path), records)]

    return errors


def test_a_page_in_layers_is_sound(errors):
    assert errors(page()) == []


def test_what_the_layers_become(write):
    path = write(page())
    verify(Site(path.parent).pages(), Records(path.parent))
    extension = EvidenceExtension(config_file=str(path.parents[1] / "none.yml"))
    configs = BASELINE_CONFIGS | {"pymdownx.highlight": {"pygments_lang_class": True}}
    html = Markdown(extensions=[*BASELINE, extension], extension_configs=configs).convert(page())
    assert '<ol class="quiz-options" type="A">\n<li>3025</li>\n<li>385</li>\n</ol>' in html
    assert '<li class="quiz-right"><span class="quiz-option">385</span>: <a class="check-link"' in html
    assert html.index("quiz-why") < html.index("<summary>Answer") < html.index('<div class="short-answer"')
    summary = 'The squares, added up <span class="check-grade check-grade--exact">exact</span></summary>'
    assert html.index(summary) < html.index('id="check-ten-squares"') < html.index("Common mistake")


def test_a_fold_says_that_what_it_holds_does_not_hold(write):
    text = page().replace("== 385", "== 386")
    path = write(text)
    verify(Site(path.parent).pages(), Records(path.parent))
    extension = EvidenceExtension(config_file=str(path.parents[1] / "none.yml"), unverified="show")
    configs = BASELINE_CONFIGS | {"pymdownx.highlight": {"pygments_lang_class": True}}
    html = Markdown(extensions=[*BASELINE, extension], extension_configs=configs).convert(text)
    assert 'exact</span> <span class="check-failed">does not hold</span></summary>' in html


LONG = "It is [385](check:ten-squares). " + "One two three four five. " * 12
ONE_SENTENCE = "It is [385](check:ten-squares), " + "and so " * 13 + "on. "
FORMULAS = "It is [385](check:ten-squares), $a$, $b$ and $c$."


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (page(QUIZ, SHORT, SHORT, EVIDENCE, MISTAKE), 10, "has 2 short answers"),
        (page(QUIZ, f"/// short\n{LONG}\n///\n", EVIDENCE, MISTAKE), 10, "has 63 words, and may have 60"),
        (page(QUIZ, f"/// short\n{ONE_SENTENCE}\n///\n", EVIDENCE, MISTAKE), 10, "30 words in its first sentence, and"),
        (page(QUIZ, f"/// short\n{FORMULAS}\n///\n", EVIDENCE, MISTAKE), 10, "has 3 formulas, and may have 2"),
        (page(QUIZ, SHORT, "```python\na = 1\n```\n", EVIDENCE, MISTAKE), 17, "code stands open in the answer"),
        (page(QUIZ, SHORT, MISTAKE, EVIDENCE), 10, "a fold of evidence stands after one of common mistake"),
        (page(QUIZ, SHORT, EVIDENCE, REMARK, MISTAKE), 10, "a fold of common mistake stands after one of remark"),
        (page(""), 6, "no quiz stands before the answer to 'sum-1'"),
        (page("") + f"\n{QUIZ}", 6, "no quiz stands before the answer to 'sum-1'"),
        (page(QUIZ.replace("[x]", "[ ]")), 5, "no options of the quiz*are marked as right"),
        (page(QUIZ.replace("[ ]", "[x]")), 5, "2 options of the quiz*are marked as right"),
        (page(QUIZ.replace("- [ ] 3025", "- 3025")), 5, "an option that is told to be neither right nor wrong"),
        (
            page(QUIZ.replace("- [x]", "  [ ] 55: [the sum](check:slips)\n- [x]")),
            5,
            "an option that is told to be neither",
        ),
        (page(QUIZ.replace("- [", "[")), 5, "has no options"),
        (page("\n".join(line for line in QUIZ.split("\n") if "[ ]" not in line)), 5, "has no wrong option"),
        (
            page(QUIZ.replace("[add them up](check:ten-squares)", "add them up")),
            5,
            "'385' links to no check that proves",
        ),
        (page(QUIZ.replace("[sum, 55](check:slips)", "sum")), 5, "'3025' links to no check that refutes it"),
        (page(QUIZ.replace("385:", "384:")), 5, "384, but 'ten-squares' observed"),
        (page(QUIZ.replace("3025:", "3026:")), 5, "3026, but 'slips' observed"),
        (page(QUIZ.replace("55](", "56](")), 6, "56, but 'slips' observed"),
        (page(QUIZ.replace("3025:", "385:")), 5, "two options of the quiz*are the same"),
    ],
)
def test_what_is_refused(text, line, problem, errors):
    found = errors(text)
    before, _, after = problem.partition("*")
    assert any(f"page.md:{line}: " in error and before in error and after in error for error in found), found
