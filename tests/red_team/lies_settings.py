"""Settings of a site under which Python would be shown that nobody finds, runs or counts."""

from __future__ import annotations

from one_chapter import CONFIG, PAGE, Case

HILITE = "  - pymdownx.highlight:\n      pygments_lang_class: true\n"
assert HILITE in CONFIG


def settings(name: str, refused: str, old: str, new: str, **more: str) -> Case:
    assert old in CONFIG
    return Case(name, refused, files={"mkdocs.yml": CONFIG.replace(old, new)}, **more)


def option(name: str, refused: str, *lines: str) -> Case:
    """An option more of the highlighter."""
    return settings(name, refused, HILITE, HILITE + "".join(f"      {line}\n" for line in lines))


LIES = {
    "mkdocs_plugin": [
        settings("the plugin without its extension", "mkdocs.yml:3: the plugin evidence is listed, and of its Markdown extension nothing", "  - evidence\n", ""),
        settings("the extension twice", "of its Markdown extension evidence and evidence.markdown_extension", "  - evidence\n", "  - evidence\n  - evidence.markdown_extension:EvidenceExtension\n"),
        settings("the extension is told otherwise", "is given unverified, which the plugin sets", "  - evidence\n", "  - evidence:\n      unverified: show\n"),
        settings("the extension has another site", "is given config_file, which the plugin sets", "  - evidence\n", "  - evidence:\n      config_file: elsewhere.yml\n"),
    ],
    "markdown_extension": [
        settings("the extension without its plugin", "was not run as it stands", "plugins: [evidence]", "plugins: []", late=True),
        settings("the plugin is not enabled", "was not run as it stands", "plugins: [evidence]", "plugins: [evidence: {enabled: false}]", late=True),
    ],
    "page.settings": [
        settings("languages are not told", "mkdocs.yml:17: the blocks of a page do not tell their language", "pygments_lang_class: true", "pygments_lang_class: false"),
        settings("languages are not told by default", "Set its option pygments_lang_class to true", ":\n      pygments_lang_class: true", ""),
        settings("indented blocks of Python", "codehilite shows indented text as Python", "  - tables\n", "  - tables\n  - codehilite\n"),
        settings("indented blocks by another name", "codehilite shows indented text as Python", "  - tables\n", "  - tables\n  - markdown.extensions.codehilite\n"),
        settings("no fences", "pymdownx.superfences is not listed", "  - pymdownx.superfences\n", ""),
        option("all blocks are Python", "blocks that are not fences of Python would be shown as Python", "default_lang: python"),
        option("languages are guessed", "whose language is guessed", "guess_lang: true"),
        option("another name for Python", "blocks that are not fences of Python", "extend_pygments_lang: [{name: mypy, lang: python}]"),
    ],
    "page.parse: text taken in": [
        *(
            Case(
                f"a snippet {name}",
                "text is taken in from another file",
                page=page,
                files={"mkdocs.yml": CONFIG.replace("  - tables\n", "  - tables\n  - pymdownx.snippets\n"), "more.txt": more},
            )
            for name, page, more in (
                ("before the code", f'--8<-- "more.txt"\n\n{PAGE}', "x\n\n" * 99),
                ("with a block", f'{PAGE}\n--8<-- "more.txt"\n', "```python\nassert 386 == 385\n```\n"),
                ("in a block", PAGE.replace("assert", '--8<-- "more.txt"\nassert'), "n = 386\n"),
            )
        ),
    ],
    "not refused": [
        Case(
            "neither plugin nor extension",
            files={"mkdocs.yml": CONFIG.replace("plugins: [evidence]", "plugins: []").replace("  - evidence\n", "")},
            allowed="nothing of ours is at work, and no badge is shown",
        ),
        Case(
            "the extension alone, told to show",
            files={"mkdocs.yml": CONFIG.replace("plugins: [evidence]", "plugins: []").replace("  - evidence\n", "  - evidence:\n      unverified: show\n")},
            allowed="its author asked for it, and the page says what was not checked",
        ),
    ],
}  # fmt: skip
