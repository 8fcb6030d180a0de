"""Options and settings: flags before `EOLSCAN_*` before `[tool.eolscan]` or eolscan.toml → `Settings`.

One table names every option; the command line, the environment and the settings files read it. In a tree the
settings file nearest to a file speaks for it; flags and environment speak for all.
"""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from scanner.discover import git_root
from scanner.model import Policy, ScanError
from scanner.options import Option
from scanner.terms import check_reach, parse_age, parse_day, parse_gate, parse_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from scanner.model import Override
    from scanner.settings import Written

FILES: Final = ("eolscan.toml", "pyproject.toml")
COLORS: Final = ("auto", "always", "never")

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off", ""})


OPTIONS: Final = (
    Option("format", str, "what goes to standard output (default: table)", "-f", "FORMAT"),
    Option("output", list, "also write this format to this file; repeatable", "-o", "FORMAT=FILE"),
    Option(
        "fail-on",
        str,
        "statuses that make the exit code 1 (default: eol); never for none, expiring:30d for the last 30 days",
        metavar="STATUS,…",
    ),
    Option("within", str, "window of 'expiring': 90d, 12w, 3m, 1y or auto (default: 90d)", metavar="WINDOW"),
    Option("as-of", str, "judge as of this day instead of today", metavar="DATE"),
    Option("all", bool, "also list what has nothing to report"),
    Option("products", list, "product files of your own: a directory of them; repeatable", metavar="DIR"),
    Option("exclude", list, "pass over paths that fit this glob; repeatable", metavar="GLOB"),
    Option("include-dev", bool, "judge development dependencies too (default)", negation="no-dev"),
    Option("baseline", str, "findings that this file knows do not fail the run", metavar="FILE"),
    Option("max-data-age", str, "product data older than this makes the exit code 2: 90d, 12w, 3m, 1y", metavar="AGE"),
    Option("strict", bool, "any problem makes the exit code 2"),
    Option("allow-empty", bool, "nothing to scan is no error"),
    Option("sarif-category", str, "code scanning keeps the results of each category apart", metavar="TEXT"),
    Option("sarif-include-ignored", bool, "SARIF has ignored findings too, marked as suppressed"),
    Option("quiet", bool, "say nothing on standard error but errors", "-q"),
    Option("color", str, "auto (default), always or never", metavar="WHEN"),
)

# What one run does, and no settings file may ask of every run: a gate would never close again.
ONCE: Final = (
    Option("write-baseline", str, "write the findings to this file; they do not fail the run", metavar="FILE"),
)

# They choose the settings, and so are none themselves.
_WHICH_FILE: Final = (
    Option("config", str, "read settings from this file only", metavar="FILE"),
    Option("no-config", bool, "read no settings file"),
)

Value = str | bool | list[str]
_Read = TypeVar("_Read")


class Settings(NamedTuple):
    """What a scan was asked for, from all places together.

    `products` are directories, `baseline` and `outputs` files: those of a settings file seen from that file,
    others from where the user stands. `max_data_age` is in days. `said` has, for every option that was set, the
    value as written and the place that set it; `file` is the settings file, if there is one.
    """

    policy: Policy = Policy()
    format: str = "table"
    outputs: tuple[tuple[str, str], ...] = ()
    products: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    as_of: date | None = None
    allow_empty: bool = False
    color: str = "auto"
    quiet: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    max_data_age: int | None = None
    said: Mapping[str, tuple[Value, str]] = MappingProxyType({})
    file: str | None = None


def options(*names: str) -> tuple[Option, ...]:
    """Return the options of these names, or all, and those that choose the settings file."""
    wanted = (option for option in (*OPTIONS, *ONCE) if not names or option.name in names)
    return (*wanted, *_WHICH_FILE)


def settings(flags: Mapping[str, object], environ: Mapping[str, str], start: str, cwd: str = "") -> Settings:
    """Return what holds for a scan of `start`; `flags` are the values of the options that were given.

    Raises `ScanError` for a value that means nothing, naming the flag, the variable, or file and line.
    """
    named = flags.get("config")
    if flags.get("no_config"):
        return _settings(flags, environ, None, cwd)
    return _settings(flags, environ, os.path.join(cwd, str(named)) if named else _nearest(start, cwd), cwd)


