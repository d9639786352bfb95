"""Links that lead nowhere, claims that nobody reads or that only look like claims, and their lines."""

from __future__ import annotations

from one_chapter import CHECK, PAGE, Case

NEVER = "became no link to it"


def link(written: str, refused: str, **more: str) -> Case:
    return Case(written, refused, link=written, at=written, **more)


def beside(name: str, refused: str, after: str, at: str = "") -> Case:
    return Case(name, refused, after=after, at=at or after)


BOTH = "assert sum(n**2 for n in range(11)) == 385\nassert sum(range(11)) ** 2 == 3_025"


def quiz(name: str, refused: str, one: str, other: str) -> Case:
    """A quiz before the answer, with two options."""
    options = f"/// quiz | What is the sum?\n- [{one}: see [why](check:ten-squares)\n- [{other}: see [why](check:ten-squares)\n///\n\n"
    return Case(
        name,
        refused,
        page=PAGE.replace("/// details", f"{options}/// details", 1),
        code=BOTH,
        at="/// quiz" if refused else "",
    )


LIES = {
    "rules.quiz": [
        quiz("the wrong option is marked as right", "is marked as right, and the answer to 'sum-1' nowhere says 3025", "x] 3025", " ] 385"),
        quiz("the numbers of two options are swapped", "nowhere says 3025", " ] 385", "x] 3025"),
        quiz("a wrong number in the right option", "nowhere says 386", "x] 386", " ] 3025"),
        quiz("a wrong number in the wrong option", "claims 3024", "x] 385", " ] 3024"),
        quiz("a wrong fraction in the wrong option", "claims 385/2", "x] 385", " ] 385/2"),
    ],
    "page.parse: schemes": [
        link("[386](checks:ten-squares)", "checks: is not followed here. Did you mean check:?"),
        link("[386](Check:ten-squares)", "Did you mean check:?"),
        link("[386](chek:ten-squares)", "Did you mean check:?"),
        link("[386](CHECK:ten-squares)", "Did you mean check:?"),
        link("[386](check.:ten-squares)", "is not followed here"),
        link("[386](htps://example.org)", "Did you mean https:?"),
        link("[386](javascript:alert)", "A link leads to a file, https:, mailto: or check:"),
        link("[386](tel:386)", "is not followed here"),
        link("[386](data:text/plain,386)", "is not followed here"),
        link('<a href="chek:ten-squares">386</a>', "Did you mean check:?"),
    ],
    "page.made_links": [
        link('<a href="check:ten-squares">385</a>', "it is written in HTML"),
        link("<a href='check:ten-squares'>385</a>", "it is written in HTML"),
        link('<svg><a xlink:href="check:ten-squares"><text>386</text></a></svg>', "it is written in HTML"),
        link('<map><area href="check:ten-squares" alt="386"></map>', "it is written in HTML"),
        link('<a href="check:ten-squares" markdown="span">385</a>', "it is written in HTML"),
        beside("a link of HTML after one that is right", "it is written in HTML", '<p>So <a href="check:ten-squares">386</a></p>', "<p>So"),
        Case("an entity in a link of HTML", "it is written in HTML", link='<a href="&#99;heck:ten-squares">385</a>'),
        link('[sum<a id="x"></a> 385](check:ten-squares)', "another link stands within it"),
    ],
    "page.link_places": [
        link('[386](check:ten-squares){ href="#sum-1" }', NEVER),
        link(r"\[386](check:ten-squares)", NEVER),
        link("<check:ten-squares>", NEVER),
        link("[386] (check:ten-squares)", NEVER),
        link("[386][check:ten-squares]", NEVER),
        link("[386]{check:ten-squares}", NEVER),
        beside("in a div", NEVER, "<div>[386](check:ten-squares)</div>"),
        link("![A long description with [386](check:ten-squares) in it](x.png)", NEVER),
        link("[386](check:ten-squares 'a' b)", NEVER),
        beside("a link that is struck out of two", NEVER, r"So \[386](check:ten-squares) it is."),
        beside("in a block of HTML", NEVER, "<p>\n[386](check:ten-squares)</p>", "[386](check:ten-squares)</p>"),
    ],
    "page.html_outline: places": [
        link("<s>[385](check:ten-squares)</s>", "where no reader sees it"),
        link("<span hidden>[385](check:ten-squares)</span> 386", "where no reader sees it"),
        link('<span style="font-size: 0">[385](check:ten-squares)</span> 386', "where no reader sees it"),
        beside("a div that is not shown", "where no reader sees it", '<div style="display:none" markdown="1">\n\n[385](check:ten-squares)\n\n</div>', "[385](check:ten-squares)\n\n</div>"),
    ],
    "page.html_outline: words": [
        link("<div>[386](check:ten-squares)</div>", "claims 386"),
        link('[the sum](check:ten-squares "386")', "claims 386"),
        link('[<abbr title="386">sum</abbr>](check:ten-squares)', "claims 386"),
        link("[![A long description that says 386](x.png)](check:ten-squares)", "claims 386"),
        link("[**386**](check:ten-squares)", "claims 386"),
        link("[386](<check:ten-squares>)", "claims 386"),
        Case("a link by reference", "claims 386", link="[386][r]", after="[r]: check:ten-squares", at="[r]: check"),
        Case("in a footnote, its line", "claims 386", after="First[^1].\n\n[^1]: It is [386](check:ten-squares).\n\nAfter it.", at="[386]"),
        Case("in a table, its line", "claims 386", after="| a | b |\n| - | - |\n| 1 | [386](check:ten-squares) |", at="| 1"),
        beside("in a heading", "claims 386", "## It is [386](check:ten-squares)"),
        beside("in a title of an admonition", "claims 386", '!!! note "It is [386](check:ten-squares)"\n    Text.', "!!! note"),
        beside("in a title of a block", "claims 386", "/// details | It is [386](check:ten-squares)\nText.\n///", "/// details | It"),
        beside("in a definition list", "claims 386", "Sum\n\n:   [386](check:ten-squares)", ":   [386]"),
        beside("in HTML that Markdown reads", "claims 386", '<div markdown="1">\n\n[386](check:ten-squares)\n\n</div>', "[386]"),
        beside("in a quotation in a list", "claims 386", "- > It is\n  > [386](check:ten-squares)", "  > [386]"),
        beside("in a caption", "claims 386", "<figure markdown='block'>\n<figcaption markdown='span'>[386](check:ten-squares)</figcaption>\n</figure>", "[386]"),
        beside("entities for digits", "claims 386", "[&#51;&#56;&#54;](check:ten-squares)"),
        Case("entities for digits after a link, their line", "claims 386", after="[385](check:ten-squares)\n\n[&#51;86](check:ten-squares)", at="[&#51;86]"),
        Case("a link in a comment alone", "no sentence links to the check", link="<!-- [385](check:ten-squares) -->385", at="```python"),
        Case("a link in code alone", "no sentence links to the check", link="`[385](check:ten-squares)`", at="```python"),
        Case("after a name that begins alike", "claims 386", after="It is [the first two](check:ten-squares-2), and [386](check:ten-squares).\n\n" + CHECK.replace("ten-squares", "ten-squares-2"), at="It is [the first two]"),
        Case("before a name that begins alike", "claims 387", link='[385](check:ten-squares-2)', after="It is [387](check:ten-squares).\n\n" + CHECK.replace("ten-squares", "ten-squares-2"), at="It is [387]"),
    ],
    "rules.links": [
        link("[385](check:ten-sqares)", "The nearest checks are: ten-squares"),
        link("[385](check:)", "names the check ''"),
        link("[385](check:ten.squares)", "is on no page"),
        link("[385](<check: ten-squares>)", "is on no page"),
        Case("the check renamed", "no sentence links to", check=CHECK.replace("ten-squares", "squares"), at="```python"),
    ],
    "rules.figures": [
        beside("a description", "the description of the figure x.png says 386", "![Squares, in all 386](x.png)"),
        beside("a caption", "the caption of the figure x.png says 386", '![Squares](x.png "The sum is 386")'),
        beside("in letters", "says three hundred and eighty-six", "![Three squares, three hundred and eighty-six in all](x.png)"),
        beside("in HTML", "the description of the figure x.png says 386", '<img src="x.png" alt="386 in all">'),
        Case("not what the code draws", "says 386", after="![386](figures/sums/ten-squares.svg)", files={"docs/figures/sums.py": "def ten_squares():\n    return 385\n\n\ndef other():\n    return 386\n"}, at="![386"),
    ],
    "rules.checks: the clock": [
        Case(f"a time by {call}", "asks the clock, with", code=f"import datetime\nimport time\nimport timeit\n\nbegin = {call}\nassert {call} >= begin", at="```python")
        for call in ("time.perf_counter()", "time.time()", "timeit.timeit('1 + 1', number=9) * 0", "datetime.date.today()")
    ],
    "rules.checks": [
        Case("a second check of the name", "a second check is named", after=CHECK),
        Case("an id in the place of the check", "to whose place it leads", after="## Check { #check-ten-squares }", at="```python"),
    ],
    "rules.references": [
        beside("two places of one id", "two places of the page have the id 'sum-1'", "## More { #sum-1 }"),
        beside("a file that is not there", "leads to no file", "[There](gone.md)"),
        beside("a place that is not there", "docs/sums.md has: sum-1", "[There](#sum-2)"),
        beside("a place on another page", "names a place that is not there", "[There](sums.md#sum-2)"),
    ],
    "page.parse: reserved classes": [
        beside("a fake badge", "the class 'check'", '<p class="check"><span>held in 3 ms</span></p>'),
        beside("a fake verdict", "the class 'check-passed'", '<span class="check-passed">held in 3 ms</span>'),
        beside("a fake link", "the class 'check-link'", '<a class="check-link" href="#sum-1">386</a>'),
        beside("a fake summary", "the class 'check-summary'", '<p class="check-summary">All 386 checks held</p>'),
        beside("a fake class by attribute", "the class 'check-passed'", "*held in 3 ms*{ .check-passed }"),
        beside("a fake class by a block", "the class 'check-summary'", "/// html | p.check-summary\nAll 386 checks held\n///", "/// html"),
    ],
    "rules.answers": [
        Case("an answer without a link", "links to no check", page=PAGE.replace("It is [385](check:ten-squares).", "386.") + "\n[385](check:ten-squares)\n", at="/// details"),
    ],
    "not refused": [
        Case("a number beside the link", after="386", allowed="a number without a link claims nothing that was checked; the page shows which do"),
        Case("a title of details", after="/// details | The sum is 386\n\nText.\n///", allowed="as any number without a link"),
        Case("a link that is code", after="`[386](check:ten-squares)`", allowed="it is shown as code, and looks like no link"),
    ],
}  # fmt: skip
