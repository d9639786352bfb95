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


def test_right_and_wrong_are_told_apart_without_colour(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("sums/")
    for option, sign in (("3025", "✗"), ("385", "✓")):
        chosen = tab.locator("#quiz-sum-1").get_by_role("button", name=option)
        chosen.click()
        assert sign in chosen.evaluate("option => getComputedStyle(option, '::after').content"), option


def test_the_reason_leads_to_the_run(tab, quiz):
    quiz.get_by_role("button", name="0.28").click()
    quiz.locator(".quiz-told a.check-link").click()
    assert tab.locator("#check-dropout-two-laws").is_visible()


def test_a_quiz_is_asked_with_the_keyboard_alone(tab, quiz):
    quiz.get_by_role("button", name="0.02").press("Enter")
    assert quiz.get_by_role("status").inner_text().startswith("Not so:")


def test_who_forgets_a_page_sees_no_old_answer_on_it(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("sums/")
    quiz = tab.locator("#quiz-sum-1")
    quiz.get_by_role("button", name="3025").click()
    quiz.get_by_role("button", name="385").click()
    tab.locator("details.success > summary").first.click()
    tab.get_by_role("button", name="Knew it").first.click()
    tab.once("dialog", lambda question: question.accept())
    tab.get_by_role("button", name="Forget these").click()
    assert tab.locator(".chosen-right, .chosen-wrong, .quiz-why:not([hidden])").count() == 0
    assert set(tab.locator(".quiz-told, .recall-told").all_inner_texts()) == {""}
    # What is answered next is known by the title of its page.
    quiz.get_by_role("button", name="3025").click()
    tab.goto("practice/")
    tab.locator("#practice li", has_text="(Sums)").wait_for()


def choose_right(quiz):
    at = quiz.locator(".quiz-why li").evaluate_all("all => all.findIndex(each => each.matches('.quiz-right'))")
    quiz.locator(".quiz-options button").nth(at).click()


def test_of_two_about_a_question_the_other_is_asked_next(tab):
    both = ["quiz-dropout-3", "quiz-dropout-3-2"]
    for name in both:
        choose_right(tab.locator(f"#{name}"))
    for name, other in (both, reversed(both)):
        choose_right(tab.locator(f"#{name}"))
        tab.locator(f"#{name}").get_by_role("button", name="Ask me another").click()
        assert tab.evaluate("() => document.activeElement.closest('.quiz').id") == other
        assert tab.locator(".chosen-right").count() == 0


def test_a_quiz_without_a_number_is_called_by_its_place(open_tab):
    tab = open_tab(fresh=True)
    tab.goto("")
    tab.get_by_role("button", name="6 × 6").click()
    assert "wrong at first: question 1." in tab.locator(".progress").inner_text()
    tab.context.close()


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
    tab.once("dialog", lambda question: question.accept())
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


def test_nothing_is_forgotten_by_a_slip_and_nothing_handed_over_before_there_is_something(tab_of_one_chapter):
    tab = tab_of_one_chapter
    tab.goto("practice/")
    begin = tab.locator("#practice").get_by_role("link")
    begin.wait_for()
    assert begin.get_attribute("href").endswith("/#chapters")
    assert tab.locator("#practice button").all_inner_texts() == ["Import"]
    tab.goto("sums/")
    tab.get_by_role("button", name="385", exact=True).click()
    before = tab.evaluate(PROGRESS)
    tab.once("dialog", lambda question: question.dismiss())
    tab.get_by_role("button", name="Forget these").click()
    assert tab.evaluate(PROGRESS) == before
    tab.goto("practice/")
    tab.get_by_role("button", name="Forget all").wait_for()
    assert tab.locator("#practice button").all_inner_texts() == ["Import", "Export", "Forget all"]


def test_on_the_next_day_one_due_question_leads_to_the_next(browser, one_chapter):
    # Where it is eleven at night, while a new day has long begun in Greenwich.
    context = browser.new_context(base_url=one_chapter.url, timezone_id="America/Los_Angeles", service_workers="block")
    tab = context.new_page()
    tab.clock.install(time="2026-11-30T23:00:00-08:00")
    # Drawn by chance: the last of what is due, and the first of all.
    tab.add_init_script("Math.random = () => 1 - 2 ** -52")
    tab.goto("sums/")
    tab.locator("#quiz-sum-1").get_by_role("button", name="3025").click()
    tab.locator("#quiz-sum-2").get_by_role("button", name="2", exact=True).click()
    tab.locator("details.success > summary").first.click()
    tab.get_by_role("button", name="Knew it").first.click()
    assert "comes again tomorrow" in tab.locator(".recall-told").first.inner_text()
    tab.goto("")
    assert "due today" not in tab.locator("article").inner_text()
    # What was missed can be looked at before.
    tab.goto("practice/")
    tab.locator("#practice li").wait_for()
    assert tab.locator("#practice li").all_inner_texts() == ["The first ten squares add up to what? (Sums)"]
    # An hour and a half later it is tomorrow, for the reader.
    tab.clock.install(time="2026-12-01T00:30:00-08:00")
    tab.goto("")
    assert "3 are due today." in tab.locator("article").inner_text()
    tab.goto("sums/#quiz-sum-1")
    quiz = tab.locator("#quiz-sum-1")
    quiz.get_by_role("button", name="385").click()
    assert quiz.get_by_role("status").inner_text().endswith("Due next: 1. Squares (2 left).")
    quiz.get_by_role("link", name="1. Squares").click()
    assert tab.url.endswith("#sum-1")
    tab.locator("details.success > summary").first.click()
    tab.get_by_role("button", name="Knew it").first.click()
    told = tab.locator(".recall-told").first.inner_text().split("\n")
    assert [line.strip() for line in told] == [
        "Known; it comes again in 3 days.",
        "Due next: The mean of 1 and 3 is what? (1 left).",
    ]
    tab.locator(".recall-told a").first.click()
    assert tab.url.endswith("#quiz-sum-2")
    tab.locator("#quiz-sum-2").get_by_role("button", name="2", exact=True).click()
    assert tab.locator("#quiz-sum-2").get_by_role("status").inner_text().endswith("Nothing else is due today.")
    context.close()


def test_without_scripts_a_quiz_is_a_list_and_a_fold(open_tab):
    tab = open_tab(scripts=False)
    tab.goto("dropout/")
    quiz = tab.locator("#quiz-dropout-1")
    assert quiz.locator(".quiz-options > li").all_inner_texts() == ["0.3", "0.28", "0.02"]
    quiz.locator("summary").click()
    assert quiz.locator(".quiz-right").is_visible()
