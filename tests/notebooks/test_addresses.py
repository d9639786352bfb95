import pytest

from notebooks.addresses import download_uri, leads_to_notebook, on_site, page_uri


@pytest.fixture
def docs(tmp_path):
    for file in ("docs/cnns.md", "docs/deep/page.md", "examples/two_dropouts.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path / "docs"


def test_a_notebook_is_a_page_below_examples(docs):
    assert page_uri(docs.parent / "examples/two_dropouts.py", docs) == "examples/two-dropouts.md"
    assert page_uri(docs / "deep/page.md", docs) == "deep/page.md"
    assert page_uri(docs.parent / "README.md", docs) is None


@pytest.mark.parametrize(
    ("page", "href", "expected"),
    [
        ("docs/cnns.md", "../examples/two_dropouts.py#law", "examples/two-dropouts.md#law"),
        ("docs/deep/page.md", "../../examples/two_dropouts.py", "../examples/two-dropouts.md"),
        ("examples/two_dropouts.py", "../docs/cnns.md#cnn-1", "../cnns.md#cnn-1"),
        ("docs/cnns.md", "deep/page.md", "deep/page.md"),
        ("docs/cnns.md", "#here", "#here"),
        ("docs/cnns.md", "https://example.org/x.py", "https://example.org/x.py"),
        ("docs/cnns.md", "../examples/none.py", "../examples/none.py"),
    ],
)
def test_links_between_files_become_links_between_pages(docs, page, href, expected):
    assert on_site(href, docs.parent / page, docs) == expected


def test_what_is_taken_away_lies_beside_the_page():
    assert download_uri("examples/two-dropouts.md") == "examples/two-dropouts/two-dropouts.ipynb"
    assert download_uri("index.md") == "index.ipynb"
    assert download_uri("part/index.md") == "part/index.ipynb"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../examples/two_dropouts.py#law", True),
        ("../examples/none.py", False),
        ("deep/page.md", False),
        ("#here", False),
        ("https://example.org/examples/two_dropouts.py", False),
    ],
)
def test_which_links_lead_to_notebooks(docs, href, expected):
    assert leads_to_notebook(href, docs / "cnns.md", docs) is expected
