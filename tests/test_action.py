"""The action: what its steps pass on, what they say, and how they end."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "action.yml").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load(TEXT)
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCAN = next(step for step in STEPS if step.get("id") == "scan")
UPLOAD = next(step for step in STEPS if step.get("uses", "").startswith("github/codeql-action/"))
COMMENT = next(step for step in STEPS if "GH_TOKEN" in step.get("env", {}))
SCRIPTS = sorted((ROOT / "scripts" / "action").iterdir())

SHELLCHECK = shutil.which("shellcheck", path=os.pathsep.join([f"{sys.prefix}/bin", os.environ["PATH"]]))
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed, and the action needs it")

# Runs this checkout in place of the installed eolscan; `-I` would hide it.
_REAL = f'#!/bin/sh\nshift\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n'
_RECORDS = '#!/bin/sh\nprintf "%s\\0" "$@" > "$RUNNER_TEMP/argv"\nexit 1\n'

# The comments of a pull request, and gh to read and write them with: `--jq` is told by its text.
_GH = f"""#!{sys.executable}
import json, os, pathlib, sys
temp = pathlib.Path(os.environ["RUNNER_TEMP"])
with (temp / "gh.log").open("a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if (temp / "gh.refuses").exists():
    sys.exit("gh: ##[error]::Resource not accessible by integration (HTTP 403)")
file = temp / "comments.json"
comments = json.loads(file.read_text()) if file.exists() else []
_, address, *options = sys.argv[1:]
if "--jq" in options:
    ours = [one for one in comments if one["login"] == "github-actions[bot]"]
    print("".join(f"{{one['id']}}\\n" for one in ours if one["body"].startswith(os.environ["MARKER"])), end="")
    sys.exit()
name, _, path = options[options.index("-F") + 1].partition("=@")
body = pathlib.Path(path).read_text()
if options[options.index("--method") + 1] == "POST":
    comments.append({{"id": len(comments) + 1, "login": "github-actions[bot]", name: body}})
else:
    comments[int(address.rpartition("/")[2]) - 1][name] = body
file.write_text(json.dumps(comments))
"""

HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned;",
    '" ; touch pwned ; "',
    "' ; touch pwned ; '",
    "${IFS}*",
    "--help",
    "-",
    " two  spaces ",
    "\\n",
]


class Run(NamedTuple):
    """How the scan step ended, and what it left behind."""

    code: int
    outputs: dict[str, str]
    summary: str
    log: str


class Change(NamedTuple):
    """What the event of a pull request tells."""

    base: str
    head: str


class Runner:
    """Runs the scan step as GitHub does, in a workspace of its own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "the workspace"
        self.temp = folder / "the temp"
        self.workspace.mkdir()
        self.temp.mkdir()

    def scan(self, python: str = _REAL, base: str = "", head: str = "", **inputs: str) -> Run:
        """Run with inputs (`_` for `-`), a program that stands for the installed Python, and commits of the event."""
        stub = self.temp / "python"
        stub.write_text(python, encoding="utf-8")
        stub.chmod(0o755)
        event = {"PYTHON": str(stub), "BASE_SHA": base, "HEAD_SHA": head}
        return self.step(SCAN, {**environment(inputs), **event})

    def comment(self, run: Run, number: str = "7") -> Run:
        """Run the step behind a scan, on a pull request."""
        outputs = {f"${{{{ steps.scan.outputs.{name} }}}}": value for name, value in run.outputs.items()}
        values = {**outputs, "${{ github.token }}": "secret", "${{ github.event.pull_request.number }}": number}
        return self.step(COMMENT, {key: values[value] for key, value in COMMENT["env"].items()})

    def comments(self) -> list[str]:
        path = self.temp / "comments.json"
        return [comment["body"] for comment in json.loads(path.read_text())] if path.exists() else []

    def step(self, step: Mapping[str, Any], environment: Mapping[str, str]) -> Run:
        """Run a step as GitHub does."""
        script, gh = self.temp / "script.sh", self.temp / "bin" / "gh"
        gh.parent.mkdir(exist_ok=True)
        gh.write_text(_GH, encoding="utf-8")
        gh.chmod(0o755)
        script.write_text(step["run"], encoding="utf-8")
        files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={
                "PATH": f"{gh.parent}:/usr/local/bin:/usr/bin:/bin",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_REPOSITORY": "octo/project",
                "GITHUB_SERVER_URL": "https://github.com",
                **{name: str(path) for name, path in files.items()},
                **environment,
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        outputs = read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return Run(done.returncode, outputs, summary, done.stdout + done.stderr)

    def arguments(self, **inputs: str) -> list[str]:
        """Return what the command line is called with, after the reports and the category that it always has."""
        self.scan(_RECORDS, **inputs)
        *called, _ = (self.temp / "argv").read_text(encoding="utf-8").split("\0")
        assert called[:3] == ["-I", "-m", "scanner"]
        assert called[3:11:2] == ["-o"] * 4
        assert called[11].startswith("--sarif-category=")
        return called[12:]

    def git(self, *arguments: str) -> str:
        """Run git in the workspace, with no settings but these."""
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", *arguments],
            cwd=self.workspace,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stdout.strip()

    def commit(self) -> str:
        """Commit everything, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a")
        return self.git("rev-parse", "HEAD")

    def write(self, name: str, text: str = "Django==3.2.25\n") -> None:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def change(runner: Runner) -> Change:
    """Return a checkout of a merge: the base has one finding, and the change brings another and a new folder."""
    runner.git("init", "--quiet")
    runner.write("requirements.txt")
    runner.commit()
    runner.git("checkout", "--quiet", "-b", "change")
    runner.write("requirements.txt", "# first line\nDjango==3.2.24\n")
    runner.write("new/requirements.txt", "numpy==1.0\n")
    head = runner.commit()
    runner.git("checkout", "--quiet", "main")
    runner.write("late/requirements.txt", "celery==4.0\n")
    base = runner.commit()
    runner.git("merge", "--quiet", "--no-ff", "change")
    return Change(base, head)


def environment(inputs: Mapping[str, str]) -> dict[str, str]:
    """Fill in the part of the environment of the scan step that comes from inputs."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert set(given) <= set(ACTION["inputs"])
    values = {name: given.get(name, declared["default"]) for name, declared in ACTION["inputs"].items()}
    expressions = {f"${{{{ inputs.{name} }}}}": value for name, value in values.items()}
    return {key: expressions[value] for key, value in SCAN["env"].items() if key.startswith("IN_")}


def read_outputs(text: str) -> dict[str, str]:
    """Read `name=value` and `name<<END`, as the runner does."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, equals, value = line.partition("=")
        if "<<" in name or not equals:
            name, heredoc, end = line.partition("<<")
            value = "\n".join(iter(lines.__next__, end)) if heredoc else ""
        if name:
            outputs[name] = value
    return outputs


def test_every_input_has_a_default_and_is_described() -> None:
    for declared in ACTION["inputs"].values():
        assert isinstance(declared["default"], str)
        assert declared["description"]


def test_every_output_comes_from_the_scan() -> None:
    assert {name: declared["value"] for name, declared in ACTION["outputs"].items()} == {
        name: f"${{{{ steps.scan.outputs.{name} }}}}"
        for name in ("exit-code", "findings", "new-findings", "sarif-file", "json-file")
    }


def test_no_expression_stands_in_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in STEPS)


def test_every_input_reaches_the_scan_by_its_environment_or_turns_a_step_on() -> None:
    reached = {value for key, value in SCAN["env"].items() if key.startswith("IN_")}
    steps = {"upload-sarif": UPLOAD, "comment": COMMENT}
    assert reached == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"] if name not in steps}
    for name, step in steps.items():
        assert f"inputs.{name} == 'true'" in step["if"]
        assert ACTION["inputs"][name]["default"] == "false"


def test_a_failing_scan_is_uploaded_and_one_that_is_not_complete_is_not() -> None:
    assert "!cancelled()" in UPLOAD["if"]
    assert "steps.scan.outputs.exit-code != '2'" in UPLOAD["if"]


def test_only_the_step_that_comments_has_the_token() -> None:
    assert [step for step in STEPS if "github.token" in str(step)] == [COMMENT]
    assert not any("token" in script.read_text(encoding="utf-8").lower() for script in SCRIPTS if script.name == "scan")


def test_no_variable_of_the_step_is_one_that_eolscan_reads() -> None:
    assert not any(key.startswith("EOLSCAN_") for key in SCAN["env"])


def test_later_steps_are_left_alone() -> None:
    assert "GITHUB_ENV" not in TEXT
    assert "GITHUB_PATH" not in TEXT


def test_other_actions_are_pinned() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+(/[\w-]+)?@[0-9a-f]{40}", name) for name in used)


def test_python_is_always_isolated() -> None:
    files = [*SCRIPTS, ROOT / "scripts" / "venv"]
    scripts = "".join(step.get("run", "") for step in STEPS) + "".join(file.read_text("utf-8") for file in files)
    assert set(re.findall(r'(?:python3|"\$(?:PYTHON|python|venv/bin/python)") (-\S+)', scripts)) == {"-I", "--version"}


def test_on_windows_the_action_says_that_it_does_not_run_there() -> None:
    first = STEPS[0]
    assert first["if"] == "runner.os == 'Windows'"
    assert "::error" in first["run"]
    assert first["run"].endswith("exit 1\n")


def test_the_page_of_the_action_tells_every_input_and_output() -> None:
    page = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    assert told == [*ACTION["inputs"], *ACTION["outputs"]]


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
def test_the_scripts_are_clean() -> None:
    steps = [step["run"] for step in STEPS if "run" in step]
    for script in (*SCRIPTS, ROOT / "scripts" / "venv"):
        subprocess.run([str(SHELLCHECK), str(script)], check=True)
    for text in steps:
        subprocess.run([str(SHELLCHECK), "--shell=bash", "-"], input=text, encoding="utf-8", check=True)


@needs_bash
def test_a_finding_fails_the_step_and_is_shown_everywhere(runner: Runner) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", sarif_file="out.sarif")
    assert run.code == 1
    assert run.outputs["exit-code"] == "1"
    assert run.outputs["findings"] == "1"
    assert run.outputs["sarif-file"] == "out.sarif"
    assert (runner.workspace / "out.sarif").stat().st_size
    assert Path(run.outputs["json-file"]).parent.parent == runner.temp
    assert "| **eol** | `django 3.2.25` |" in run.summary
    assert "\n::error file=requirements.txt,line=1," in run.log


@needs_bash
def test_nothing_that_fails_passes_the_step_with_its_findings(runner: Runner) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", fail_on="never")
    assert (run.code, run.outputs["exit-code"], run.outputs["findings"]) == (0, "0", "1")
    assert run.outputs["new-findings"] == "1"
    assert Path(run.outputs["sarif-file"]).is_file()


@needs_bash
def test_a_scan_that_cannot_be_made_says_so_and_promises_no_report(runner: Runner) -> None:
    run = runner.scan(path="not there")
    assert run.code == 2
    assert {run.outputs[name] for name in ACTION["outputs"] if name != "exit-code"} == {""}
    assert (run.outputs["exit-code"], run.outputs["markdown-file"]) == ("2", "")
    assert "::error title=eolscan::The scan is not complete (exit code 2)" in run.log
    assert run.summary == ""


@needs_bash
def test_a_crash_is_not_taken_for_a_finding(runner: Runner) -> None:
    run = runner.scan("#!/bin/sh\nexit 1\n")
    assert run.code == 2
    assert run.outputs["findings"] == ""


@needs_bash
def test_the_scan_goes_on_where_only_one_input_cannot_be_read(runner: Runner) -> None:
    runner.write("requirements.txt")
    runner.write("broken/requirements.txt", "=broken\n")
    run = runner.scan(path="requirements.txt\nbroken/requirements.txt", as_of="2026-11-22")
    assert run.code == 2
    assert run.outputs["findings"] == "1"
    assert "| **eol** |" in run.summary
    assert "::error title=eolscan::The scan is not complete (exit code 2)" in run.log


@needs_bash
def test_paths_may_hold_spaces_and_begin_with_a_dash(runner: Runner) -> None:
    runner.write("with space/requirements.txt")
    runner.write("-requirements.txt", "numpy==1.0\n")
    run = runner.scan(path="with space\n-requirements.txt\n", as_of="2026-11-22")
    assert (run.code, run.outputs["findings"]) == (1, "2")


@needs_bash
def test_summary_and_annotations_can_be_turned_off(runner: Runner) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", summary="false", annotations="false")
    assert run.code == 1
    assert run.summary == ""
    assert "::" not in run.log


@needs_bash
def test_what_is_empty_is_left_to_the_settings(runner: Runner) -> None:
    assert runner.arguments() == ["--", "."]


@needs_bash
def test_what_is_given_is_passed_on(runner: Runner) -> None:
    assert runner.arguments(
        fail_on="eol,unknown",
        within="1y",
        as_of="2026-11-22",
        config="a b.toml",
        args="--all\n--exclude\nold dir/*",
        path="a\n\nb c",
    ) == [
        "--config=a b.toml",
        "--fail-on=eol,unknown",
        "--within=1y",
        "--as-of=2026-11-22",
        "--all",
        "--exclude",
        "old dir/*",
        "--",
        "a",
        "b c",
    ]


@needs_bash
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_one_argument_and_nothing_else(runner: Runner, value: str) -> None:
    names = ("config", "fail_on", "within", "as_of")
    others = ("args", "path", "sarif_file", "summary", "annotations", "only_new", "category")
    called = runner.arguments(**dict.fromkeys((*names, *others), value))
    assert called == [*(f"--{name.replace('_', '-')}={value}" for name in names), value, "--", value]
    assert list(runner.workspace.iterdir()) == []


@needs_bash
@pytest.mark.parametrize("name", ["a\nfindings=99", "a\nEOF\nfindings=99", "$(touch pwned)", "a=b<<c"])
def test_a_file_name_sets_no_other_output(runner: Runner, name: str) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", sarif_file=name)
    assert run.outputs["sarif-file"] == name
    assert (run.outputs["findings"], set(run.outputs)) == ("1", {*ACTION["outputs"], "category", "markdown-file"})
    assert (runner.workspace / name).is_file()
    assert not (runner.workspace / "pwned").exists()


@needs_bash
def test_text_of_a_scanned_file_gives_the_runner_no_orders(runner: Runner) -> None:
    runner.write("requirements.txt", "Django==3.2.25\n::error::mine\n##[set-output name=findings]99\n\x1b[31mred==1\n")
    run = runner.scan(as_of="2026-11-22")
    assert "##[" not in run.log
    assert "\x1b" not in run.log + run.summary
    assert [line for line in run.log.splitlines() if line.lstrip().startswith("::error::")] == []


@needs_bash
@pytest.mark.parametrize(
    ("inputs", "category"),
    [
        ({}, "eolscan"),
        ({"path": "./services/a/"}, "eolscan/services/a"),
        ({"path": "a\nb c"}, "eolscan/a,b c"),
        ({"path": "a", "category": "mine/"}, "mine"),
        ({"path": "a", "category": 'x" -->é<!--'}, "x- ----------"),
    ],
)
def test_each_path_is_a_category_of_its_own(runner: Runner, inputs: dict[str, str], category: str) -> None:
    for name in inputs.get("path", ".").splitlines():
        runner.write(f"{name}/requirements.txt")
    run = runner.scan(as_of="2026-11-22", fail_on="never", **inputs)
    (told,) = json.loads(Path(run.outputs["sarif-file"]).read_text(encoding="utf-8"))["runs"]
    assert told["automationDetails"]["id"] == f"{run.outputs['category']}/"
    assert re.sub("-+", "-", run.outputs["category"]) == re.sub("-+", "-", category)


@needs_bash
def test_the_summary_is_never_too_long(runner: Runner) -> None:
    runner.write("requirements.txt", "".join(f"Django==3.2.{number} # {'é' * 50}\n" for number in range(3000)))
    for number in range(200):
        runner.write(f"{'long/' * 20}{number}/requirements.txt")
    run = runner.scan(as_of="2026-11-22")
    assert run.outputs["findings"] == "201"
    assert len(run.summary.encode()) < 1 << 20


@needs_bash
def test_only_what_the_base_branch_does_not_have_fails(runner: Runner, change: Change) -> None:
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head)
    assert (run.code, run.outputs["findings"], run.outputs["new-findings"]) == (1, "3", "1")
    assert run.log.count("::error ") == 1
    assert "file=new/requirements.txt" in run.log
    assert runner.git("status", "--porcelain") == ""


@needs_bash
def test_a_change_that_brings_nothing_new_passes(runner: Runner, change: Change) -> None:
    paths = f"requirements.txt\n{runner.workspace}/late\npkg:pypi/django@3.2.25"
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head, path=paths)
    assert (run.code, run.outputs["findings"], run.outputs["new-findings"]) == (0, "3", "0")


@needs_bash
def test_what_the_base_does_not_have_at_all_is_new(runner: Runner, change: Change) -> None:
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head, path="new")
    assert (run.code, run.outputs["new-findings"]) == (1, "1")


@needs_bash
def test_a_head_that_is_no_merge_is_compared_with_where_it_left_the_base(runner: Runner, change: Change) -> None:
    runner.git("checkout", "--quiet", change.head)
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head)
    assert (run.code, run.outputs["findings"], run.outputs["new-findings"]) == (1, "2", "1")


@needs_bash
def test_settings_that_are_named_and_new_hold_for_the_base_too(runner: Runner, change: Change) -> None:
    runner.write("mine.toml", 'as-of = "2026-11-22"\nexclude = ["new/*"]\n')
    run = runner.scan(only_new="true", base=change.base, head=change.head, config="mine.toml")
    assert (run.code, run.outputs["findings"], run.outputs["new-findings"]) == (0, "2", "0")


@needs_bash
def test_a_base_that_is_not_there_is_an_error_and_everything_counts(runner: Runner, change: Change) -> None:
    shallow = f"file://{runner.workspace}"
    runner.git("clone", "--quiet", "--depth=1", shallow, str(runner.temp / "shallow"))
    runner.workspace = runner.temp / "shallow"
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head)
    assert (run.code, run.outputs["new-findings"]) == (1, "3")
    assert f"::error title=eolscan::The base commit {change.base} is not in this checkout" in run.log
    assert "fetch-depth: 2" in run.log


@needs_bash
def test_the_depth_that_the_error_asks_for_is_enough(runner: Runner, change: Change) -> None:
    runner.git("clone", "--quiet", "--depth=2", f"file://{runner.workspace}", str(runner.temp / "shallow"))
    runner.workspace = runner.temp / "shallow"
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head)
    assert (run.code, run.outputs["new-findings"]) == (1, "1")


@needs_bash
def test_a_base_whose_files_are_not_there_is_an_error_too(runner: Runner, change: Change) -> None:
    blob = runner.git("rev-parse", f"{change.base}:late/requirements.txt")
    (runner.workspace / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    run = runner.scan(as_of="2026-11-22", only_new="true", base=change.base, head=change.head)
    assert (run.code, run.outputs["new-findings"]) == (1, "3")
    assert "::error title=eolscan::The files of the base commit" in run.log


@needs_bash
def test_without_a_checkout_everything_counts(runner: Runner) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", only_new="true", base="0" * 40, head="1" * 40)
    assert (run.code, run.outputs["new-findings"]) == (1, "1")
    assert "::error title=eolscan::The workspace is no checkout" in run.log


@needs_bash
def test_outside_of_pull_requests_everything_counts(runner: Runner) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", only_new="true")
    assert (run.code, run.outputs["new-findings"]) == (1, "1")
    assert "::error title=eolscan" not in run.log


@needs_bash
def test_a_comment_is_written_once_and_then_renewed(runner: Runner) -> None:
    runner.write("requirements.txt")
    over = runner.scan(as_of="2026-11-22")
    runner.comment(over)
    runner.comment(over)
    (first,) = runner.comments()
    assert first.startswith("<!-- eolscan: eolscan -->\n## eolscan: 1 finding\n")
    runner.write("requirements.txt", "Django==5.2.17\n")
    assert runner.comment(runner.scan(as_of="2025-11-22")).code == 0
    (second,) = runner.comments()
    assert second.startswith("<!-- eolscan: eolscan -->\n## eolscan: 0 findings\n")


@needs_bash
def test_where_there_is_nothing_to_tell_there_is_no_comment(runner: Runner) -> None:
    runner.write("requirements.txt", "Django==5.2.17\n")
    assert runner.comment(runner.scan(as_of="2025-11-22")).code == 0
    assert runner.comments() == []


@needs_bash
def test_each_category_has_a_comment_of_its_own(runner: Runner) -> None:
    runner.write("a/requirements.txt")
    runner.write("a/b/requirements.txt")
    for path in ("a", "a/b", "a"):
        runner.comment(runner.scan(as_of="2026-11-22", path=path))
    firsts = [body.splitlines()[0] for body in runner.comments()]
    assert firsts == ["<!-- eolscan: eolscan/a -->", "<!-- eolscan: eolscan/a/b -->"]


@needs_bash
def test_the_comment_of_somebody_else_is_left_alone(runner: Runner) -> None:
    theirs = {"id": 1, "login": "mallory", "body": "<!-- eolscan: eolscan -->\n"}
    (runner.temp / "comments.json").write_text(json.dumps([theirs]), encoding="utf-8")
    runner.write("requirements.txt")
    runner.comment(runner.scan(as_of="2026-11-22"))
    assert (len(runner.comments()), runner.comments()[0]) == (2, theirs["body"])


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_filter_finds_the_comments_that_are_ours() -> None:
    text = (ROOT / "scripts" / "action" / "comment").read_text(encoding="utf-8")
    (program,) = re.findall(r"--jq \\\n +'(.*)'\)", text)
    logins, bodies = ("github-actions[bot]", "mallory"), ("<!-- a -->\nx", "x <!-- a -->", None)
    comments = [{"user": {"login": login}, "body": body} for login in logins for body in bodies if body]
    numbered = json.dumps([{"id": number, **comment} for number, comment in enumerate(comments)])
    done = subprocess.run(
        ["jq", "-r", program], input=numbered, env={"PATH": "/usr/local/bin:/usr/bin:/bin", "MARKER": "<!-- a -->"},
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout == "0\n"


@needs_bash
def test_a_comment_that_is_not_allowed_fails_nothing(runner: Runner) -> None:
    (runner.temp / "gh.refuses").touch()
    runner.write("requirements.txt")
    run = runner.comment(runner.scan(as_of="2026-11-22"))
    assert run.code == 0
    assert "::notice title=eolscan::There is no comment (gh [error]Resource not accessible" in run.log
    assert "##[" not in run.log


@needs_bash
def test_outside_of_pull_requests_nobody_is_asked_for_comments(runner: Runner) -> None:
    runner.write("requirements.txt")
    assert runner.comment(runner.scan(as_of="2026-11-22"), number="").code == 0
    assert not (runner.temp / "gh.log").exists()


@needs_bash
def test_a_long_report_is_cut_to_what_a_comment_holds(runner: Runner) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22")
    report = Path(run.outputs["markdown-file"])
    report.write_text("| row é |\n" * 9000, encoding="utf-8")
    runner.comment(run)
    (body,) = runner.comments()
    assert len(body) < 65_536
    assert set(body.splitlines()[1:-2]) == {"| row é |"}
    assert body.splitlines()[-1].startswith("*The rest is left out here")


@needs_bash
def test_the_token_is_no_argument(runner: Runner) -> None:
    runner.write("requirements.txt")
    runner.comment(runner.scan(as_of="2026-11-22"))
    assert "secret" not in (runner.temp / "gh.log").read_text(encoding="utf-8")


EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yml"))
PAGE = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")


def uses_of_the_action(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [step for step in steps if step.get("uses", "").startswith("eolscan/eolscan@")]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gives_what_the_action_takes_and_no_more_power_than_it_needs(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    (step,) = uses_of_the_action(job["steps"])
    assert set(step.get("with", {})) <= set(ACTION["inputs"])
    assert workflow["permissions"] == {}
    needed = {"comment": "pull-requests", "upload-sarif": "security-events"}
    writes = {scope for scope, right in job["permissions"].items() if right == "write"}
    assert writes == {scope for name, scope in needed.items() if step.get("with", {}).get(name) == "true"}
    others = [step["uses"] for step in job["steps"] if step not in uses_of_the_action(job["steps"])]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in others)


def test_every_example_is_named_on_the_page_of_the_action() -> None:
    assert sorted(set(re.findall(r"\(examples/([\w-]+\.yml)\)", PAGE))) == [path.name for path in EXAMPLES]


def test_the_page_of_the_action_gives_only_inputs_that_there_are() -> None:
    steps = re.findall(r"- uses: eolscan/eolscan@\S+\n((?: {8}.*\n)*)", PAGE)
    given = [set(yaml.safe_load(step or "{}").get("with", {})) for step in steps]
    assert len(given) > 3
    assert set().union(*given) <= set(ACTION["inputs"])
