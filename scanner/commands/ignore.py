"""`eolscan ignore FINDING-ID --reason … --until …`: sets a finding aside, in the settings that speak for its file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner import config, console
from scanner.catalog import dataset
from scanner.corridor import scan
from scanner.discover import git_root
from scanner.model import ScanError
from scanner.options import Option
from scanner.plugin import Command
from scanner.purl import name_and_version
from scanner.reading import Request
from scanner.settings import IGNORE, PYPROJECT
from scanner.terms import parse_day
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
    _check_day(until, settings.as_of or world.today)
    found = _finding(wanted, inputs, settings, given, world)
    _check_new(found, until)
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
    return reason, parse_day(until)


def _check_day(until: date, today: date) -> None:
    if until < today:
        msg = f"{until} is over, and would set nothing aside: --until is the last day of an ignore."
        raise ScanError(msg)


def _check_new(found: Finding, until: date) -> None:
    entry = found.ignored
    if entry is not None and entry.until >= until:
        place = f"{entry.location.path}:{entry.location.line}"
        msg = (
            f"{_name(found)} is ignored until {entry.until} already: {place} says so, and the day can be changed there."
        )
        raise ScanError(msg)


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
    near = [found for found in report.findings if _is_called(found, wanted)]
    if len(near) != 1:
        raise _no_such(
            wanted, inputs, several=bool(near), extended=any(_is_called(one, wanted) for one in report.extended)
        )
    return near[0]


def _is_called(found: Finding, wanted: str) -> bool:
    return found.id == wanted or (len(wanted) >= _SHORTEST_ID and found.id.startswith(wanted))


def _no_such(wanted: str, inputs: tuple[str, ...], *, several: bool, extended: bool) -> ScanError:
    name = shorten(clean(wanted), 40)
    if extended and not several:
        return ScanError(f"{name} needs no ignore: extended support covers it, and it fails nothing.")
    there = "are several findings" if several else "is no finding"
    hint = f"-f json has the ids, of which {_SHORTEST_ID} digits will do."
    return ScanError(f"There {there} with the id {name} in {', '.join(inputs)}; {hint}")


def _settings_file(found: Finding, given: Given, settings: Settings, world: World) -> str:
    nearest = config.Nearest(given.flags, world.environ, world.cwd, settings)
    path = found.matches[0].dependency.location.path
    file = nearest.file(path)
    if file:
        return os.path.abspath(file)
    home = _home(path, world.cwd)
    pyproject = os.path.join(home, PYPROJECT)
    return pyproject if os.path.isfile(pyproject) else os.path.join(home, config.FILES[0])


def _home(path: str, cwd: str) -> str:
    """Return the folder for a new settings file that speaks for a path: where the user stands, if it can."""
    folder = os.path.dirname(os.path.abspath(os.path.join(cwd, path)))
    if path == "-" or path.startswith("pkg:") or os.path.commonpath((folder, cwd)) == cwd:
        return cwd
    return git_root(folder) or folder


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
    before = read(path, trusted=True).text if os.path.exists(path) else ""
    names = ("tool", "eolscan") if os.path.basename(path) == PYPROJECT else ()
    try:
        document = tomlkit.parse(before.replace("\r\n", "\n"))
        _listed(document, names).append(written)
        text = _placed(tomlkit.dumps(document), written.as_string())
        _check_holds(text, names, entry)
    except (TOMLKitError, TypeError, AttributeError) as error:
        msg = f"{path} cannot be added to: {error}."
        raise ScanError(msg) from error
    console.write_file(world, path, text.replace("\n", "\r\n") if "\r\n" in before else text)


def _listed(document: TOMLDocument, names: tuple[str, ...]) -> AoT:
    """Return the list of ignores, a new one where there is none."""
    import tomlkit
    from tomlkit.items import AoT

    table: TOMLDocument | Table = document
    for name in names:
        table = table.setdefault(name, tomlkit.table(is_super_table=True))
    if IGNORE.name not in table:
        table.add(IGNORE.name, tomlkit.aot())
    entries = table[IGNORE.name]
    if not isinstance(entries, AoT):
        msg = f"`{IGNORE.name}` is one value there; write each of its entries under [[{IGNORE.name}]]"
        raise TypeError(msg)
    return entries


def _placed(text: str, entry: str) -> str:
    """Put blank lines around an entry, and comments on what stands below it behind it."""
    at = text.rfind(entry)
    start, end = text.rfind("[[", 0, at), at + len(entry)
    above, below = text[:start].splitlines(keepends=True), text[end:].strip("\n")
    cut = len(above)
    while below and cut and above[cut - 1].strip()[:1] in {"", "#"}:
        cut -= 1
    # A comment right below a value is of that value.
    while cut < len(above) and above[cut].strip():
        cut += 1
    parts = "".join(above[:cut]), text[start:end], "".join(above[cut:]) + below
    return "\n\n".join(filter(None, (part.strip("\n") for part in parts))) + "\n"


def _check_holds(text: str, names: tuple[str, ...], entry: dict[str, str | date]) -> None:
    """Raise TypeError where an entry would not be one of the settings: inline tables and dotted keys take none."""
    from scanner.decode import ShapeError, from_toml, items, table

    try:
        content = from_toml(text)
        for name in names:
            content = table(content.get(name), name)
        holds = entry in items(content.get(IGNORE.name), IGNORE.name)
    except ShapeError:
        holds = False
    if not holds:
        msg = f"its settings stand on one line; write them as a table, under [{'.'.join(names)}]"
        raise TypeError(msg)


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
