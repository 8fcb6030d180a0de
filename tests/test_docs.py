"""What the documents say is what the program does."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from scanner import cli, config, plugin, settings
from scanner.commands import explain
from scanner.model import EvidenceClass, EvidenceKind, Reason, Scope, Status
from scanner.plugin import Style, World
from scanner.rules import MEANINGS, RULES
from scanner.terms import parse_gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SOURCE = "https://github.com/eolscan/eolscan/"


def document(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


README = document("README.md")
PAGES = [f"docs/{path.name}" for path in sorted(DOCS.glob("*.md"))]
EXAMPLE = re.compile(r"^\$ eolscan (.*)\n(?:.*\n)*?```", re.MULTILINE)
GENERATED = re.compile(r"^<!-- generated: (\S+) -->\n(?:.*\n)*?<!-- end -->$", re.MULTILINE)
# These change with every product file, also with those that no example is about.
REVISION = re.compile(r"[\d,]+\sproducts,\srevision\s[0-9a-f]{12}")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# What a browser fetches by itself, of another host.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\ssrc=["']?(?:https?:)?//
    |<link\b(?![^>]*rel="?(?:canonical|next|prev))[^>]*\shref=["']?(?:https?:)?//
    |url\(["']?(?:https?:)?//
    |@import\s+["'](?:https?:)?//""",
    re.VERBOSE,
)


def commands() -> list[str]:
    """Return the two commands that README begins with."""
    return re.findall(r"^    (scripts/venv .*)$", README, re.MULTILINE)


@cache
def said(*arguments: str) -> str:
    """Return what a run in this checkout printed on the day of the examples."""
    out = io.StringIO()
    world = World(
        stdin=io.BytesIO(),
        stdout=out,
        stderr=io.StringIO(),
        environ={},
        today=date(2026, 11, 22),
        cwd=str(ROOT),
        style=Style(width=80),
    )
    cli.run(arguments, world)
    return out.getvalue()


def with_examples(text: str) -> str:
    """Run every example of a document again."""
    return EXAMPLE.sub(lambda example: f"$ eolscan {example[1]}\n{said(*example[1].split())}```", text)


def table(head: str, rows: Sequence[tuple[str, ...]]) -> str:
    columns = head.count("|") + 1
    return "\n".join([f"| {head} |", "|---" * columns + "|", *(f"| {' | '.join(row)} |" for row in rows)])


def code(*words: str) -> str:
    return ", ".join(f"`{word}`" for word in words if word)


def the_options() -> str:
    """Write a row for each option of a scan: how it is said in each of the three places, and what it means."""
    settable = {option.name for option in config.OPTIONS}
    anywhere = settable | {option.name for option in config.ONCE}
    kinds = {bool: "yes or no", list: "list", str: "text"}
    rows = []
    for option in plugin.command("scan").options:
        spelled = f"--{option.name} {option.metavar}".strip()
        negation = f"--{option.negation}" if option.negation else ""
        in_file = f"`{option.name}`, {kinds[option.kind]}" if option.name in settable else ""
        variable = code(option.variable) if option.name in anywhere else ""
        rows.append((code(option.short, spelled, negation), in_file, variable, option.help))
    return table("option | in a settings file | in the environment | meaning", rows)


def the_commands() -> str:
    """Write a chapter on each command but the scan."""
    names = (name for name in plugin.names("commands") if name != "scan")
    return "\n\n".join(part for name in names for part in (f"### eolscan {name}", *command(name)))


def command(name: str) -> Iterator[str]:
    """Write what a command is for, and which options it has of its own."""
    told = plugin.command(name)
    yield f"    eolscan {name} {told.usage}".rstrip()
    first, _, rest = told.summary.partition("\n")
    yield first
    if rest:
        yield "```\n" + rest.strip("\n") + "\n```"
    common = {option.name for option in plugin.command("scan").options}
    own = [option for option in told.options if option.name not in common]
    if own:
        yield table("option | meaning", [(code(f"--{one.name} {one.metavar}".strip()), one.help) for one in own])
    shared = [f"--{option.name}" for option in told.options if option.name in common]
    if name == "config":
        yield "It takes every option of a scan, and shows what would hold."
    elif shared:
        yield f"Options of a scan that it has too: {code(*shared)}."


