"""Options and settings: flags before `EOLSCAN_*` before `[tool.eolscan]` or eolscan.toml → `Settings`.

One table names every option; the command line, the environment and the settings files read it.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.discover import git_root
from scanner.model import Gate, Policy, ScanError
from scanner.options import Option
from scanner.settings import check_reach, parse_gate, parse_window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FILES: Final = ("eolscan.toml", "pyproject.toml")
COLORS: Final = ("auto", "always", "never")

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off", ""})


OPTIONS: Final = (
    Option("format", str, "what goes to standard output (default: table)", "-f", "FORMAT"),
    Option("output", list, "also write this format to this file; repeatable", "-o", "FORMAT=FILE"),
    Option("fail-on", str, "statuses that make the exit code 1 (default: eol); never for none", metavar="STATUS,…"),
    Option("within", str, "window of 'expiring': 90d, 12w, 3m, 1y or auto (default: 90d)", metavar="WINDOW"),
    Option("as-of", str, "judge as of this day instead of today", metavar="DATE"),
    Option("all", bool, "also list what has nothing to report"),
    Option("products", list, "product files of your own: a directory of them; repeatable", metavar="DIR"),
    Option("exclude", list, "pass over paths that fit this glob; repeatable", metavar="GLOB"),
    Option("include-dev", bool, "judge development dependencies too (default)", negation="no-dev"),
    Option("strict", bool, "any problem makes the exit code 2"),
    Option("allow-empty", bool, "nothing to scan is no error"),
    Option("color", str, "auto (default), always or never", metavar="WHEN"),
)

# They choose the settings, and so are none themselves.
_WHICH_FILE: Final = (
    Option("config", str, "read settings from this file only", metavar="FILE"),
    Option("no-config", bool, "read no settings file"),
)

_Value = str | bool | list[str]


class Settings(NamedTuple):
    """What a scan was asked for, from all places together.

    `products` are directories: those of a settings file seen from that file, others from where the user stands.
    """

    policy: Policy = Policy()
    format: str = "table"
    outputs: tuple[tuple[str, str], ...] = ()
    products: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    as_of: date | None = None
    allow_empty: bool = False
    color: str = "auto"


def options(*names: str) -> tuple[Option, ...]:
    """Return the options of these names, or all, and those that choose the settings file."""
    return (*(option for option in OPTIONS if not names or option.name in names), *_WHICH_FILE)


def settings(flags: Mapping[str, object], environ: Mapping[str, str], start: str) -> Settings:
    """Return what holds for a scan of `start`; `flags` are the values of the options that were given.

    Raises `ScanError` for a value that means nothing, naming the flag, the variable, or file and line.
    """
    values = _file_values(flags, start)
    for option in OPTIONS:
        if option.variable in environ:
            values[option.key] = _from_text(option, environ[option.variable])
        given = flags.get(option.key)
        if given is not None:
            values[option.key] = _checked(option, given, f"--{option.name}")
    return _settings(values)


def start(inputs: Sequence[str], cwd: str) -> str:
    """Return the directory that the search for settings begins in: that of the first path among the inputs."""
    paths = [name for name in inputs if name != "-" and not name.startswith("pkg:")]
    path = os.path.join(cwd, paths[0]) if paths else cwd
    return path if os.path.isdir(path) else os.path.dirname(path)


def products(settings: Settings, cwd: str) -> tuple[str, ...]:
    """Return the user's directories of product files, as paths that hold wherever they are opened."""
    return tuple(os.path.join(cwd, folder) for folder in settings.products)


def _settings(values: Mapping[str, _Value]) -> Settings:
    color = str(values.get("color", "auto"))
    if color not in COLORS:
        msg = f"{color!r} is no way to use colour: say {', '.join(COLORS)}."
        raise ScanError(msg)
    return Settings(
        policy=_policy(values),
        format=str(values.get("format", "table")),
        outputs=tuple(_output(text) for text in _texts(values, "output")),
        products=tuple(_texts(values, "products")),
        exclude=tuple(_texts(values, "exclude")),
        as_of=_day(str(values["as_of"])) if "as_of" in values else None,
        allow_empty=bool(values.get("allow_empty")),
        color=color,
    )


