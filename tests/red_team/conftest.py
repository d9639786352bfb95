"""The red team: lies that an author may tell by accident or on purpose, and the honest pages that stand beside them.

Each file `lies_*.py` holds a table `LIES`: by the rule that refuses it, one line a lie. Each line there is a test.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
