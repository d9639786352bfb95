"""Who cannot see a picture is told what it shows."""

from itertools import pairwise

from figures.alt_text import problem_with


def test_every_picture_is_described(built_site):
    found = []
    for page in built_site.pages:
        tags = page.tags()
        in_article = False
        titles = {tag.attributes.get("id"): tag.text.strip() for tag in tags if tag.name == "title"}
        for tag in tags:
            in_article = in_article or tag.name == "article"
            if not in_article:
                continue
            if tag.name == "img":
                alt = tag.attributes.get("alt")
                source = tag.attributes.get("src", "")
                problem = problem_with(alt, source)
                place = page.written_at(alt or f"{source.rpartition('/')[2]}")
            elif tag.name == "svg" and tag.attributes.get("role") == "img":
                title = titles.get(tag.attributes.get("aria-labelledby", "").split(" ")[0])
                title = title or tag.attributes.get("aria-label")
                problem = problem_with(title, "drawn here")
                place = page.written_at(title or "")
            else:
                continue
            if problem:
                found.append(f"{place}: {problem} ({page.at(tag.line)})")
    assert not found, "\n" + "\n".join(found)


def test_every_drawing_in_a_figure_is_a_picture(built_site):
    """An `<svg>` without a role is passed over, or read out shape by shape."""
    found = []
    for page in built_site.pages:
        tags = page.tags()
        for before, tag in pairwise(tags):
            if before.name == "figure" and tag.name == "svg" and tag.attributes.get("role") != "img":
                found.append(page.at(tag.line))
    assert not found, "\n" + "\n".join(found)
