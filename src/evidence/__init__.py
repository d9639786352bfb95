"""Claims in Markdown that are executed: pages come in, and what may be published of them goes out.

    from evidence import Records, Site, verify

    site = Site(Path("mkdocs.yml"))
    verdict = verify(site.pages(), Records(site.docs_dir))

What stands here is what others may rely on; the rest is found in the rooms, of which each says what it does. It knows
nothing of what the pages are about, and imports nothing until it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evidence.files.errors import PageError
    from evidence.mutation.pages import attack_pages as attack
    from evidence.page.model import Block, Page
    from evidence.page.site import Site
    from evidence.records.records import Records
    from evidence.records.verification import verify

__all__ = ["Block", "Page", "PageError", "Records", "Site", "attack", "verify"]

_HOMES = {
    "Block": "evidence.page.model:Block",
    "Page": "evidence.page.model:Page",
    "PageError": "evidence.files.errors:PageError",
    "Records": "evidence.records.records:Records",
    "Site": "evidence.page.site:Site",
    "attack": "evidence.mutation.pages:attack_pages",
    "verify": "evidence.records.verification:verify",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)
