"""The files by which a built site is kept: what a browser installs, what it keeps, and what it needs from a disk."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

_HERE = Path(__file__).parent
MANIFEST, WORKER, LIST, OFFLINE_PAGE = "manifest.webmanifest", "sw.js", "offline.json", "offline.html"
FROM_DISK = "assets/javascripts/from-disk.js"
_INDEX = "search/search_index.json"
_NAMED = re.compile(r'(?<=\s)(?:src|href)="(?:\./)?([^":#?]+\.(?:css|js|svg|webmanifest))"')
# A module that another asks for when a reader does something.
_LATER = re.compile(r'import\("\./([a-z]+\.js)"\)')
# Of what is no page, a page needs what it names, or what its scripts do.
_PARTS = (".css", ".js", ".json", ".svg", ".png", ".webp", ".woff2")


def write_manifest(site: Path, name: str, short_name: str, about: str, colour: str, icons: dict[str, str]) -> None:
    """Write what a browser asks for when the site is put on a home screen; icons by address, with their sizes."""
    kinds = {".svg": "image/svg+xml", ".png": "image/png"}
    content = {
        "name": name,
        "short_name": short_name,
        "description": about,
        "start_url": "./",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": colour,
        "theme_color": colour,
        "icons": [
            {"src": address, "sizes": sizes, "type": kinds[Path(address).suffix]} for address, sizes in icons.items()
        ],
    }
    (site / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_from_disk(site: Path) -> None:
    """Write one script with all files that scripts ask for, which a browser does not let them have from a disk."""
    scripts = [file for file in _scripts(site) if file.relative_to(site).as_posix() != FROM_DISK]
    texts = {
        file.relative_to(site).as_posix(): file.read_text(encoding="utf-8")
        for file in [*scripts, site / _INDEX]
        if file.is_file()
    }
    # A string is read faster than what it says.
    told = json.dumps(json.dumps(texts, ensure_ascii=False), ensure_ascii=False)
    script = (_HERE / "from_disk.js").read_text(encoding="utf-8")
    (site / FROM_DISK).write_text(f"const TEXTS = JSON.parse({told});\n{script}", encoding="utf-8")


def write_worker(site: Path) -> None:
    """Write the list of what there is to keep, and the worker that keeps it, which changes whenever the site does."""
    kept = _kept(site)
    total = sum(len(gzip.compress((site / file).read_bytes(), mtime=0)) for file in kept)
    addresses = [file.removesuffix("index.html") for file in kept]
    (site / LIST).write_text(json.dumps({"bytes": total, "files": addresses}) + "\n", encoding="utf-8")
    digest = hashlib.sha256()
    for file in sorted(file for file in site.rglob("*") if file.is_file() and file != site / WORKER):
        digest.update(file.relative_to(site).as_posix().encode() + b"\0" + file.read_bytes())
    script = (_HERE / "service_worker.js").read_text(encoding="utf-8")
    told = f'const VERSION = "{digest.hexdigest()[:16]}";\nconst FIRST = {json.dumps(_first(site))};\n'
    (site / WORKER).write_text(told + script, encoding="utf-8")


def _first(site: Path) -> list[str]:
    """What is kept before all else: the page that is shown for one that is not, and what scripts ask for on the way."""
    named = _NAMED.findall((site / OFFLINE_PAGE).read_text(encoding="utf-8"))
    folder = Path(FROM_DISK).parent
    later = (
        (folder / module).as_posix()
        for file in named
        if Path(file).parent == folder
        for module in _LATER.findall((site / file).read_text(encoding="utf-8"))
    )
    return sorted({OFFLINE_PAGE, *named, *later})


def _kept(site: Path) -> list[str]:
    """All pages, and what they cannot be shown without."""
    pages = sorted(site.rglob("*.html"))
    texts = [file.read_text(encoding="utf-8") for file in [*pages, *_scripts(site)]]
    named = " ".join(texts)
    others = (file for file in sorted(site.rglob("*")) if file.suffix in _PARTS and file.name in named)
    found = [file.relative_to(site).as_posix() for file in [*pages, *others]]
    return [file for file in found if file not in (FROM_DISK, WORKER, LIST, "404.html")]


def _scripts(site: Path) -> list[Path]:
    """The scripts of a site, but for the theme's own, which is in no page, and what its search needs of languages."""
    folder = site / "assets" / "javascripts"
    found = (file for file in folder.rglob("*.js") if not file.name.startswith("bundle."))
    return sorted(file for file in found if folder / "lunr" not in file.parents)
