"""The front door: streams, exit codes, and a sentence for everything that goes wrong."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pytest

from scanner import cli, plugin
from scanner.about import VERSION
from scanner.model import ScanError
from scanner.plugin import Style, World

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)

# The rooms that a small scan of a requirements file needs; what joins them costs every user some time.
SMALL_SCAN_LOADS = {
    "packing",
    "about",
    "advice",
    "brief",
    "inventory",
    "layout",
    "overview",
    "endings",
    "globs",
    "message",
    "selection",
    "terms",
    "catalog",
    "catalog.cycles",
    "catalog.dataset",
    "catalog.index",
    "catalog.versions",
    "claims",
    "cli",
    "commands",
    "commands.scan",
    "config",
    "console",
    "corridor",
    "crew",
    "discover",
    "gitignore",
    "model",
    "options",
    "parsers",
    "parsers.requirements",
    "ecosystems",
    "ecosystems.pep508",
    "pins",
    "plugin",
    "policy",
    "purl",
    "reading",
    "reporters",
    "reporters.table",
    "rules",
    "source",
    "text",
    "wording",
}
HEAVY = {
    "argparse",
    "cyclonedx",
    "dataclasses",
    "difflib",
    "email",
    "frontmatter",
    "hashlib",
    "importlib.metadata",
    "inspect",
    "logging",
    "packageurl",
    "packaging",
    "pathlib",
    "pip_requirements_parser",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "tomli",
    "unicodedata",
    "urllib.parse",
    "yaml",
}


# Coverage loads modules of its own into every process that it measures.
UNMEASURED = {
    **{name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")},
    "PYTHONPATH": os.getcwd(),
}
# As most users run it: what is not flushed in time is lost.
BUFFERED = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONUNBUFFERED": ""}


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def eolscan(folder: Path, *arguments: str, stdin: bytes = b"", environ: dict[str, str] | None = None) -> Outcome:
    """Run the command line in a world of its own."""
    out, err = io.StringIO(), io.StringIO()
    world = World(
        stdin=io.BytesIO(stdin),
        stdout=out,
        stderr=err,
        environ=environ or {},
        today=TODAY,
        cwd=str(folder),
        style=Style(width=80),
    )
    try:
        code = cli.run(arguments, world)
    except ScanError as error:
        return Outcome(2, out.getvalue(), str(error))
    return Outcome(code, out.getvalue(), err.getvalue())


def process(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the real program."""
    return subprocess.run(
        [sys.executable, "-m", "scanner", *arguments],
        cwd=folder,
        env={**BUFFERED, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("left-pad==3.0\nDjango==3.2.25\nnumpy==2.2.6\n")
    return tmp_path


def test_the_bare_command_scans_this_directory(shop: Path) -> None:
    outcome = eolscan(shop)
    assert outcome.code == 1
    assert "requirements.txt:2" in outcome.out
    assert "not tracked" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 0),
        (("--fail-on", "deprecated"), 0),
        (("--fail-on", "expiring"), 1),
        (("--fail-on", "untracked"), 1),
        (("--as-of", "2020-01-01"), 0),
        (("--as-of", "2020-01-01", "--fail-on", "unknown"), 0),
        (("--strict",), 1),
        (("nowhere.txt",), 2),
        (("--fail-on", "eool"), 2),
        (("--within", "soon"), 2),
        (("-f", "papyrus"), 2),
        (("-o", "papyrus=x"), 2),
        (("-o", "json=no/such/folder/x.json"), 2),
        (("--as-of", "2026-13-01"), 2),
        (("pkg:",), 2),
    ],
)
def test_exit_codes(shop: Path, arguments: tuple[str, ...], code: int) -> None:
    outcome = eolscan(shop, *arguments)
    assert outcome.code == code
    if code == 2:
        assert outcome.err.strip().endswith((".", "?"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--fali-on", "eol"), "There is no option --fali-on. Did you mean --fail-on?"),
        (("--fail", "eol"), "There is no option --fail. Did you mean --fail-on?"),
        (("--zzz",), "There is no option --zzz. --help lists the options."),
        (("--within",), "The option --within needs a value; --help lists the options."),
        (("--all=yes",), "The option --all takes no value; --help lists the options."),
        (("-x",), "The option -x does not exist; --help lists the options."),
        (("explain",), "`eolscan explain` takes one package URL or product: pkg:pypi/django@3.2.25, or django@3.2.25."),
        (("data", "upset"), "`eolscan data` takes one of status, update, import, export, not 'upset'."),
        (("formats", "all"), "`eolscan formats` takes no arguments."),
    ],
)
def test_a_usage_error_is_a_sentence(shop: Path, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = eolscan(shop, *arguments)
    assert (outcome.code, outcome.err) == (2, sentence)


def test_options_may_stand_between_inputs_and_nothing_behind_two_dashes_is_one(shop: Path) -> None:
    (shop / "-q").write_text("Django==4.1\n")
    outcome = eolscan(shop, "requirements.txt", "-fjson", "--exclude=a", "--exclude", "b", "--", "-q")
    assert [given["path"] for given in json.loads(outcome.out)["inputs"]] == ["requirements.txt", "-q"]


def test_strict_makes_a_problem_an_error(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("left-pad==3.0\n???\n")
    assert eolscan(tmp_path).code == 0
    assert eolscan(tmp_path, "--strict").code == 2


def test_a_named_file_that_gives_nothing_but_problems_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pylock.toml").write_text("[broken")
    outcome = eolscan(tmp_path, "pylock.toml")
    assert outcome.code == 2
    assert "nothing could be read in pylock.toml" in outcome.err


def test_an_empty_requirements_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    assert eolscan(tmp_path, "requirements.txt").code == 0


def test_one_scan_serves_many_outputs(shop: Path) -> None:
    outcome = eolscan(shop, "-f", "sarif", "-o", "json=a.json", "-o", "table=b.txt")
    assert json.loads(outcome.out)["version"] == "2.1.0"
    assert json.loads((shop / "a.json").read_text())["summary"]["failed"]
    assert "Django" in (shop / "b.txt").read_text()


def test_problems_go_to_standard_error_when_the_report_is_for_a_machine(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("left-pad==3.0\n???\x1b[31m\n")
    outcome = eolscan(tmp_path, "-f", "json")
    assert "requirements.txt:2" in outcome.err
    assert "\x1b" not in outcome.err + outcome.out
    assert eolscan(tmp_path, "-f", "json", "-q").err == ""


def test_the_environment_sets_options(shop: Path) -> None:
    assert eolscan(shop, environ={"EOLSCAN_FAIL_ON": "never"}).code == 0


def test_list_shows_every_dependency_with_its_place(shop: Path) -> None:
    outcome = eolscan(shop, "list", "-f", "json")
    assert outcome.code == 0
    components = json.loads(outcome.out)["components"]
    assert [(entry["name"], entry["version"], entry["line"]) for entry in components] == [
        ("left-pad", "3.0", 1),
        ("django", "3.2.25", 2),
        ("numpy", "2.2.6", 3),
    ]


def test_list_refuses_formats_for_findings(shop: Path) -> None:
    assert eolscan(shop, "list", "-f", "sarif").code == 2


def test_standard_input_is_an_input(tmp_path: Path) -> None:
    outcome = eolscan(tmp_path, "-", stdin=b"Django==3.2.25\n")
    assert outcome.code == 1
    assert "-:1" in outcome.out


@pytest.mark.parametrize("subject", ["pkg:pypi/django@3.2.25", "django@3.2.25", "Django@3.2.25"])
def test_explain_tells_the_chain_and_draws_the_timeline(tmp_path: Path, subject: str) -> None:
    outcome = eolscan(tmp_path, "explain", subject)
    assert outcome.code == 0
    for word in ("identifier", "Django (django)", "cycle", "ended 2024-04-01", "eol: "):
        assert word in outcome.out
    assert max(map(len, outcome.out.splitlines()[-8:])) <= 80


def test_explain_says_why_no_cycle_is_known(tmp_path: Path) -> None:
    assert "newer than every release cycle" in eolscan(tmp_path, "explain", "django@99.0").out
    assert "no product lists it" in eolscan(tmp_path, "explain", "pkg:npm/pg@8.0.0").out
    assert "no version is given" in eolscan(tmp_path, "explain", "django").out


def test_explain_suggests_products(tmp_path: Path) -> None:
    outcome = eolscan(tmp_path, "explain", "djago")
    assert outcome.code == 2
    assert "Did you mean django" in outcome.err
    assert eolscan(tmp_path, "explain", "pkg:x").code == 2


def test_formats_lists_both_folders(tmp_path: Path) -> None:
    out = eolscan(tmp_path, "formats").out
    for name in (*plugin.names("parsers"), *plugin.names("reporters")):
        assert f"  {name} " in out


def test_data_status_tells_the_stamp(tmp_path: Path) -> None:
    out = eolscan(tmp_path, "data", "status").out
    assert re.search(r"^products  \d+ with \d+ release cycles$", out, re.MULTILINE)
    assert "endoflife.date" in out


def test_version_verbose_tells_the_data(tmp_path: Path) -> None:
    out = eolscan(tmp_path, "--version", "-v").out
    assert out.startswith(f"eolscan {VERSION}\n")
    assert "sha256" in out
    assert eolscan(tmp_path, "--version", "-q").out == f"eolscan {VERSION}\n"


def test_help_names_every_command_and_every_option(tmp_path: Path) -> None:
    for name in plugin.names("commands"):
        outcome = eolscan(tmp_path, name, "--help")
        assert outcome.code == 0
        assert outcome.out.startswith("usage: eolscan")
        assert max(map(len, outcome.out.splitlines())) <= 80
        for option in plugin.command(name).options:
            assert f"--{option.name} " in outcome.out or f"--{option.name}\n" in outcome.out
    assert "config, data, explain, formats, ignore, list" in eolscan(tmp_path, "-h").out


def test_the_program_answers_version_at_once(tmp_path: Path) -> None:
    assert process(tmp_path, "--version").stdout == f"eolscan {VERSION}\n"


@pytest.mark.parametrize(
    "arguments", [("--help",), ("formats",), ("data", "status"), ("--version", "-v"), ("explain", "go")]
)
def test_what_the_program_prints_arrives(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = process(tmp_path, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n")


def test_the_program_ends_in_a_sentence_when_an_input_is_missing(tmp_path: Path) -> None:
    done = process(tmp_path, "gone.txt")
    assert done.returncode == 2
    assert done.stderr == "eolscan: gone.txt does not exist.\n"


def test_a_closed_standard_output_is_no_reason_to_fail(shop: Path) -> None:
    command = f"'{sys.executable}' -m scanner --fail-on never -o json=report.json <&- >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=shop, env=BUFFERED, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (shop / "report.json").read_text().startswith("{")


def test_two_reports_never_go_to_one_file(shop: Path) -> None:
    outcome = eolscan(shop, "-o", "json=a", "-o", "csv=./a")
    assert (outcome.code, outcome.err) == (2, "--output: Two reports would go to ./a, and one of them be lost.")
    assert not (shop / "a").exists()
    assert eolscan(shop, "-o", f"json={os.devnull}", "-o", f"csv={os.devnull}").code == 1


@pytest.mark.parametrize("arguments", [("confg",), ("--all", "config"), ("confi", "show")])
def test_a_word_that_is_nearly_a_command_is_taken_for_one(shop: Path, arguments: tuple[str, ...]) -> None:
    outcome = eolscan(shop, *arguments)
    assert outcome.code == 2
    assert "Did you mean `eolscan config`?" in outcome.err
    (shop / "confg").mkdir()
    assert "Did you mean" not in eolscan(shop, "confg").err


def test_a_format_that_does_not_exist_is_told_with_its_place(shop: Path) -> None:
    (shop / "eolscan.toml").write_text('all = true\nformat = "jsn"\n')
    assert eolscan(shop).err.startswith("eolscan.toml:2: There is no output format 'jsn'. Did you mean 'json'?")
    assert eolscan(shop, "-f", "json", "-o", "x=y").err.startswith(
        "--output: There is no output format 'x'. The formats"
    )


def test_a_closed_pipe_is_a_sentence(shop: Path) -> None:
    command = f"'{sys.executable}' -m scanner list -f json . | true"
    lines = "".join(f"package-{number}==1.0\n" for number in range(5000))
    (shop / "requirements.txt").write_text(lines)
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        cwd=shop,
        env=BUFFERED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "eolscan: The report was cut: what reads the output closed it early.\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full to play a full disk")
def test_a_full_disk_is_a_sentence(shop: Path) -> None:
    assert "cannot be written: No space left" in eolscan(shop, "-o", "json=/dev/full").err
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{sys.executable}' -m scanner -f json . > /dev/full"],
        cwd=shop,
        env=BUFFERED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "eolscan: The output cannot be written: No space left on device.\n"


def test_a_terminal_that_lacks_a_letter_gets_an_escape(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django==3.2.25\n")
    done = process(tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_colour_obeys_the_environment_and_the_flag(shop: Path) -> None:
    assert "\x1b[" not in process(shop).stdout
    assert "\x1b[" in process(shop, FORCE_COLOR="1").stdout
    assert "\x1b[" not in process(shop, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" in process(shop, "--color", "always").stdout
    assert "\x1b[" not in process(shop, "--color", "never", FORCE_COLOR="1").stdout


def test_a_small_scan_loads_what_it_needs_and_no_more(shop: Path) -> None:
    code = "import sys\nfrom scanner import cli\ncli.guarded([], cli._world())\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shop,
        env=UNMEASURED,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.split())
    own = {name.removeprefix("scanner.") for name in loaded if name.startswith("scanner.")}
    assert own - SMALL_SCAN_LOADS == set()
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


def test_a_scan_opens_no_socket_and_reads_no_yaml(shop: Path) -> None:
    code = (
        "import sys\n"
        "sys.addaudithook(lambda event, _: event.startswith(('socket', 'subprocess')) and sys.exit(event))\n"
        "from scanner import cli\n"
        "cli.guarded([], cli._world())\n"
        "assert 'yaml' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shop,
        env=UNMEASURED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "Interrupted."),
        (OSError(28, "No space left on device"), 2, "The output cannot be written: No space left on device."),
        (ScanError("Nothing \x1b[31mgoes."), 2, "Nothing \\x1b[31mgoes."),
    ],
)
def test_whatever_stops_a_run_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    def stopped(*_: object) -> int:
        raise error

    monkeypatch.setattr(cli, "run", stopped)
    err = io.StringIO()
    world = World(io.BytesIO(), io.StringIO(), err, {}, TODAY, str(tmp_path))
    assert cli.guarded([], world) == code
    assert err.getvalue() == f"eolscan: {sentence}\n"


def test_a_terminal_is_as_wide_as_it_says(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="this system has no terminals to play with")
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "scanner", "pkg:pypi/django@3.2.25"]
    environ = {**os.environ, "PYTHONPATH": os.getcwd(), "COLUMNS": "50", "TERM": "xterm"}
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=slave) as running:
        running.wait()
    os.close(slave)
    said = os.read(master, 65536).decode()
    os.close(master)
    assert "\x1b[" in said
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    assert max(map(len, plain.splitlines())) <= 50
