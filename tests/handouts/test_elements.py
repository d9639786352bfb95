"""Pages are taken apart and put together again without a place or a link lost."""

from handouts.elements import children, for_elsewhere, moved, text_of, with_places
from handouts.questions import questions


def test_only_what_stands_in_no_other_element_is_found():
    html = '<p>a<br>b <img src="x"> <b>c</b></p>text<!-- <p> --><div class="x y"><p>1</p></div><hr>'
    found = list(children(html))
    assert [element.name for element in found] == ["p", "div", "hr"]
    assert found[0].inner == 'a<br>b <img src="x"> <b>c</b>'
    assert found[1].has("y")
    assert not found[1].has("z")


def test_a_place_is_renamed_with_what_refers_to_it():
    svg = '<svg aria-labelledby="t"><title id="t">x</title><use href="#t"/><path clip-path="url(#t)"/><a href="#u">u</a></svg>'
    assert with_places(svg, lambda place: f"q-{place}") == (
        '<svg aria-labelledby="q-t"><title id="q-t">x</title><use href="#q-t"/><path clip-path="url(#q-t)"/>'
        '<a href="#u">u</a></svg>'
    )


def test_links_lead_where_they_led():
    html = '<a href="#a"></a><a href="../b/#c"></a><a href="https://x.org/"></a>'
    assert moved(html, "part/page/", "list/") == (
        '<a href="../part/page/#a"></a><a href="../part/b/#c"></a><a href="https://x.org/"></a>'
    )
    assert for_elsewhere(html, "https://s.org/part/page/") == (
        '<a href="https://s.org/part/page/#a"></a><a href="https://s.org/part/b/#c"></a><a href="https://x.org/"></a>'
    )
    assert for_elsewhere('<a href="#a">words</a>') == "words"


def test_a_picture_keeps_its_parts():
    svg = '<svg><path id="fig-a"/><use href="#fig-a"/></svg>'
    assert moved(svg, "page/", "list/") == svg
    assert for_elsewhere(svg, "https://s.org/page/") == svg


def test_a_question_ends_with_its_answer():
    page = (
        '<h1>T</h1><p>x</p><h2 id="a">A<a class="headerlink" href="#a">¶</a></h2><p>asked</p><div class="quiz">q</div>'
        '<details class="success"><summary>Answer</summary><div class="short-answer"><p>s</p></div><p>why</p><figure>1</figure><figure>2</figure>'
        '<details class="failure"><summary>Common mistake: this</summary><p>wrong</p><p class="check">c</p></details></details>'
        '<h2 id="b">No question</h2><p>y</p>'
    )
    (found,) = questions(page)
    assert (found.identity, found.title, found.asked, found.short) == ("a", "A", "<p>asked</p>", "<p>s</p>")
    assert found.figure == "<figure>1</figure>"
    assert [(mistake.title, mistake.text) for mistake in found.mistakes] == [("This", "<p>wrong</p>")]
    assert text_of("<p>a &lt;b&gt; <b>c</b></p>") == "a <b> c"