def the_tables() -> str:
    parts = []
    for one in settings.TABLES:
        groups = [f"one of {code(*group)}" for group in one.one_of]
        needs = f" Each needs {', and '.join(groups)}." if groups else ""
        rows = [(code(key.name), key.kind.words, "yes" if key.required else "", key.help) for key in one.keys]
        parts += [f"### {one.name}", one.help + needs, table("key | value | required | meaning", rows)]
    return "\n\n".join(parts)


def the_statuses() -> str:
    may_fail = {str(status) for status in (*RULES, Status.UNKNOWN, Status.UNTRACKED)}
    rows = []
    for status in Status:
        rule = RULES.get(status)
        fails = "yes" if parse_gate("eol").statuses == {status} else "on request" if status in may_fail else "never"
        rows.append(
            (
                f"[`{status}`](#{status})",
                MEANINGS[status],
                code(rule.id) if rule else "",
                rule.level if rule else "",
                rule.severity if rule else "",
                fails,
            )
        )
    return table("status | means | rule | level | severity | fails", rows)


def the_reasons() -> str:
    told = [reason for reason in Reason if reason not in {Reason.UNTRACKED, Reason.NO_PURL}]
    return table("reason | means", [(code(reason), explain._REASONS[reason]) for reason in told])


def the_formats() -> str:
    rows = []
    for parser in map(plugin.parser, plugin.names("parsers")):
        names = code(*(glob.removeprefix("?") for glob in parser.globs if glob[0] != "!"))
        rows.append((code(parser.id), f"[{parser.title}]({parser.spec})", names))
    return table("format | what it is | files", rows)


def the_outputs() -> str:
    """Write a row for each format; who reads it, and the command, are written by hand and stay."""
    page = document("docs/outputs.md")
    kept = {row[0]: row[2:] for line in page.splitlines() if len(row := line.strip("| ").split(" | ")) == 4}
    rows = [
        (code(name), plugin.reporter(name).title, *kept.get(code(name), ("…", "…")))
        for name in plugin.names("reporters")
    ]
    return table("format | what it is | who reads it | example", rows)


GENERATORS: Mapping[str, Callable[[], str]] = {
    "options": the_options,
    "commands": the_commands,
    "tables": the_tables,
    "statuses": the_statuses,
    "reasons": the_reasons,
    "formats": the_formats,
    "outputs": the_outputs,
}


def generated(name: str) -> str:
    """Return the text of a generated part: of a generator, or of an example, which is a file."""
    if name in GENERATORS:
        return GENERATORS[name]()
    language = {".toml": "toml", ".md": "markdown"}[os.path.splitext(name)[1]]
    return f"```{language}\n{document(f'docs/{name}')}```"


def fresh(text: str) -> str:
    text = GENERATED.sub(lambda part: f"<!-- generated: {part[1]} -->\n\n{generated(part[1])}\n\n<!-- end -->", text)
    return with_examples(text)


def test_readme_begins_with_two_commands_and_ci_runs_both() -> None:
    main_job, tests = commands()
    assert main_job.startswith("scripts/venv . && .venv/bin/eolscan ")
    assert tests.endswith(" && .venv/bin/pytest -n auto")
    for one in (main_job, tests):
        assert f"\n{one}\n" in document(".ci/run")


@pytest.mark.parametrize("name", ["README.md", *PAGES])
def test_what_documents_show_is_what_the_program_prints(name: str, *, update: bool) -> None:
    written = document(name)
    made = fresh(written)
    if update:
        (ROOT / name).write_text(made, "utf-8")
    else:
        assert REVISION.sub("", written) == REVISION.sub("", made)


def test_every_part_that_can_be_made_is_somewhere() -> None:
    pages = "".join(map(document, PAGES))
    assert set(GENERATORS) <= set(GENERATED.findall(pages))
    assert EXAMPLE.search(README)


def test_readme_names_options_that_exist() -> None:
    named = plugin.command("scan").options
    flags = {name for option in named for name in (option.short, f"--{option.name}", f"--{option.negation}")}
    assert set(re.findall(r"`(--?[a-z][a-z-]*)", README)) <= flags | {"-e"}


