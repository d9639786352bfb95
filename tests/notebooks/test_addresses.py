import pytest

from evidence.page.settings import Settings
from notebooks.addresses import download_uri, leads_to_notebook, on_site, page_uri


@pytest.fixture
def site(tmp_path):
    for file in ("docs/cnns.md", "docs/deep/page.md", "examples/two_dropouts.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return Settings(tmp_path / "mkdocs.yml", tmp_path / "docs", tmp_path / "examples")


def test_a_notebook_is_a_page_below_examples(site, tmp_path):
    assert page_uri(tmp_path / "examples/two_dropouts.py", site) == "examples/two-dropouts.md"
    assert page_uri(tmp_path / "docs/deep/page.md", site) == "deep/page.md"
    assert page_uri(tmp_path / "README.md", site) is None


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
def test_links_between_files_become_links_between_pages(site, tmp_path, page, href, expected):
    assert on_site(href, tmp_path / page, site) == expected


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
def test_which_links_lead_to_notebooks(site, href, expected):
    assert leads_to_notebook(href, site.docs_dir / "cnns.md", site) is expected
