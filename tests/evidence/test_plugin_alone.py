"""The plugin is loaded into every pytest of an environment, also where nothing of ours but the wheel is installed."""

from __future__ import annotations

import subprocess
import sys

BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("markdown", "pymdownx", "mkdocs", "pytest_codeblocks", "torch", "numpy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
import pytest
sys.exit(pytest.main(["-p", "evidence.pytest_plugin", "-p", "no:cacheprovider", "-q", "test_theirs.py"]))
"""


def test_a_pytest_run_of_others_is_left_alone(tmp_path):
    (tmp_path / "test_theirs.py").write_text("def test_it():\n    assert True\n")
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", BLOCKED]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