def test_readme_names_every_status_and_every_output_format() -> None:
    for status in Status:
        assert f"| `{status}` |" in README
    row = next(line for line in README.splitlines() if line.startswith("| `-f`"))
    assert set(re.findall(r"`([a-z][a-z-]*)`", row)) == set(plugin.names("reporters"))


def test_readme_names_every_command() -> None:
    for name in plugin.names("commands"):
        assert name == "scan" or f"eolscan {name}" in README


def test_the_page_of_outputs_tells_who_reads_each_and_how() -> None:
    for row in re.findall(r"^\| `.* \|$", generated("outputs"), re.MULTILINE):
        _, _, reader, example = row.strip("| ").split(" | ")
        assert len(reader) > 1, row
        for name in re.findall(r"-[fo] ([a-z-]+)", example) or ["nothing"]:
            assert row.startswith(f"| `{name}` |"), row


def test_the_page_on_matching_names_every_kind_and_class_of_evidence() -> None:
    page = document("docs/matching.md")
    for word in (*EvidenceKind, *EvidenceClass):
        assert f"\n| `{word}` |" in page, word


def test_the_page_on_policy_names_every_scope() -> None:
    for scope in Scope:
        assert f"`{scope}`" in document("docs/policy.md")


class Case(NamedTuple):
    """What an example of settings makes of a project on a day: its statuses, and the exit code."""

    settings: str
    files: Mapping[str, str]
    day: str
    statuses: list[str]
    code: int
    arguments: tuple[str, ...] = ()


