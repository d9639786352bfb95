"""Cards lead to chapters, and say of each what its pages say."""

from types import SimpleNamespace

import pytest
from mkdocs.structure.nav import Navigation, Section

from evidence.files.errors import PageError
from handouts.lists import Chapter
from handouts.overview import fill_in_cards
from handouts.questions import Question

TALL = '<figure class="figure"><svg viewBox="0 0 9 9" style="width:100%;fill:red" role="img" aria-labelledby="t"><title id="t">T</title><svg><path d="tall"/></svg></svg></figure>'
WIDE = TALL.replace("0 0 9 9", "0 0 90 9").replace("tall", "wide")


class FakePage:
    """As much of MkDocs' page as a card needs."""

    def __init__(self, url, content="", **meta):
        self.url, self.title, self.content, self.meta = url, url.strip("/").title(), content, meta
        self.file = SimpleNamespace(abs_src_path=None, src_uri=f"{url}index.md")


@pytest.fixture
def site(monkeypatch):
    """A part with a chapter of one page, one of two pages, and a page without a question."""
    monkeypatch.setattr("handouts.overview.Page", FakePage)
    sums = FakePage(
        "sums/", TALL + WIDE + '<div class="quiz"></div><div class="quiz"></div>', description="Sums & more."
    )
    index, a, b = FakePage("more/", description="Both."), FakePage("more/a/"), FakePage("more/b/", TALL)
    nav = Navigation(
        [FakePage(""), Section("Chapters", [sums, Section("More", [index, a, b]), FakePage("about/")])], []
    )
    asked = {page.url: Chapter(page.url, page.title, [Question("q", "Q")]) for page in (sums, a, b)}
    return nav, asked


def cards(site, text):
    home = FakePage("", text)
    fill_in_cards(home, *site)
    return home.content


def test_a_card_shows_title_line_counts_and_a_wide_figure_without_its_name(site):
    one, other = cards(site, "<!--handouts:chapters Chapters-->").split("</section>")[:2]
    assert '<h3><a href="sums/">Sums</a></h3>\n<p>Sums &amp; more.</p>' in one
    assert '<p class="card-count" data-pages="sums/" data-quizzes="2">1 question, 2 quizzes</p>' in one
    assert '<svg viewBox="0 0 90 9" style="fill:red" aria-hidden="true"><svg><path d="wide"/></svg></svg>' in one
    assert '<h3><a href="more/">More</a></h3>\n<p>Both.</p>' in other
    assert '<li><a href="more/a/">More/A</a></li>\n<li><a href="more/b/">More/B</a></li>' in other
    assert 'data-pages="more/a/ more/b/" data-quizzes="0">2 questions</p>' in other
    assert "tall" in other


def test_a_page_without_a_question_has_no_card(site):
    assert "about" not in cards(site, "<!--handouts:chapters Chapters-->")


def test_a_part_that_is_not_there_is_refused(site, tmp_path):
    nav, asked = site
    home = FakePage("", mark := "<!--handouts:chapters Chapter-->")
    home.file.abs_src_path = tmp_path / "index.md"
    home.file.abs_src_path.write_text(f"# Home\n\n{mark}\n")
    with pytest.raises(
        PageError, match=r"index.md:3: no part of nav with questions is called .* Name one of: Chapters"
    ):
        fill_in_cards(home, nav, asked)