class Nearest:
    """Which policy holds for a file: that of the settings nearest to it, upward to the root of its checkout.

    What is asked of a whole run (what it lists, what a problem means to it) is asked once.
    """

    def __init__(self, flags: Mapping[str, object], environ: Mapping[str, str], cwd: str, run: Settings) -> None:
        """Keep what was given; `run` is what holds for the run."""
        self._flags, self._environ, self._cwd, self._run = flags, environ, cwd, run
        self._fixed = bool(flags.get("config") or flags.get("no_config"))
        self._policies: dict[str | None, Policy] = {run.file: run.policy}
        self._files: dict[str, str | None] = {}

    def __call__(self, path: str) -> tuple[Policy, str]:
        """Return the policy for a path, and the path seen from where that policy is written.

        Raises `ScanError` when the nearest settings mean nothing.
        """
        if path == "-" or path.startswith("pkg:"):
            return self._run.policy, path
        whole, file = os.path.abspath(os.path.join(self._cwd, path)), self.file(path)
        policy = self._policies.get(file)
        if policy is None:
            asked = self._run.policy
            policy = _settings(self._flags, self._environ, file, self._cwd).policy._replace(
                list_all=asked.list_all,
                strict=asked.strict,
                sarif_include_ignored=asked.sarif_include_ignored,
                sarif_category=asked.sarif_category,
            )
            self._policies[file] = policy
        home = os.path.dirname(os.path.abspath(file)) if file else self._cwd
        return policy, os.path.relpath(whole, home).replace(os.sep, "/")

    def file(self, path: str) -> str | None:
        """Return the settings file that speaks for a path; None where there is none."""
        if self._fixed:
            return self._run.file
        folder = os.path.dirname(os.path.abspath(os.path.join(self._cwd, path)))
        if folder not in self._files:
            self._files[folder] = _nearest(folder, self._cwd)
        return self._files[folder]


def start(inputs: Sequence[str], cwd: str) -> str:
    """Return the directory that the search for settings begins in: that of the first path among the inputs."""
    paths = [name for name in inputs if name != "-" and not name.startswith("pkg:")]
    path = os.path.join(cwd, paths[0]) if paths else cwd
    return path if os.path.isdir(path) else os.path.dirname(path)


def products(settings: Settings, cwd: str) -> tuple[str, ...]:
    """Return the user's directories of product files, as paths that hold wherever they are opened."""
    return tuple(os.path.join(cwd, folder) for folder in settings.products)


def _settings(flags: Mapping[str, object], environ: Mapping[str, str], file: str | None, cwd: str) -> Settings:
    written = _written(file, cwd) if file else None
    said = {
        option.key: found
        for option in (*OPTIONS, *ONCE)
        if (found := _said(option, flags, environ, written)) is not None
    }
    if file and written:
        _anchor(said, os.path.dirname(os.path.abspath(file)), written)
    values = _Values(said)
    return Settings(
        policy=_policy(values, written),
        format=values.text("format") or "table",
        outputs=tuple(values.each("output", _output)),
        products=tuple(values.texts("products")),
        exclude=tuple(values.texts("exclude")),
        as_of=values.read("as_of", parse_day),
        allow_empty=values.flag("allow_empty"),
        color=values.read("color", _color) or "auto",
        quiet=values.flag("quiet"),
        baseline=values.text("baseline") or None,
        write_baseline=values.text("write_baseline") or None,
        max_data_age=values.read("max_data_age", parse_age),
        said=said,
        file=file,
    )


class _Values:
    """What was said of each option; what means nothing is told with the place that said it."""

    def __init__(self, said: Mapping[str, tuple[Value, str]]) -> None:
        self._said = said

    def text(self, key: str) -> str:
        return ",".join(self.texts(key))

    def texts(self, key: str) -> list[str]:
        value = self._said.get(key, ([], ""))[0]
        return value if isinstance(value, list) else [str(value)]

    def flag(self, key: str, *, default: bool = False) -> bool:
        return bool(self._said.get(key, (default, ""))[0])

    def read(self, key: str, parse: Callable[[str], _Read]) -> _Read | None:
        return next(iter(self.each(key, parse, [self.text(key)])), None) if key in self._said else None

    def each(self, key: str, parse: Callable[[str], _Read], texts: list[str] | None = None) -> Iterator[_Read]:
        for text in self.texts(key) if texts is None else texts:
            try:
                yield parse(text)
            except ScanError as error:
                msg = f"{self._said[key][1]}: {error}"
                raise ScanError(msg) from error

    def is_of_file(self, key: str, written: Written) -> bool:
        """Tell whether the settings file has the last word on an option."""
        return key not in self._said or self._said[key][1].startswith(f"{written.path}:")


def _said(
    option: Option, flags: Mapping[str, object], environ: Mapping[str, str], written: Written | None
) -> tuple[Value, str] | None:
    """Return the value of an option, and who has the last word on it; None where nobody speaks."""
    given = flags.get(option.key)
    if given is not None:
        return _checked(option, given, f"--{option.name}"), f"--{option.name}"
    # CI systems set a variable to nothing where they have no value for it.
    if environ.get(option.variable):
        return _from_text(option, environ[option.variable]), option.variable
    if written and option.name in written.values:
        value, line = written.values[option.name]
        place = f"{written.path}:{line}"
        return _checked(option, value, f"{place}: {option.name}"), place
    return None


