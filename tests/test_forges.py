"""What the forges read is as their published schemas say, and gives nobody more than is needed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted(set((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")) - {ROOT / ".github/ISSUE_TEMPLATE/config.yml"})
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-issue-forms": FORMS,
    "github-issue-config": [ROOT / ".github/ISSUE_TEMPLATE/config.yml"],
    "gitlab-ci": [ROOT / ".gitlab-ci.yml"],
    "citation-file-format": [ROOT / "CITATION.cff"],
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_is_as_the_schema_says(schema):
    files = SCHEMAS[schema]
    assert files
    # These schemas are in the package; nothing is fetched.
    options = ["--builtin-schema", f"vendor.{schema}", "--force-filetype", "yaml"]
    if schema == "gitlab-ci":
        options += ["--data-transform", "gitlab-ci"]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *options, *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(params=WORKFLOWS, ids=lambda file: file.name)
def workflow(request):
    text = request.param.read_text(encoding="utf-8")
    # YAML 1.1 takes the key `on` for a truth value.
    return text, yaml.safe_load(text)


def test_each_action_is_pinned_by_its_version(workflow):
    for job in workflow[1]["jobs"].values():
        for step in job["steps"]:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", step.get("uses", "a/b@v1.2.3")), step


def test_jobs_may_only_what_they_must(workflow):
    read = workflow[1]
    assert read["permissions"] == {"contents": "read"}
    writing = {
        name
        for name, job in read["jobs"].items()
        if "write" in (job.get("permissions") or {"contents": "read"}).values()
    }
    assert writing == {"deploy"}
    assert read["jobs"]["deploy"]["if"] == "github.event_name == 'push'"
    assert read[True]["push"] == {"branches": ["main"]}
    for job in read["jobs"].values():
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_no_secret_reaches_a_pull_request(workflow):
    text, read = workflow
    assert "secrets" not in text
    assert "pull_request_target" not in read[True]


def test_both_forges_prove_the_same_pythons():
    github = yaml.safe_load(WORKFLOWS[0].read_text(encoding="utf-8"))["jobs"]["test"]["strategy"]["matrix"]["python"]
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))["test"]["parallel"]["matrix"]
    said = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert github == gitlab[0]["PYTHON_VERSION"] == said


def collected(shard: str | None) -> list[str]:
    """The tests of some files and pages that a machine runs."""
    some = ["tests/slim", "tests/mathml", "docs/dropout.md", "docs/attention.md", "docs/backpropagation.md"]
    environment = {name: value for name, value in os.environ.items() if name not in ("SHARD", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--codeblocks", *some],
        cwd=ROOT,
        env={**environment, **({"SHARD": shard} if shard else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if shard != "3/2" else 4), done.stdout + done.stderr
    assert shard != "3/2" or "SHARD=3/2: it is no part of a whole" in done.stderr + done.stdout
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_machines_share_the_files_so_that_all_are_run_and_none_twice():
    whole = collected(None)
    parts = [collected(f"{which}/3") for which in (1, 2, 3)]
    assert sorted(whole) == sorted(test for part in parts for test in part)
    files = [{test.partition("::")[0] for test in part} for part in parts]
    assert all(files)
    assert sum(map(len, files)) == len(set.union(*files)) > 3
    collected("3/2")


def besides(shard: str) -> str:
    """What `make test` calls beside pytest."""
    command = ["make", "--dry-run", "--always-make", "test", f"SHARD={shard}"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return " ".join(line for line in told.splitlines() if "--output-sync" in line).partition("target ")[2]


def test_what_machines_share_is_linted_and_attacked_once():
    assert besides("1/1").split() == ["lint", "types", "mutate", "reseed"]
    assert [besides(f"{which}/3").split() for which in (1, 2, 3)] == [["lint", "types"], [], ["mutate", "reseed"]]


def test_both_forges_share_the_tests_alike():
    github = yaml.safe_load(WORKFLOWS[0].read_text(encoding="utf-8"))["jobs"]["test"]["strategy"]["matrix"]["shard"]
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))["test"]["parallel"]["matrix"]
    assert github == gitlab[0]["SHARD"] == [f"{which}/{len(github)}" for which in range(1, len(github) + 1)]


def test_what_the_jobs_call_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for file in (*WORKFLOWS, ROOT / ".gitlab-ci.yml"):
        text = file.read_text(encoding="utf-8")
        for target in re.findall(r"\bmake ([\w-]+)", text):
            assert f"\n{target}:" in makefile, target
        assert (ROOT / ".ci/run").is_file()


def test_the_hooks_are_local_and_fetch_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
