"""A reader chooses, sees why, finds the run, and comes back on the day that the page states."""

import json
import re

import pytest

pytestmark = pytest.mark.browser

KEY = "deep-learning-checked"
PROGRESS = f"() => JSON.parse(localStorage.getItem('{KEY}'))"


@pytest.fixture
def tab(open_tab):
    tab = open_tab(fresh=True)
    tab.goto("dropout/")
    yield tab
    tab.context.close()


@pytest.fixture
def quiz(tab):
    return tab.locator("#quiz-dropout-1")


def test_a_wrong_choice_is_told_why_and_can_be_tried_again(tab, quiz):
    quiz.get_by_role("button", name="0.3").click()
    told = quiz.get_by_role("status")
    assert told.inner_text().startswith("Not so: this counts twice")
    edge = "option => getComputedStyle(option.firstElementChild).boxShadow"
    assert quiz.locator(".chosen-wrong").evaluate(edge) != "none"
    assert not quiz.locator(".quiz-why").is_visible()
    quiz.get_by_role("button", name="0.28").click()
    assert told.inner_text().startswith("Right:")
    assert quiz.locator(".quiz-why").is_visible()
    asked = tab.locator(".quiz").count()
    assert tab.locator(".progress").inner_text().startswith(f"1 of {asked} questions answered; wrong at first: 1.")


def test_the_reason_leads_to_the_run(tab, quiz):
    quiz.get_by_role("button", name="0.28").click()
    quiz.locator(".quiz-told a.check-link").click()
    assert tab.locator("#check-dropout-two-laws").is_visible()


def test_a_quiz_is_asked_with_the_keyboard_alone(tab, quiz):
    quiz.get_by_role("button", name="0.02").press("Enter")
    assert quiz.get_by_role("status").inner_text().startswith("Not so:")


def test_to_be_asked_again_shows_no_old_answer(tab, quiz):
    quiz.get_by_role("button", name="0.28").click()
    quiz.get_by_role("button", name="Ask me again").click()
    assert quiz.locator(".chosen-right").count() == 0
    assert quiz.get_by_role("status").inner_text() == ""


def test_the_first_try_decides_when_it_comes_again(tab, quiz):
    today = tab.evaluate("Math.floor(Date.now() / 86_400_000)")
    quiz.get_by_role("button", name="0.28").click()
    item = tab.evaluate(PROGRESS)["items"]["dropout/#quiz-dropout-1"]
    assert (item["right"], item["due"] - today) == (True, 1)
    quiz.get_by_role("button", name="Ask me again").click()
    quiz.get_by_role("button", name="0.28").click()
    assert tab.evaluate(PROGRESS)["items"]["dropout/#quiz-dropout-1"]["due"] - today == 3
    quiz.get_by_role("button", name="Ask me again").click()
    quiz.get_by_role("button", name="0.02").click()
    quiz.get_by_role("button", name="0.28").click()
    item = tab.evaluate(PROGRESS)["items"]["dropout/#quiz-dropout-1"]
    assert (item["right"], item["due"] - today) == (False, 1)


def test_the_home_page_and_the_page_to_practise_know_of_it(tab, quiz):
    quiz.get_by_role("button", name="0.28").click()
    asked = tab.locator(".quiz").count()
    tab.goto("")
    count = tab.locator(".card", has_text="Dropout").locator(".card-count")
    assert count.inner_text().strip() == f"3 questions, {asked} quizzes, 1 answered"
    assert count.locator("progress").evaluate("bar => [bar.value, bar.max]") == [1, asked]
    tab.evaluate(f"""() => {{
        const progress = JSON.parse(localStorage.getItem('{KEY}'));
        for (const item of Object.values(progress.items)) item.due -= 10;
        localStorage.setItem('{KEY}', JSON.stringify(progress));
    }}""")
    tab.goto("practice/")
    tab.get_by_role("link", name=re.compile("Dropout with rate 0.1")).click()
    assert tab.url.endswith("dropout/#quiz-dropout-1")
    tab.get_by_role("button", name="Forget these").click()
    progress = tab.evaluate(PROGRESS)
    assert progress["items"] == {}
    assert "dropout/" not in progress["pages"]


def test_the_question_on_the_home_page_shows_its_run_where_it_was_asked(open_tab):
    tab = open_tab(fresh=True)
    tab.goto("")
    figure, code = tab.locator("article figure > svg").first, tab.locator("#check-home-two-convolutions + .highlight")
    assert not figure.is_visible()
    tab.get_by_role("button", name="5 × 5").click()
    assert tab.locator(".quiz").get_by_role("status").inner_text().startswith("Right:")
    assert figure.is_visible()
    assert code.is_visible()
    tab.context.close()


def test_progress_is_taken_away_and_brought_back(tab, quiz, tmp_path):
    quiz.get_by_role("button", name="0.3").click()
    before = tab.evaluate(PROGRESS)
    tab.goto("practice/")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "progress.json")
    assert json.loads((tmp_path / "progress.json").read_text()) == before
    # A slip of the finger forgets nothing.
    tab.once("dialog", lambda question: question.dismiss())
    tab.get_by_role("button", name="Forget all").click()
    assert tab.evaluate(PROGRESS) == before
    tab.once("dialog", lambda question: question.accept())
    tab.get_by_role("button", name="Forget all").click()
    assert tab.evaluate(PROGRESS) == {"items": {}, "pages": {}}
    for name, told in (("progress.json", "Taken in."), ("other.json", "This file holds no progress")):
        (tmp_path / "other.json").write_text('{"items": {"a": {}}, "pages": {}}')
        with tab.expect_file_chooser() as chooser:
            tab.get_by_role("button", name="Import").click()
        chooser.value.set_files(tmp_path / name)
        tab.get_by_role("status").filter(has_text=told).wait_for()
        assert tab.evaluate(PROGRESS) == before


def test_without_scripts_a_quiz_is_a_list_and_a_fold(open_tab):
    tab = open_tab(scripts=False)
    tab.goto("dropout/")
    quiz = tab.locator("#quiz-dropout-1")
    assert quiz.locator(".quiz-options > li").all_inner_texts() == ["0.3", "0.28", "0.02"]
    quiz.locator("summary").click()
    assert quiz.locator(".quiz-right").is_visible()
