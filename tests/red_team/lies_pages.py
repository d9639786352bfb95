"""Texts of the site that nobody would check."""

from __future__ import annotations

from pathlib import Path

from one_chapter import CONFIG, PAGE, Case

FALSE = "```python\nassert sum(n**2 for n in range(11)) == 386\n```\n"
OTHER = PAGE.replace("ten-squares", "hidden")
HTML = '<h1>Sums</h1>\n<pre><code class="language-python">assert 386 == 385</code></pre>'
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": ["assert 386 == 385"]}]}'


def hook(name: str, refused: str, code: str, plain: str = "") -> Case:
    """A hook is added to the site, and a page of its own for it."""
    files = {"mkdocs.yml": f"hooks: [hook.py]\n{CONFIG}", "hook.py": code, "docs/plain.md": plain}
    return Case(name, refused, files=files, late=True)


def left_out(option: str) -> dict[str, str]:
    return {"mkdocs.yml": f"{option}: |\n  hidden.md\n{CONFIG}", "docs/hidden.md": OTHER}


LIES = {
    "files.source: pages": [
        *(
            Case(f"a page called .{suffix}", "AssertionError: assert 385 == 386", files={f"docs/extra.{suffix}": FALSE})
            for suffix in ("md", "markdown", "mkd", "mkdn", "mdown")
        ),
        Case("a link by reference in .markdown", "claims 386", files={"docs/extra.markdown": "[386][r]\n\n[r]: check:ten-squares\n"}),
        Case("a subfolder", "AssertionError", files={"docs/sub/deep/extra.md": FALSE}),
        Case("a README", "AssertionError", files={"docs/sub/README.md": FALSE}),
        Case("a linked file", "AssertionError", files={"elsewhere.md": FALSE, "docs/linked.md": Path("elsewhere.md")}),
        Case("a linked folder", "AssertionError", files={"elsewhere/extra.md": FALSE, "docs/linked": Path("elsewhere")}),
        Case("not in the navigation", "AssertionError", files={"docs/extra.md": FALSE, "mkdocs.yml": f"not_in_nav: extra.md\n{CONFIG}"}),
    ],
    "files.source: what is left out": [
        *(
            Case(f"a check in {option}", "names the check 'hidden', which is on no page", after="[385](check:hidden)", files=left_out(option))
            for option in ("exclude_docs", "draft_docs")
        ),
        Case("a link to what is left out", "is no page of the site", after="[There](hidden.md)", files=left_out("exclude_docs"), at="[There]"),
        Case("a link into what is left out", "is no page of the site", after="[There](hidden.md#sum-1)", files=left_out("draft_docs")),
    ],
    "rules.other_files": [
        Case("an HTML file", "docs/extra.html:2: a block of Python stands in a file that is copied", files={"docs/extra.html": HTML}),
        Case("a notebook of Jupyter", "docs/extra.ipynb:1: a notebook is copied as it is", files={"docs/extra.ipynb": NOTEBOOK}),
        Case("a damaged notebook", "a notebook is copied as it is", files={"docs/extra.ipynb": "{"}),
        Case("a file below examples", "examples/sub/trial.py:1: a file below examples/ is neither", files={"examples/sub/trial.py": "# %%\nassert 0\n"}),
    ],
    "markdown_extension: text of no page": [
        hook("a hook adds a fence to a page without checks", "docs/plain.md:3: a block of Python is not in the page's file", "def on_page_markdown(markdown, page, **_):\n    if 'plain' in page.file.src_uri:\n        return markdown.strip() + '\\n\\n```python\\nassert 386 == 385\\n```\\n'\n", plain="Text.\n"),
        hook("a hook changes a number", "docs/sums.md:10: a check link is not in the page's file", "def on_page_markdown(markdown, **_):\n    return markdown.replace('[385]', '[386]')\n"),
        hook("a hook changes the code", "is not in the page's file", "def on_page_markdown(markdown, **_):\n    return markdown.replace('== 385', '== 386')\n"),
        hook("a hook makes a page", "docs/made.md:1: a block of Python is not in the page's file", "from mkdocs.structure.files import File\n\ndef on_files(files, config):\n    files.append(File.generated(config, 'made.md', content='```python\\nassert 0\\n```\\n'))\n    return files\n"),
        hook("a hook makes a page with a directive", "stands above no code block", "from mkdocs.structure.files import File\n\ndef on_files(files, config):\n    files.append(File.generated(config, 'made.md', content='<!--pytest.mark.exact(\"x\")-->\\n'))\n    return files\n"),
    ],
    "mkdocs_plugin": [
        hook("a hook leaves a page out", "docs/sums.md:1: the page holds checks, and a plugin or hook left it out", "def on_files(files, config):\n    files.remove(files.get_file_from_path('sums.md'))\n    return files\n"),
    ],
    "not refused": [
        Case("a page that is not published", files={"mkdocs.yml": f"exclude_docs: hidden.md\n{CONFIG}", "docs/hidden.md": FALSE}, allowed="no reader sees it"),
        Case("a hook that edits the HTML", files={"mkdocs.yml": f"hooks: [hook.py]\n{CONFIG}", "hook.py": "def on_page_content(html, **_):\n    return html.replace('385', '386')\n"}, allowed="whoever may run code in the build may write anything"),
        Case("a theme that says it", files={"theme/extra.html": HTML}, allowed="a theme is not written by who writes a page"),
    ],
}  # fmt: skip
