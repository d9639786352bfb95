"""What is a formula on a page: the settings of pymdownx.arithmatex, which finds them, for all who parse pages."""

from __future__ import annotations

from typing import Any

ARITHMATEX: dict[str, Any] = {"generic": True, "block_syntax": ["dollar", "square"]}
