"""A reader finds the page that teaches a term, what a term means, and a check among hundreds."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as NotInTime

from handouts.glossary import abbreviations, terms

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
TEACHES = {
    "receptive field": "cnns/#cnn-1",
    "dilation": "cnns/#cnn-2",
    "residual connection": "cnns/#cnn-4",
    "dropout": "dropout/#dropout-3",
    "cross-entropy": "losses-and-activations/#loss-1",
    "crossentropy": "losses-and-activations/#loss-1",
    "dying ReLU": "losses-and-activations/#loss-4-3",
    "ReLU": "losses-and-activations/#loss-4-1",
    "SGD": "optimization/batches/#opt-1",
    "learning rate": "optimization/batches/#opt-3",
    "momentum": "optimization/descent/#opt-4-6",
    "saddle point": "optimization/descent/#opt-4-5",
    "batch norm": "optimization/depth/#opt-6-2",
    "batchnorm": "optimization/depth/#opt-6-2",
    "batch normalization": "optimization/depth/#opt-6-2",
    "vanishing gradient": "optimization/depth/#opt-6-1",
    "vanishing": "optimization/depth/#opt-6-1",
    "backpropagation": "backpropagation/#backprop-4",
    "bakpropagation": "backpropagation/#backprop-4",
    "finite difference": "backpropagation/#backprop-2-1",
    "embedding": "sequence-models/#seq-1-1",
    "TBPTT": "sequence-models/#seq-3-1",
    "BPTT": "sequence-models/#seq-3-1",
    "attention": "attention/#attn-1-1",
    "self-atention": "attention/#attn-1-1",
    "reparametrization trick": "unsupervised-learning/vae/#vae-2-2",
    "vanihsing": "optimization/depth/#opt-6-1",
    "ELBO": "unsupervised-learning/vae/#vae-2-3",
    "GAN": "unsupervised-learning/gan/#gans",
    "mode collapse": "unsupervised-learning/gan/#gan-5",
    "IoU": "detection-and-segmentation/#det-1",
    "RPN": "detection-and-segmentation/#det-2",
    "graph convolution": "graph-neural-networks/",
}
# The page, and then of its parts the one that teaches the term.
FIRST = """address => [...document.querySelectorAll(".md-search-result__item:first-child > a")].slice(0, 2)
    .some(link => link.href.startsWith(document.baseURI + address))"""


def comes_first(tab, address):
    """Whether the search comes to that: what is found for all letters but the last may stand there before."""
    try:
        tab.wait_for_function(FIRST, arg=address, timeout=10_000)
    except NotInTime:
        return False
    return True


def test_the_page_that_teaches_a_term_comes_first(open_tab, search):
    tab = open_tab()
    tab.goto("")
    wrong = []
    for term, address in TEACHES.items():
        search(tab, term)
        if not comes_first(tab, address):
            wrong.append(
                f"{term}: not {address} but {tab.locator('.md-search-result__link').first.get_attribute('href')}"
            )
    assert not wrong, "\n".join(wrong)


def test_what_is_called_so_comes_before_what_says_it_more_often(tab_of_one_chapter, search):
    tab = tab_of_one_chapter
    tab.goto("")
    for term in ("average", "mean"):
        search(tab, term)
        assert comes_first(tab, "sums/#sum-2"), term
    # The term itself is found too, with its definition.
    term = tab.locator(".md-search-result__link[href*='glossary/#mean']")
    assert "divided by their count" in term.inner_text()


def test_a_slip_in_a_word_is_forgiven_and_told(tab_of_one_chapter, search):
    tab = tab_of_one_chapter
    tab.goto("")
    told = tab.locator(".md-search-result__meta")
    for typed, like in (("avrage", "avrage"), ("the avrage squares", "avrage"), ("avrege sqares", "avrege and sqares")):
        search(tab, typed)
        told.filter(has_text=f", with words like {like}").wait_for()
        assert comes_first(tab, "sums/"), typed
    # What is found as it stands is found as it stands.
    search(tab, "average")
    told.filter(has_not_text="like").wait_for()
    # A short word is like too many others.
    box = tab.locator(".md-search__input")
    box.fill("mex")
    told.filter(has_text="No matching documents").wait_for()


def test_a_check_is_found_by_its_name_and_shown(tab_of_one_chapter, search):
    tab = tab_of_one_chapter
    tab.goto("")
    search(tab, "Printed-squares")
    assert comes_first(tab, "sums/#check-printed-squares")
    tab.locator(".md-search-result__link[href*='#check-printed-squares']").click()
    check = tab.locator("#check-printed-squares:target")
    check.wait_for()
    assert check.is_visible()
    # Its words alone bring up the answer first.
    tab.goto("")
    search(tab, "squares")
    assert comes_first(tab, "sums/#sum-1")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_search_has_an_address(tab_of_one_chapter, search, width):
    tab = tab_of_one_chapter
    tab.set_viewport_size({"width": width, "height": 740})
    tab.goto("means/")
    if width == 360:
        tab.get_by_role("button", name="Search").click()
    search(tab, "ten squares")
    tab.get_by_role("link", name="Link to this search").click()
    assert tab.url.endswith("means/?q=ten+squares")
    tab.locator(".md-search-result__link[href*='sums/#sum-1']").wait_for()
    assert tab.locator(".md-search__input").input_value() == "ten squares"


# Names of products, people, data and networks, which stand for nothing, or are explained where they stand.
NAMES = {
    *(
        "AdamW",
        "BFGS",
        "CS231n",
        "PyTorch-VAE",
        "TOTAL",
        "VampPrior",
        "WordPiece",
        "AlexNet",
        "ConvNeXt",
        "CS236781",
        "DeepNorm",
        "DiracNets",
        "FlashAttention",
        "IndexError",
        "McCandlish",
    ),
    *("MobileNet", "PASCAL", "PyTorch", "R3GAN", "RepLKNet", "RepVGG", "RoIAlign", "RoIPool", "RT-DETR", "TensorFlow"),
    *("Transformer-XL", "WGAN-GP", "XL", "xLSTM"),
}
# These pages speak of the site itself, or cite titles.
NO_CHAPTERS = (
    "references/",
    "404.html",
    "ledger/",
    "your-own-course/",
    "contributing/",
    "how-claims-are-checked/",
    "corrections/",
    "helpers/",
)
_CODE = re.compile(r"<(pre|code|math|svg|script|style)\b.*?</\1>", re.S)
_ABBREVIATION = re.compile(r"(?<![\w.])[A-Za-z]*[A-Z][a-z0-9]*[A-Z][A-Za-z0-9]*(?:-[A-Z]+)*\b")


def test_every_abbreviation_of_the_pages_is_in_the_glossary(built_site):
    known = set(abbreviations(terms((ROOT / "docs/glossary.md").read_text(encoding="utf-8")))) | NAMES
    missing = {}
    for page in built_site.pages:
        if page.address.startswith(NO_CHAPTERS):
            continue
        article = page.file.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
        words = unescape(re.sub(r"<[^>]+>", "", _CODE.sub(" ", article)))
        for word in _ABBREVIATION.findall(words):
            if word not in known and word.removesuffix("s") not in known:
                missing.setdefault(word, page.name)
    assert not missing, f"docs/glossary.md explains none of these: {missing}"


def test_an_abbreviation_is_explained_once_in_a_section(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("sums/")
    assert tab.locator("abbr").evaluate_all("all => all.map(each => [each.textContent, each.title])") == [
        ["RMS", "root mean square"]
    ]


def test_the_glossary_is_in_the_order_of_the_alphabet(built_site, open_tab):
    tab = open_tab()
    tab.goto("glossary/")
    names = tab.locator(".term > h3").all_inner_texts()
    assert len(names) > 80
    assert [name[0].upper() for name in names] == sorted(name[0].upper() for name in names)
    tab.locator(".letters > a", has_text="R").click()
    assert tab.locator("#letter-r").evaluate("h => Math.abs(h.getBoundingClientRect().top) < innerHeight / 2")


SHOWN = "heading => heading.checkVisibility({ contentVisibilityAuto: true })"


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("Words of a claim, or a name", "square-of", ["square-of-sum"]),
        ("Words of a claim, or a name", "RUN prints", ["printed-squares"]),
        ("Words of a claim, or a name", "a mean", ["mean-of-two"]),
        ("grade", "exact", ["ten-squares", "printed-squares", "square-of-sum", "mean-of-two"]),
        ("verdict", "passed", ["ten-squares", "printed-squares", "square-of-sum", "mean-of-two"]),
        ("chapter", "Sums", ["ten-squares", "printed-squares", "square-of-sum", "mean-of-two"]),
    ],
)
def test_the_ledger_filters(tab_of_one_chapter, field, value, found):
    tab = tab_of_one_chapter
    tab.goto("ledger/")
    control = tab.get_by_label(field, exact=True)
    control.wait_for()
    if field == "Words of a claim, or a name":
        control.fill(value)
    else:
        control.select_option(value)
    assert tab.locator("article li:visible code").all_inner_texts() == found
    assert tab.locator("#ledger > [role=status]").inner_text() == f"{len(found)} of 4 checks"
    assert tab.locator("article details[open] > summary").all_inner_texts() == [f"{len(found)} of 4 checks"]
    # Another reader can be shown the same.
    tab.reload()
    tab.locator("article li:visible").first.wait_for()
    assert tab.locator("article li:visible code").all_inner_texts() == found


def test_the_ledger_fills_one_screen_until_something_is_asked_and_hides_nothing_that_is_sought(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("ledger/")
    everything = tab.get_by_role("button", name="Show all 4 checks by chapter")
    everything.wait_for()
    chapter = tab.locator("article h2", has_text="Sums")
    assert not chapter.evaluate(SHOWN)
    tab.emulate_media(media="print")
    assert chapter.evaluate(SHOWN)
    tab.emulate_media(media="screen")
    everything.click()
    assert chapter.evaluate(SHOWN)
    assert not everything.is_visible()
    # A link, and what the browser itself looks for: a link to a text finds as Ctrl-F does.
    for place in ("#sums", "#:~:text=mean%2Dof%2Dtwo"):
        tab.goto("about:blank")
        tab.goto(f"ledger/{place}")
        tab.wait_for_function(SHOWN, arg=chapter.element_handle())
    assert tab.locator("article details[open]").count() == 1


def test_only_the_ledger_is_filtered_whatever_a_heading_is_called(open_tab):
    tab = open_tab()
    tab.goto("your-own-course/#ledger", wait_until="networkidle")
    assert tab.locator("#ledger").inner_text().startswith("Tell what was checked")
    assert tab.locator("form.filter").count() == 0


def test_all_questions_and_all_mistakes_stand_on_a_page_each(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("questions/")
    assert tab.locator("article h3").all_inner_texts() == ["1. Squares", "2. A mean"]
    assert "What is the mean of 1 and 3?" in tab.locator("article").inner_text()
    assert tab.locator("article :is(.quiz, details)").count() == 0
    # Links lead where they led from the chapter.
    assert tab.locator("article a", has_text="mean").first.get_attribute("href") == "../glossary/#mean"
    tab.locator("article h3 a").first.click()
    assert tab.url.endswith("sums/#sum-1")
    tab.goto("mistakes/")
    assert "The square of the sum." in tab.locator("article").inner_text()
    assert tab.locator("article a", has_text="3025").get_attribute("href") == "../sums/#check-square-of-sum"
