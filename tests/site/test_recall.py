"""A reader says of each answer whether they knew it, and walks from question to question with the keyboard."""

import json

import pytest

pytestmark = pytest.mark.browser

PROGRESS = "() => JSON.parse(localStorage.getItem('deep-learning-checked'))"
FOCUSED = "() => document.activeElement.closest('details').querySelector('.short-answer').textContent.trim()"


@pytest.fixture
def tab(tab_of_one_chapter):
    tab_of_one_chapter.goto("sums/")
    return tab_of_one_chapter


def test_an_answer_that_was_known_comes_again_later_than_one_that_was_not(tab):
    tab.locator("details.success > summary").first.click()
    today = tab.evaluate("Math.floor(Date.now() / 86_400_000)")
    for button, right, days in (("Knew it", True, 1), ("Knew it", True, 3), ("Again", False, 1)):
        tab.locator("details.success").first.get_by_role("button", name=button, exact=True).click()
        item = tab.evaluate(PROGRESS)["items"]["sums/#sum-1"]
        assert (item["question"], item["right"], item["due"] - today) == ("1. Squares", right, days), button
    assert "0 of 1 answers known" in tab.locator(".progress").inner_text()
    # It is kept, and what is due is asked with the rest.
    tab.reload()
    tab.locator("details.success > summary").first.click()
    assert "tomorrow" in tab.locator("details.success .recall").first.inner_text()
    progress = tab.evaluate(PROGRESS)
    progress["items"]["sums/#sum-1"]["due"] -= 10
    tab.evaluate("text => localStorage.setItem('deep-learning-checked', text)", json.dumps(progress))
    tab.goto("practice/")
    tab.locator("#practice").get_by_role("link", name="1. Squares").click()
    assert tab.url.endswith("sums/#sum-1")


def test_keys_lead_from_question_to_question_and_open_answers(tab):
    tab.keyboard.press("j")
    tab.wait_for_function("() => document.activeElement.matches('summary')")
    assert tab.evaluate(FOCUSED).startswith("It is 385")
    tab.keyboard.press("j")
    tab.wait_for_function(f"() => ({FOCUSED})().startsWith('It is 2')")
    tab.keyboard.press("Enter")
    assert tab.locator("details.success").nth(1).get_attribute("open") is not None
    tab.keyboard.press("k")
    assert tab.evaluate(FOCUSED).startswith("It is 385")


def test_all_that_is_due_is_asked_in_an_order_drawn_by_chance(tab):
    titles = [f"Question {number}" for number in range(5)]
    items = {
        f"sums/#sum-{number}": {"question": title, "right": True, "step": 0, "due": 0}
        for number, title in enumerate(titles)
    }
    tab.evaluate(
        "text => localStorage.setItem('deep-learning-checked', text)", json.dumps({"items": items, "pages": {}})
    )
    # Drawn by chance: each time the last of what is left.
    tab.add_init_script("Math.random = () => 1 - 2 ** -52")
    tab.goto("practice/")
    tab.locator("#practice li").first.wait_for()
    assert tab.locator("#practice li a").all_inner_texts() == titles[::-1]
    assert tab.locator("#practice").get_by_role("status").inner_text() == "5 questions answered so far, 5 due today."


def test_an_answer_below_the_screen_is_seen_when_a_key_opens_it(tab):
    tab.set_viewport_size({"width": 1280, "height": 180})
    tab.keyboard.press("j")
    tab.wait_for_function("() => document.activeElement.matches('summary')")
    below = "() => document.activeElement.getBoundingClientRect().bottom > innerHeight"
    assert tab.evaluate(below)
    tab.keyboard.press("Enter")
    tab.wait_for_function(f"() => !({below})()")


def test_a_question_mark_shows_the_keys(tab):
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    assert "next question" in dialog.inner_text()
    tab.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    # In a field, a letter is a letter.
    tab.locator(".md-search__input").fill("")
    tab.locator(".md-search__input").press("j")
    assert tab.locator(".md-search__input").input_value() == "j"


def test_an_answer_says_what_it_holds(tab):
    assert tab.locator("details.success > summary").all_inner_texts() == [
        "Answer 3 checks, 1 common mistake",
        "Answer 1 check",
    ]


@pytest.mark.parametrize("scripts", [True, False])
def test_an_answer_has_an_address_that_opens_it(browser, one_chapter, scripts):
    context = browser.new_context(base_url=one_chapter.url, java_script_enabled=scripts, service_workers="block")
    tab = context.new_page()
    tab.goto("sums/#answer-sum-2")
    short = tab.locator(".short-answer:target")
    short.wait_for()
    assert short.inner_text().startswith("It is 2")
    assert short.evaluate("answer => getComputedStyle(answer).boxShadow") != "none"
    if scripts:
        answer = tab.locator("details.success").nth(1)
        assert answer.get_by_role("link", name="Link to this answer").get_attribute("href") == "#answer-sum-2"
    context.close()


def test_a_mistake_is_reported_with_question_check_and_versions(tab):
    page = tab.locator("a.report", has_text="Report a mistake").last
    assert page.get_attribute("href").startswith(
        "https://example.org/us/book/issues/new?title=Mistake%20on%20sums%2F&body="
    )
    assert tab.get_by_role("link", name="Edit this page").get_attribute("href").endswith("edit/main/docs/sums.md")
    tab.goto("sums/#check-ten-squares")
    link = tab.locator("details.success a.report").first
    # Where it leads is known when it is followed.
    link.evaluate("link => link.addEventListener('click', event => event.preventDefault())")
    link.click()
    body = link.evaluate("link => new URL(link.href).searchParams.get('body')")
    assert "Question: 1. Squares, http" in body
    assert "sums/#sum-1\nCheck: ten-squares\n" in body
    assert "torch 2." in body
