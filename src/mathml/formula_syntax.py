"""What is a formula on a page: the settings of pymdownx.arithmatex, which finds them, for all who parse pages."""

from __future__ import annotations

from typing import Any

ARITHMATEX: dict[str, Any] = {"generic": True, "block_syntax": ["dollar", "square"]}
# Whoever reads pages without showing them takes this extension for ours (entry point `evidence.parsed_as`).
PARSED_AS = ("pymdownx.arithmatex", ARITHMATEX)
