"""What the glossary of a site says to its pages and to its search."""

import json

from handouts.glossary import Term, abbreviations, as_sections, explained, terms
from handouts.search import tag_with_terms

GLOSSARY = """\
# Glossary

<span id="batch"></span>
**Batch**, or mini-batch. Some samples ([the question](b.md#b-1)).

<span id="kl"></span>
**Kullback–Leibler divergence** (KL) of $q$ from
$p$. A mean.

<span id="relu"></span>
**ReLU**, rectified linear unit. It is $\\max(0, x)$
([the questions](r.md#r-1)).

<span id="condition-number"></span>
**Condition number** of a quadratic, or of a loss. A ratio.
"""


def test_a_term_has_its_names_and_the_question_that_teaches_it():
    assert list(terms(GLOSSARY)) == [
        Term("batch", ("Batch", "mini-batch"), "b.md#b-1"),
        Term("kl", ("Kullback–Leibler divergence", "KL")),
        Term("relu", ("ReLU", "rectified linear unit"), "r.md#r-1"),
        Term("condition-number", ("Condition number",)),
    ]


def test_abbreviations_are_known_in_the_plural_too():
    assert abbreviations(terms(GLOSSARY)) == {
        "KL": "Kullback–Leibler divergence",
        "KLs": "Kullback–Leibler divergences",
        "ReLU": "rectified linear unit",
        "ReLUs": "rectified linear units",
    }


def test_an_abbreviation_is_explained_where_it_first_stands_in_a_section():
    told = '<abbr title="rectified linear unit">ReLU</abbr>'
    page = "<h2>ReLU</h2><p>ReLU and <b>ReLU</b>, ReLUs</p><h3>x</h3><p>ReLU</p>"
    assert explained(page, {"ReLU": "rectified linear unit"}) == (
        f"<h2>ReLU</h2><p>{told} and <b>ReLU</b>, ReLUs</p><h3>x</h3><p>{told}</p>"
    )


def test_of_two_abbreviations_that_begin_alike_the_longer_one_is_explained():
    told = explained("<p>L-BFGS</p>", {"L": "a loss", "L-BFGS": "a method"})
    assert told == '<p><abbr title="a method">L-BFGS</abbr></p>'


def test_names_in_formulas_code_links_and_longer_words_are_left_alone():
    page = (
        '<p><math><mtext>KL</mtext></math> <code>KL</code> <a href="KL">KL</a> KLM <img alt="KL"></p>'
        "<pre><code>KL</code></pre><svg><text>KL</text></svg>"
    )
    assert explained(page, {"KL": "Kullback–Leibler divergence"}) == page


def test_the_page_shows_terms_under_letters():
    page = '<p>Terms.</p>\n<p><span id="b"></span>\n<strong>B</strong>. One.</p>\n<p><span id="c"></span>\n<strong>C</strong>, two.</p>\n'
    shown = as_sections(page)
    assert '<p class="letters"><a href="#letter-b">B</a> <a href="#letter-c">C</a></p>' in shown
    assert '<h2 id="letter-b">B</h2>\n<div class="term"><h3 id="b">B</h3><p>. One.</p></div>' in shown


def test_search_knows_a_term_in_both_spellings(tmp_path):
    index = tmp_path / "search_index.json"
    index.write_text(json.dumps({"docs": [{"location": "d/#d-1"}, {"location": "d/"}]}))
    tag_with_terms(index, [Term("n", ("normalisation", "warm-up"), "d.md#d-1"), Term("x", ("x",))], {"d.md": "d/"})
    assert json.loads(index.read_text())["docs"] == [
        {"location": "d/#d-1", "tags": ["normalisation", "normalization", "warm-up", "warmup"]},
        {"location": "d/"},
    ]
