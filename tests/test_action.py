"""The action: what its scan step passes on, what it says, and how it ends."""

from __future__ import annotations

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
LISTS = {"path", "args"}

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed, and the action needs it")

# Runs this checkout in place of the installed eolscan; `-I` would hide it.
_REAL = f'#!/bin/sh\nshift\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n'
_RECORDS = '#!/bin/sh\nprintf "%s\\0" "$@" > "$RUNNER_TEMP/argv"\nexit 1\n'

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


class Runner:
    """Runs the scan step as GitHub does, in a workspace of its own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "the workspace"
        self.temp = folder / "the temp"
        self.workspace.mkdir()
        self.temp.mkdir()

    def scan(self, python: str = _REAL, **inputs: str) -> Run:
        """Run with inputs (`_` for `-`) and a program that stands for the installed Python."""
        stub, script = self.temp / "python", self.temp / "script.sh"
        stub.write_text(python, encoding="utf-8")
        stub.chmod(0o755)
        script.write_text(SCAN["run"], encoding="utf-8")
        files = {name: self.temp / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTIONS": "true",
                **{name: str(path) for name, path in files.items()},
                **environment(inputs, str(stub)),
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        outputs = read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return Run(done.returncode, outputs, summary, done.stdout + done.stderr)

    def arguments(self, **inputs: str) -> list[str]:
        """Return what the command line is called with, after the reports that are always written."""
        self.scan(_RECORDS, **inputs)
        *called, _ = (self.temp / "argv").read_text(encoding="utf-8").split("\0")
        assert called[:3] == ["-I", "-m", "scanner"]
        assert called[3:11:2] == ["-o"] * 4
        return called[11:]

    def write(self, name: str, text: str = "Django==3.2.25\n") -> None:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def environment(inputs: Mapping[str, str], python: str) -> dict[str, str]:
    """Fill in the environment of the scan step."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert set(given) <= set(ACTION["inputs"])
    values = {name: given.get(name, declared["default"]) for name, declared in ACTION["inputs"].items()}
    expressions = {f"${{{{ inputs.{name} }}}}": value for name, value in values.items()}
    return {key: python if key == "PYTHON" else expressions[value] for key, value in SCAN["env"].items()}


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
        name: f"${{{{ steps.scan.outputs.{name} }}}}" for name in ("exit-code", "findings", "sarif-file", "json-file")
    }


def test_no_expression_stands_in_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in STEPS)


def test_every_input_reaches_the_scan_by_its_environment() -> None:
    assert {value for key, value in SCAN["env"].items() if key != "PYTHON"} == {
        f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]
    }


def test_no_variable_of_the_step_is_one_that_eolscan_reads() -> None:
    assert not any(key.startswith("EOLSCAN_") for key in SCAN["env"])


def test_later_steps_are_left_alone() -> None:
    assert "GITHUB_ENV" not in TEXT
    assert "GITHUB_PATH" not in TEXT


def test_other_actions_are_pinned() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in used)


def test_python_is_always_isolated() -> None:
    scripts = "".join(step.get("run", "") for step in STEPS)
    assert set(re.findall(r'(?:python3|"\$(?:PYTHON|interpreter|venv/bin/python)") (\S+)', scripts)) == {"-I"}


def test_the_page_of_the_action_tells_every_input_and_output() -> None:
    page = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    assert told == [*ACTION["inputs"], *ACTION["outputs"]]


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
    assert Path(run.outputs["sarif-file"]).is_file()


@needs_bash
def test_a_scan_that_cannot_be_made_says_so_and_promises_no_report(runner: Runner) -> None:
    run = runner.scan(path="not there")
    assert run.code == 2
    assert run.outputs == {"exit-code": "2", "findings": "", "sarif-file": "", "json-file": ""}
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
        "--fail-on=eol,unknown",
        "--within=1y",
        "--as-of=2026-11-22",
        "--config=a b.toml",
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
    names = ("fail_on", "within", "as_of", "config")
    called = runner.arguments(**dict.fromkeys((*names, "args", "path", "sarif_file", "summary", "annotations"), value))
    assert called == [*(f"--{name.replace('_', '-')}={value}" for name in names), value, "--", value]
    assert list(runner.workspace.iterdir()) == []


@needs_bash
@pytest.mark.parametrize("name", ["a\nfindings=99", "a\nEOF\nfindings=99", "$(touch pwned)", "a=b<<c"])
def test_a_file_name_sets_no_other_output(runner: Runner, name: str) -> None:
    runner.write("requirements.txt")
    run = runner.scan(as_of="2026-11-22", sarif_file=name)
    assert run.outputs["sarif-file"] == name
    assert (run.outputs["findings"], set(run.outputs)) == ("1", set(ACTION["outputs"]))
    assert (runner.workspace / name).is_file()
    assert not (runner.workspace / "pwned").exists()


@needs_bash
def test_text_of_a_scanned_file_gives_the_runner_no_orders(runner: Runner) -> None:
    runner.write("requirements.txt", "Django==3.2.25\n::error::mine\n##[set-output name=findings]99\n\x1b[31mred==1\n")
    run = runner.scan(as_of="2026-11-22")
    assert "##[" not in run.log
    assert "\x1b" not in run.log + run.summary
    assert [line for line in run.log.splitlines() if line.lstrip().startswith("::error::")] == []
