"""From the code of a check to what it imports, and back."""

import pytest

pytestmark = pytest.mark.browser


def test_a_name_that_a_check_imports_leads_to_what_it_does(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("sums/#check-mean-of-two")
    code = tab.locator("#check-mean-of-two + .highlight")
    # What is not the project's own leads nowhere.
    assert code.locator("a").all_inner_texts() == ["dlchecked.dropout", "in_a_row"]
    code.get_by_role("link", name="in_a_row").click()
    heading = tab.locator("h3:target")
    assert heading.inner_text().startswith("in_a_row(first: Law, second: Law) -> Law")
    section = tab.locator("h3:target ~ p").first
    assert section.inner_text().startswith("The law of the products of two layers' factors")
    tab.locator("h3:target ~ details > summary").first.click()
    assert "for (a, p), (b, q) in product" in tab.locator("h3:target ~ details").first.inner_text()
    tab.locator("h3:target ~ .used-by a").first.click()
    tab.locator("#check-mean-of-two:target").wait_for()


def test_what_a_package_offers_is_called_as_it_is_imported(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("helpers/")
    shown = tab.locator("[id='dlchecked.receptive_field.receptive_field']")
    assert shown.inner_text().startswith("receptive_field(")
    arguments = shown.locator("xpath=following-sibling::ul[1]")
    assert arguments.locator("li > code:first-child").count() >= 2


WORDS_IN_TWO_LINES = """() => [...document.querySelectorAll(".md-sidebar--secondary .md-ellipsis code")].flatMap(code => {
    const found = [];
    for (const text of [...code.childNodes].filter(node => node.nodeType === Node.TEXT_NODE)) {
        const range = document.createRange();
        range.selectNode(text);
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(text.data);
    }
    return found;
})"""


def test_a_long_name_in_the_contents_goes_on_in_the_next_line_between_its_words(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("helpers/")
    assert tab.locator(".md-sidebar--secondary a", has_text="dlchecked.finite_differences").is_visible()
    assert tab.evaluate(WORDS_IN_TWO_LINES) == []
