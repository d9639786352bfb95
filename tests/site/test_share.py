"""What others show of a page: its description, its own picture, and a list of all pages for programs."""

from PIL import Image


def head(one_chapter, address):
    (page,) = [page for page in one_chapter.pages if page.address == address]
    tags = page.tags()
    found = {
        tag.attributes.get("property") or tag.attributes["name"]: tag.attributes.get("content")
        for tag in tags
        if tag.name == "meta" and ("property" in tag.attributes or "name" in tag.attributes)
    }
    (found["canonical"],) = [tag.attributes["href"] for tag in tags if tag.attributes.get("rel") == "canonical"]
    return found


def test_a_page_is_described_by_its_questions(one_chapter):
    found = head(one_chapter, "sums/")
    assert found["description"] == found["og:description"] == "Squares; A mean."
    assert found["og:title"] == "Sums"
    assert found["canonical"] == found["og:url"] == f"{one_chapter.url}sums/"
    assert head(one_chapter, "means/")["description"].startswith("A mean mean means the mean of means.")


def test_its_picture_is_its_own_figure(one_chapter):
    address = head(one_chapter, "sums/")["og:image"]
    assert address == f"{one_chapter.url}assets/pictures/sums.png"
    with Image.open(one_chapter.file(address.removeprefix(one_chapter.url))) as picture:
        assert picture.size == (1200, 630)
        # The line of the figure, in the first colour of the palette.
        assert (0, 114, 178) in {colour[:3] for _, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert "og:image" not in head(one_chapter, "means/")


def test_programs_find_a_list_of_all_pages(one_chapter):
    listed = (one_chapter.folder / "llms.txt").read_text(encoding="utf-8")
    assert listed.startswith("# Deep Learning, Checked\n\n> Answers to")
    assert f"- [Sums]({one_chapter.url}sums/): Squares; A mean.\n" in listed
    assert f"<loc>{one_chapter.url}sums/</loc>" in (one_chapter.folder / "sitemap.xml").read_text(encoding="utf-8")