VUE = '{"%s": {"vue": "2.7.16"}}'
TEAM = "payments/eolscan.toml"
CASES = [
    # Python 3.10 ends on 2026-10-31.
    Case("ladder.toml", {".python-version": "3.10"}, "2026-05-01", ["security-only"], 0),
    Case("ladder.toml", {".python-version": "3.10"}, "2026-05-15", ["expiring"], 0),
    Case("ladder.toml", {".python-version": "3.10"}, "2026-10-02", ["expiring"], 1),
    Case("ladder.toml", {".python-version": "3.10"}, "2026-11-01", ["eol"], 1),
    Case("dev.toml", {"package.json": VUE % "devDependencies"}, "2026-11-22", ["eol"], 0),
    Case("dev.toml", {"package.json": VUE % "dependencies"}, "2026-11-22", ["eol"], 1),
    Case("legacy.toml", {"legacy/a/requirements.txt": "django==3.2.25"}, "2027-06-30", ["eol"], 0),
    Case("legacy.toml", {"legacy/a/requirements.txt": "django==3.2.25"}, "2027-07-01", ["eol"], 1),
    Case("legacy.toml", {"shop/requirements.txt": "django==3.2.25"}, "2027-06-30", ["eol"], 1),
    Case("ubuntu-pro.toml", {"Dockerfile": "FROM ubuntu:20.04"}, "2026-11-22", ["extended"], 0),
    Case("ubuntu-pro.toml", {"Dockerfile": "FROM ubuntu:18.04"}, "2026-11-22", ["eol"], 1),
    Case("ubuntu-pro.toml", {"Dockerfile": "FROM ubuntu:20.04"}, "2036-01-01", ["eol"], 1),
    Case("monorepo.toml", {"attic/requirements.txt": "django==3.2.25"}, "2026-11-22", [], 0, ("--allow-empty",)),
    Case("monorepo.toml", {"shop/requirements.txt": "request==1\ndjango==3.2.25"}, "2026-11-22", ["eol"], 1),
    Case(
        "monorepo.toml",
        {"shop/package.json": '{"dependencies": {"request": "2.88.2"}}'},
        "2026-11-22",
        ["deprecated"],
        0,
    ),
    Case(
        "monorepo.toml",
        {"payments/package.json": '{"dependencies": {"request": "2.88.2"}}'},
        "2026-11-22",
        ["deprecated"],
        1,
    ),
    Case(
        "monorepo.toml",
        {"payments/package.json": '{"devDependencies": {"request": "2.88.2"}}'},
        "2026-11-22",
        ["deprecated"],
        0,
    ),
    Case("monorepo.toml", {"payments/admin/requirements.txt": "django==3.2.25"}, "2027-03-31", ["eol"], 0),
    Case("monorepo.toml", {"payments/requirements.txt": "django==3.2.25"}, "2027-03-31", ["eol"], 1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.settings}-{case.day}-{case.code}")
def test_the_examples_of_settings_do_what_they_are_said_to_do(case: Case, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(DOCS / "examples" / "settings" / case.settings, tmp_path / "eolscan.toml")
    for name, content in case.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content + "\n")
    if case.settings == "monorepo.toml" and (tmp_path / "payments").is_dir():
        shutil.copy(DOCS / "examples" / "settings" / "monorepo-payments.toml", tmp_path / TEAM)
    out = io.StringIO()
    world = World(io.BytesIO(), out, io.StringIO(), {}, date.fromisoformat(case.day), str(tmp_path))
    done = cli.guarded(("-f", "json", *case.arguments), world)
    told = [found["status"] for found in json.loads(out.getvalue())["findings"]]
    assert (told, done) == (case.statuses, case.code)


def test_every_example_of_settings_is_read_and_shown() -> None:
    names = [option.name for option in config.OPTIONS]
    shown = GENERATED.findall(document("docs/policy.md"))
    for path in sorted((DOCS / "examples" / "settings").iterdir()):
        assert settings.read_file(str(path), path.name, names) != settings.Written(path.name, {})
        assert f"examples/settings/{path.name}" in shown


@pytest.mark.parametrize("name", ["README.md", *PAGES])
def test_settings_in_documents_can_be_read(name: str, tmp_path: Path) -> None:
    for block in re.findall(r"^```toml\n(.*?)^```", document(name), re.MULTILINE | re.DOTALL):
        path = tmp_path / ("pyproject.toml" if "[tool.eolscan]" in block else "eolscan.toml")
        path.write_text(block, "utf-8")
        assert config.settings({}, {}, str(tmp_path), str(tmp_path)).said or "[[" in block
        path.unlink()


def test_the_architecture_names_every_room() -> None:
    plan = document("docs/architecture.md")
    for folder, _, files in os.walk(ROOT / "scanner"):
        for name in files:
            if name.endswith(".py") and os.path.basename(folder) not in {"parsers", "reporters", "commands"}:
                assert name == "__init__.py" or f" {name} " in plan, name


def anchors(page: str) -> set[str]:
    """Return what GitHub, and the site, make of the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", ["README.md", *PAGES])
def test_links_lead_somewhere(name: str) -> None:
    here = (ROOT / name).parent
    for link in LINK.findall(re.sub(r"^```.*?^```", "", document(name), flags=re.MULTILINE | re.DOTALL)):
        path, _, anchor = link.partition("#")
        if path.startswith(SOURCE):
            kept = re.fullmatch(r"(?:blob|tree)/main/(.*)", path.removeprefix(SOURCE))
            assert kept is None or (ROOT / kept[1]).exists(), link
        elif not path.startswith(("http", "mailto:")):
            target = here / path if path else ROOT / name
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text("utf-8")), link


def pages_of(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield f"docs/{nav}"
    elif isinstance(nav, dict):
        for value in nav.values():
            yield from pages_of(value)
    elif isinstance(nav, list):
        for value in nav:
            yield from pages_of(value)


def test_every_page_stands_in_the_navigation() -> None:
    assert sorted(pages_of(yaml.safe_load(document("mkdocs.yml"))["nav"])) == PAGES


def test_the_site_is_built_without_a_warning_and_asks_no_other_host(tmp_path: Path) -> None:
    if find_spec("material") is None:
        pytest.skip("mkdocs-material is not installed: pip install -e '.[docs]'")
    site = tmp_path / "site"
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        (sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)),
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for path in (*site.rglob("*.html"), *site.rglob("*.css")):
        assert not FETCHED.search(path.read_text("utf-8")), path


def test_no_document_and_no_fixture_names_a_package_registry() -> None:
    hosts = re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|rubygems\.org|crates\.io|repo1?\.maven", re.IGNORECASE
    )
    for folder in ("docs", "fixtures", "products", ".github"):
        for place, _, files in os.walk(ROOT / folder):
            for name in files:
                with open(os.path.join(place, name), encoding="latin-1") as file:
                    assert not hosts.search(file.read()), os.path.join(place, name)
    assert not hosts.search(README + document("CHANGELOG.md"))
