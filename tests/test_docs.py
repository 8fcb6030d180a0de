"""What the documents say is what the program does."""

from __future__ import annotations

import io
import os
import re
from datetime import date

from scanner import cli, plugin
from scanner.model import Status
from scanner.plugin import Style, World

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def document(name: str) -> str:
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


README = document("README.md")
EXAMPLE = re.compile(r"^\$ eolscan (.*)\n(?:.*\n)*?```", re.MULTILINE)
REVISION = re.compile(r"revision\s[0-9a-f]{12}")


def commands() -> list[str]:
    """Return the two commands that README begins with."""
    return re.findall(r"^    (scripts/venv .*)$", README, re.MULTILINE)


def said(*arguments: str) -> str:
    """Return what a run in this checkout printed on the day of README's example."""
    out = io.StringIO()
    world = World(
        stdin=io.BytesIO(),
        stdout=out,
        stderr=io.StringIO(),
        environ={},
        today=date(2026, 11, 22),
        cwd=ROOT,
        style=Style(width=80),
    )
    cli.run(arguments, world)
    return out.getvalue()


def test_readme_begins_with_two_commands_and_ci_runs_both() -> None:
    main_job, tests = commands()
    assert main_job.startswith("scripts/venv . && .venv/bin/eolscan ")
    assert tests.endswith(" && .venv/bin/pytest")
    for command in (main_job, tests):
        assert f"\n{command}\n" in document(".ci/run")


def test_the_examples_in_readme_are_what_the_program_prints(*, update: bool) -> None:
    fresh = EXAMPLE.sub(lambda example: f"$ eolscan {example[1]}\n{said(*example[1].split())}```", README)
    if update:
        with open(os.path.join(ROOT, "README.md"), "w", encoding="utf-8") as file:
            file.write(fresh)
    else:
        assert EXAMPLE.search(README)
        # The revision changes with every product file, also with those that no example is about.
        assert REVISION.sub("", README) == REVISION.sub("", fresh)


def test_readme_names_every_option() -> None:
    named = plugin.command("scan").options
    flags = {name for option in named for name in (option.short, f"--{option.name}", f"--{option.negation}")} - {
        "",
        "--",
    }
    missing = {flag for flag in flags if f"`{flag}" not in README and f"`, `{flag}" not in README}
    assert missing == {"--include-dev", "--quiet", "--verbose"}  # told by --no-dev, -q and -v
    told = set(re.findall(r"`(--?[a-z][a-z-]*)", README))
    assert told <= flags | {"-e"}


def test_readme_names_every_status_and_every_output_format() -> None:
    for status in Status:
        if status is not Status.EXTENDED:  # there is no way to declare it yet
            assert f"| `{status}` |" in README
    row = next(line for line in README.splitlines() if line.startswith("| `-f`"))
    assert set(re.findall(r"`([a-z]+)`", row)) == set(plugin.names("reporters"))


def test_the_page_of_formats_is_what_the_parsers_claim(*, update: bool) -> None:
    head, _, _ = document("docs/formats.md").partition("| format |")
    rows = ["| format | what it is | files |", "| --- | --- | --- |"]
    for parser in map(plugin.parser, plugin.names("parsers")):
        names = ", ".join(f"`{glob.removeprefix('?')}`" for glob in parser.globs if glob[0] != "!")
        rows.append(f"| `{parser.id}` | [{parser.title}]({parser.spec}) | {names} |")
    page = head + "\n".join((*rows, ""))
    if update:
        with open(os.path.join(ROOT, "docs/formats.md"), "w", encoding="utf-8") as file:
            file.write(page)
    else:
        assert document("docs/formats.md") == page


def test_the_architecture_names_every_room() -> None:
    plan = document("docs/architecture.md")
    for folder, _, files in os.walk(os.path.join(ROOT, "scanner")):
        for name in files:
            if name.endswith(".py") and os.path.basename(folder) not in {"parsers", "reporters", "commands"}:
                assert name == "__init__.py" or f" {name} " in plan, name


def test_no_document_and_no_fixture_names_a_package_registry() -> None:
    hosts = re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|rubygems\.org|crates\.io|repo1?\.maven", re.IGNORECASE
    )
    for folder in ("docs", "fixtures", "products", ".github"):
        for place, _, files in os.walk(os.path.join(ROOT, folder)):
            for name in files:
                with open(os.path.join(place, name), encoding="latin-1") as file:
                    assert not hosts.search(file.read()), os.path.join(place, name)
    assert not hosts.search(README + document("CHANGELOG.md"))
