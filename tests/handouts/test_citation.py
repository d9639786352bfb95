"""What a reader is told to cite comes from the file that programs read."""

from datetime import date
from pathlib import Path

from handouts.citation import citation, read_citation

ROOT = Path(__file__).parents[2]


def test_people_entities_and_what_is_not_known():
    work = {
        "title": "Sums <1>",
        "version": "2.0",
        "authors": [{"given-names": "Ada", "family-names": "L"}, {"name": "The others"}],
    }
    told = citation(work, "https://example.org/", date(2026, 11, 30), "abc")
    assert "<p>Ada L, The others: <cite>Sums &lt;1&gt;</cite>, version 2.0, commit abc, 2026, <a" in told
    assert "@software{sums-2026,\n  author  = {{Ada L} and {The others}},\n  title   = {{Sums &lt;1&gt;}}," in told
    assert "note    = {Commit abc}" in told
    told = citation({"title": "Sums"}, "", date(2026, 11, 30), "")
    assert told.startswith("<p><cite>Sums</cite>, 2026.</p>")
    assert "url" not in told


def test_our_own_file_is_understood():
    assert "Deep Learning, Checked" in citation(read_citation(ROOT / "CITATION.cff"), "", date(2026, 1, 1), "")
