"""`eolscan ignore FINDING-ID --reason … --until …`: sets a finding aside, in the settings that speak for its file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import config, console
from scanner.catalog import dataset
from scanner.corridor import scan
from scanner.model import ScanError
from scanner.options import Option
from scanner.plugin import Command
from scanner.purl import name_and_version
from scanner.reading import Request
from scanner.settings import IGNORE, PYPROJECT
from scanner.text import clean, shorten

if TYPE_CHECKING:
    from datetime import date

    from tomlkit import TOMLDocument
    from tomlkit.items import AoT, Table

    from scanner.config import Settings
    from scanner.model import Finding
    from scanner.options import Given
    from scanner.plugin import World

_HELP: Final = """\
Set a finding aside until a day: add an entry to the settings that speak for its file.
The id is that of `-f json`. PATH is what to scan for the finding; the default is this directory."""

_SHORTEST_ID: Final = 6


def run(given: Given, world: World) -> int:
    """Find the finding, and write the entry; comments and order of the settings file stay as they are."""
    wanted, *paths = given.inputs or ("",)
    inputs = tuple(paths) or (".",)
    reason, until = _asked(given, wanted)
    settings = config.settings(given.flags, world.environ, config.start(inputs, world.cwd), world.cwd)
    found = _finding(wanted, inputs, settings, given, world)
    path = _settings_file(found, given, settings, world)
    entry = _entry(found, os.path.dirname(path), reason, until, world)
    _add(path, entry, world)
    shown = os.path.relpath(path, world.cwd)
    console.say(world, f"{_name(found)} is ignored until {until}: see {shown}.")
    return 0


def _asked(given: Given, wanted: str) -> tuple[str, date]:
    reason, until = str(given.flags.get("reason", "")).strip(), str(given.flags.get("until", ""))
    if not wanted or not reason or not until:
        msg = "`eolscan ignore` needs the id of a finding, --reason TEXT and --until DATE."
        raise ScanError(msg)
    return reason, config.parse_day(until)


def _finding(wanted: str, inputs: tuple[str, ...], settings: Settings, given: Given, world: World) -> Finding:
    report = scan(
        Request(
            inputs,
            world.cwd,
            world.stdin.read,
            settings.exclude,
            cache=dataset.cache_folder(world.environ, world.cwd),
            products=config.products(settings, world.cwd),
        ),
        settings.policy,
        settings.as_of or world.today,
        settings=config.Nearest(given.flags, world.environ, world.cwd, settings),
    )
    long_enough = len(wanted) >= _SHORTEST_ID
    near = [found for found in report.findings if found.id == wanted or (long_enough and found.id.startswith(wanted))]
    if len(near) != 1:
        there = "several findings" if near else "no finding"
        msg = f"There is {there} with the id {shorten(clean(wanted), 40)} in {', '.join(inputs)}; -f json has the ids."
        raise ScanError(msg)
    return near[0]


def _settings_file(found: Finding, given: Given, settings: Settings, world: World) -> str:
    nearest = config.Nearest(given.flags, world.environ, world.cwd, settings)
    file = nearest.file(found.matches[0].dependency.location.path)
    if file:
        return os.path.abspath(file)
    pyproject = os.path.join(world.cwd, "pyproject.toml")
    return pyproject if os.path.isfile(pyproject) else os.path.join(world.cwd, config.FILES[0])


def _entry(found: Finding, folder: str, reason: str, until: date, world: World) -> dict[str, str | date]:
    match = found.matches[0]
    path = os.path.relpath(os.path.join(world.cwd, match.dependency.location.path), folder).replace(os.sep, "/")
    entry: dict[str, str | date] = {}
    if match.product.file:
        entry = {"product": match.product.id, "cycle": match.cycle.name}
    # What a finding is of: its key has the purl without a version, or the word that stands for a system.
    purl = found.key[3]
    if purl.startswith("pkg:"):
        entry["purl"] = purl
    if not path.startswith(".."):
        entry["path"] = path
    return {**entry, "reason": reason, "until": until}


def _add(path: str, entry: dict[str, str | date], world: World) -> None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    from scanner.source import read

    written = tomlkit.table()
    for key, value in entry.items():
        written.add(key, value)
    try:
        document = tomlkit.parse(read(path, trusted=True).text if os.path.exists(path) else "")
        entries = _listed(document, in_pyproject=os.path.basename(path) == PYPROJECT)
        if entries and entries[-1].as_string().endswith("\n\n"):
            written.add(tomlkit.nl())
        entries.append(written)
        if not _stands_apart(tomlkit.dumps(document), written):
            written.trivia.indent = "\n"
        text = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError) as error:
        msg = f"{path} cannot be added to: {error}."
        raise ScanError(msg) from error
    console.write_file(world, path, text.lstrip("\n"))


def _listed(document: TOMLDocument, *, in_pyproject: bool) -> AoT:
    """Return the list of ignores, a new one where there is none."""
    import tomlkit
    from tomlkit.items import AoT

    table: TOMLDocument | Table = document
    for name in ("tool", "eolscan") if in_pyproject else ():
        table = table.setdefault(name, tomlkit.table(is_super_table=True))
    if IGNORE.name not in table:
        table.add(IGNORE.name, tomlkit.aot())
    entries = table[IGNORE.name]
    if not isinstance(entries, AoT):
        msg = f"`{IGNORE.name}` is one value there; write each of its entries under [[{IGNORE.name}]]"
        raise TypeError(msg)
    return entries


def _stands_apart(text: str, written: Table) -> bool:
    """Tell whether a blank line stands above an entry, or nothing does."""
    before = text[: text.rfind(written.as_string())].rpartition("[[")[0]
    return not before or before.endswith("\n\n")


def _name(found: Finding) -> str:
    return " ".join(filter(None, name_and_version(found.matches[0].dependency)))


COMMAND: Final = Command(
    summary=_HELP,
    usage="FINDING-ID --reason TEXT --until DATE [PATH]...",
    options=(
        Option("reason", str, "why, for those who read it later", metavar="TEXT"),
        Option("until", str, "the last day on which it is ignored", metavar="DATE"),
        *config.options("products", "exclude", "as-of", "within"),
    ),
    run=run,
)
