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


COMMAND = BLOCKED.partition("import pytest")[0] + "from evidence.__main__ import main\nsys.exit(main(['ledger']))\n"


def test_a_command_says_what_it_misses_and_how_to_get_it(tmp_path):
    command, environment = [sys.executable, "-c", COMMAND], {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Pages are read with the package markdown, which is not installed. Install ")
    assert done.stderr.count("\n") == 1


README = """# Theirs

It is [4](check:two-and-two).

<!--pytest.mark.exact("two-and-two")-->
```python
assert sum([2, 2]) == 4
```

```python
import theirs
```
"""
NO_BUILDER = BLOCKED.replace(
    '"markdown", "pymdownx", "mkdocs", "pytest_codeblocks"', '"mkdocs", "torch", "numpy"'
).replace('"-q", "test_theirs.py"', '"-p", "pytest_codeblocks.plugin", "-v", "--codeblocks", "README.md"')


def test_the_blocks_of_a_readme_are_run_where_there_is_no_site_builder(tmp_path):
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "theirs.py").touch()
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", NO_BUILDER]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "README.md::two-and-two PASSED" in done.stdout
    assert "README.md::rules PASSED" in done.stdout
    (tmp_path / "README.md").write_text(README.replace("[4]", "[5]"))
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "README.md:3: the link [5] claims 5" in done.stdout


def test_a_pytest_run_of_others_is_left_alone(tmp_path):
    (tmp_path / "test_theirs.py").write_text("def test_it():\n    assert True\n")
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", BLOCKED]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