def _policy(values: Mapping[str, _Value]) -> Policy:
    policy = Policy(
        list_all=bool(values.get("all")),
        strict=bool(values.get("strict")),
        include_dev=bool(values.get("include_dev", True)),
    )
    if "fail_on" in values:
        gate = parse_gate(str(values["fail_on"]))
        policy = policy._replace(fail_on=gate.statuses, fail_within_days=gate.expiring_days)
    if "within" in values:
        policy = policy._replace(within_days=parse_window(str(values["within"])))
    check_reach(Gate(policy.fail_on, policy.fail_within_days), policy.within_days)
    return policy


def _texts(values: Mapping[str, _Value], key: str) -> list[str]:
    value = values.get(key, [])
    return value if isinstance(value, list) else [str(value)]


def _output(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not name or not path:
        msg = f"--output takes FORMAT=FILE, as in 'json=report.json', not {text!r}."
        raise ScanError(msg)
    return name, path


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no day: write it like 2026-11-22."
        raise ScanError(msg) from error


def _from_text(option: Option, text: str) -> _Value:
    if option.kind is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    if option.kind is bool:
        if text.lower() not in _YES | _NO:
            msg = f"{option.variable} is {text!r}; say 1 or 0."
            raise ScanError(msg)
        return text.lower() in _YES
    return text


def _checked(option: Option, value: object, where: str) -> _Value:
    """Return a value of the option's type; a list stands for a list, or for text with commas."""
    if isinstance(value, list) and option.kind in {list, str} and all(isinstance(item, str) for item in value):
        return [str(item) for item in value] if option.kind is list else ",".join(map(str, value))
    if option.kind is not list and type(value) is option.kind:
        return value if isinstance(value, bool) else str(value)
    wanted = {str: "text", bool: "true or false", list: "a list of texts"}[option.kind]
    msg = f"{where} must be {wanted}."
    raise ScanError(msg)


def _file_values(flags: Mapping[str, object], start: str) -> dict[str, _Value]:
    if flags.get("no_config"):
        return {}
    named = flags.get("config")
    path = str(named) if named else _nearest(start)
    if path is None:
        return {}
    values = _read(path)
    if "products" in values:
        folder = os.path.dirname(os.path.abspath(path))
        values["products"] = [os.path.join(folder, name) for name in _texts(values, "products")]
    return values


def _nearest(start: str) -> str | None:
    """Find the settings file nearest to a path, upward to the root of its git checkout."""
    folder = os.path.abspath(start)
    top = git_root(folder)
    while True:
        for name in FILES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name != "pyproject.toml" or _speaks_of_us(path)):
                return path
        parent = os.path.dirname(folder)
        if folder in {top, parent}:
            return None
        folder = parent


def _speaks_of_us(path: str) -> bool:
    # Most scans pass a pyproject.toml without settings; a look at its bytes saves decoding it.
    from scanner.source import read

    try:
        return b"tool.eolscan" in read(path).data
    except ScanError:
        return False


def _read(path: str) -> dict[str, _Value]:
    from scanner.decode import ShapeError, from_toml, table
    from scanner.source import read

    text = read(path).text
    try:
        content = from_toml(text)
        if os.path.basename(path) == "pyproject.toml":
            content = table(table(content.get("tool", {}), "tool").get("eolscan", {}), "tool.eolscan")
    except ShapeError as error:
        msg = f"{path}:{error.line or 1}: {error}"
        raise ScanError(msg) from error
    known = {option.name: option for option in OPTIONS}
    values: dict[str, _Value] = {}
    for name, value in content.items():
        where = f"{path}:{_line(text, name)}: {name}"
        if name not in known:
            msg = f"{where} is no setting.{_suggestion(name, known)}"
            raise ScanError(msg)
        values[known[name].key] = _checked(known[name], value, where)
    return values


def _line(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        key = line.strip().strip("[]\"'")
        if key.startswith((name, f"tool.eolscan.{name}")):
            return number
    return 1


def _suggestion(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.replace("_", "-"), known, n=1)
    return f" Did you mean {close[0]}?" if close else f" The settings are: {', '.join(known)}."
