"""`update` writes what blocks print into their expected outputs, and leaves every other byte alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.__main__ import main

OUTPUT = "<!--pytest-codeblocks:expected-output-->\n"


def printing(code: str, output: str, cont: str = "") -> str:
    return f"{cont}```python\n{code}\n```\n\nText.\n\n{OUTPUT}```text\n{output}```\n\n"


@pytest.fixture
def update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "page.md"

    def update(content: str | bytes, *options: str) -> tuple[int, str, bytes]:
        page.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = main(["update", *options])
        captured = capfd.readouterr()
        return code, captured.out + captured.err, page.read_bytes()

    return update


def test_what_a_block_prints_is_written_and_shown(update):
    old = f"# Sums\n\nIt is `4`.\n\n{printing('print(2 + 2)', '4 ')}{printing('print(2 * 3)', '5' + chr(10))}No newline"
    old = old.replace("4 ```", "4  \n```")
    status, out, new = update(old)
    assert status == 0
    assert new.decode() == old.replace("\n5\n", "\n6\n")
    assert out.startswith("--- a/docs/page.md\n+++ b/docs/page.md\n@@ ")
    assert "\n-5\n+6\n" in out
    assert out.endswith("1 of 1 pages changed\n")


def test_a_page_that_is_right_is_not_written(update, tmp_path):
    text = printing("print(4)", "4\n")
    before = (tmp_path / "docs").stat().st_mtime_ns
    assert update(text)[0] == 0
    status, out, new = update(text)
    assert (status, out, new.decode()) == (0, "0 of 1 pages changed\n", text)
    assert before <= (tmp_path / "docs").stat().st_mtime_ns


def test_check_writes_nothing_and_says_so(update):
    text = printing("print(4)", "5\n")
    status, out, new = update(text, "--check")
    assert (status, new.decode()) == (1, text)
    assert "\n-5\n+4\n" in out
    assert out.endswith("1 of 1 pages would change\n")
    assert update(printing("print(4)", "4\n"), "--check")[0] == 0


@pytest.mark.parametrize(
    ("opening", "margin", "blank"),
    [("!!! note\n\n", "    ", ""), ("", "> ", ">"), ("> !!! note\n>\n", ">     ", ">")],
    ids=["admonition", "blockquote", "admonition in a blockquote"],
)
def test_margins_are_kept(opening, margin, blank, update):
    def within(text: str) -> str:
        return opening + "".join(f"{margin}{line}\n" if line else f"{blank}\n" for line in text.split("\n")[:-1])

    code = "print('a\\n\\n  b')"
    status, _, new = update(within(f"```python\n{code}\n```\n\n{OUTPUT}```text\nold\n```\n"))
    assert status == 0
    assert new.decode() == within(f"```python\n{code}\n```\n\n{OUTPUT}```text\na\n\n  b\n```\n")
    assert update(new)[2] == new


def test_line_ends_and_byte_order_mark_are_kept(update):
    text = ("\ufeff---\ntitle: T\n---\n\n" + printing("print(1)\nprint(2)", "x\n") + "é\x0c\u2028.").replace(
        "\n", "\r\n"
    )
    status, _, new = update(text)
    assert status == 0
    assert new.decode() == text.replace("\r\nx\r\n", "\r\n1\r\n2\r\n")


def test_an_empty_output_is_filled_and_a_full_one_emptied(update):
    assert update(printing("print(1)", ""))[2].decode() == printing("print(1)", "1\n")
    assert update(printing("x = 1", "1\n2\n"))[2].decode() == printing("x = 1", "")


def test_one_wrong_output_does_not_hide_the_next(update):
    cont = "<!--pytest-codeblocks:cont-->\n"
    status, _, new = update(printing("a = 1\nprint(a)", "0\n") + printing("print(a + 1)", "0\n0\n", cont))
    assert status == 0
    assert new.decode() == printing("a = 1\nprint(a)", "1\n") + printing("print(a + 1)", "2\n", cont)


def test_mode_of_the_file_and_links_to_it_are_kept(update, tmp_path):
    update(printing("print(4)", "4\n"))
    page = tmp_path / "docs" / "page.md"
    real = tmp_path / "real.md"
    page.rename(real)
    page.symlink_to(real)
    real.write_text(printing("print(4)", "5\n"))
    real.chmod(0o640)
    assert main(["update", "docs/page.md"]) == 0
    assert page.is_symlink()
    assert real.read_text() == printing("print(4)", "4\n")
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "real.md"]


def test_a_block_that_fails_stops_the_command_before_any_page_is_written(update, tmp_path):
    (tmp_path / "docs" / "z.md").write_text("```python\n1 / 0\n```\n\n" + OUTPUT + "```text\n1\n```\n")
    text = printing("print(4)", "5\n")
    status, out, new = update(text)
    assert (status, new.decode()) == (2, text)
    assert "docs/z.md:2: set-up block failed" in out
    assert "ZeroDivisionError" in out


@pytest.mark.parametrize("printed", ["```\\n", "a\\tb", "\\x1b[1m"], ids=["a fence", "a tab", "a colour"])
def test_what_cannot_stand_in_a_fence_is_refused(printed, update):
    text = printing(f"print('{printed}')", "5\n")
    status, out, new = update(text)
    assert (status, new.decode()) == (2, text)
    assert "docs/page.md:2: what the block prints cannot stand in its fence" in out


def test_a_page_with_errors_is_refused(update):
    status, out, _ = update(printing("print(4)", "5\n") + "```python\nnot closed\n")
    assert status == 2
    assert "not closed, or its options are not understood" in out