def _anchor(said: dict[str, tuple[Value, str]], folder: str, written: Written) -> None:
    """See the paths that a settings file names from where it stands."""
    for key in ("products", "baseline", "output"):
        value, place = said.get(key, ("", ""))
        if place.startswith(f"{written.path}:"):
            texts = value if isinstance(value, list) else [str(value)]
            moved = [_moved(text, folder, of_output=key == "output") for text in texts]
            said[key] = (moved if isinstance(value, list) else moved[0], place)


def _moved(text: str, folder: str, *, of_output: bool) -> str:
    before, equals, path = text.partition("=") if of_output else ("", "", text)
    # Where nothing is named, that is told when the value is read.
    return f"{before}{equals}{os.path.join(folder, path)}" if path else text


def _policy(values: _Values, written: Written | None) -> Policy:
    gate = values.read("fail_on", parse_gate)
    policy = Policy(
        list_all=values.flag("all"),
        strict=values.flag("strict"),
        include_dev=values.flag("include_dev", default=True),
        sarif_include_ignored=values.flag("sarif_include_ignored"),
        sarif_category=values.text("sarif_category"),
    )
    if gate:
        policy = policy._replace(fail_on=gate.statuses, fail_within_days=gate.expiring_days)
    if values.text("within"):
        policy = policy._replace(within_days=values.read("within", parse_window))
    if written:
        policy = policy._replace(
            overrides=tuple(_outranked(written, values)), ignores=written.ignores, support=written.support
        )
    check_reach(policy)
    return policy


def _outranked(written: Written, values: _Values) -> Iterator[Override]:
    """Yield the overrides without what a flag or the environment says for all."""
    window, gate = values.is_of_file("within", written), values.is_of_file("fail_on", written)
    for entry in written.overrides:
        kept = entry._replace(window=entry.window if window else None, gate=entry.gate if gate else None)
        if kept.window or kept.gate:
            yield kept


def _color(text: str) -> str:
    if text not in COLORS:
        msg = f"{text!r} is no way to use colour: say {', '.join(COLORS)}."
        raise ScanError(msg)
    return text


def _output(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not name or not path:
        msg = f"An output is FORMAT=FILE, as in 'json=report.json', and not {text!r}."
        raise ScanError(msg)
    return name, path


def _from_text(option: Option, text: str) -> Value:
    if option.kind is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    if option.kind is bool:
        if text.lower() not in _YES | _NO:
            msg = f"{option.variable} is {text!r}; say 1 or 0."
            raise ScanError(msg)
        return text.lower() in _YES
    return text


def _checked(option: Option, value: object, where: str) -> Value:
    """Return a value of the option's type; a list stands for a list, or for text with commas."""
    if isinstance(value, list) and option.kind in {list, str} and all(isinstance(item, str) for item in value):
        return [str(item) for item in value] if option.kind is list else ",".join(map(str, value))
    if option.kind is not list and type(value) is option.kind:
        return value if isinstance(value, bool) else str(value)
    wanted = {str: "text", bool: "true or false", list: "a list of texts"}[option.kind]
    msg = f"{where} must be {wanted}."
    raise ScanError(msg)


def _nearest(folder: str, cwd: str) -> str | None:
    """Find the settings file nearest to a folder, upward to the root of its git checkout.

    Where there is no checkout, the search ends where the user stands: what lies above may be anybody's.
    """
    folder = os.path.abspath(folder)
    top = git_root(folder) or (cwd if folder.startswith(cwd.rstrip(os.sep) + os.sep) else folder)
    while True:
        for name in FILES:
            path = os.path.join(folder, name)
            # A link that leads nowhere is no file, and settings that somebody meant to hold.
            if _is_there(path) and (name != "pyproject.toml" or _speaks_of_us(path)):
                return path
        parent = os.path.dirname(folder)
        if folder in {top, parent}:
            return None
        folder = parent


def _is_there(path: str) -> bool:
    return os.path.lexists(path) and not os.path.isdir(path)


def _speaks_of_us(path: str) -> bool:
    # Most scans pass a pyproject.toml without settings; a look at its bytes saves decoding it.
    from scanner.source import read

    try:
        source = read(path)
    except ScanError:
        return False
    if b"eolscan" not in source.data:
        return False
    from scanner.decode import ShapeError, from_toml, table

    try:
        return "eolscan" in table(from_toml(source.text).get("tool", {}), "tool")
    except ShapeError:
        # Who wrote settings there is to be told that they cannot be read.
        return b"tool.eolscan" in source.data


def _written(path: str, cwd: str) -> Written:
    from scanner.settings import read_file

    near = os.path.relpath(path, cwd) if cwd else path
    return read_file(
        path, os.path.abspath(path) if near.startswith("..") else near, [option.name for option in OPTIONS]
    )
