"""What a command line may say, and how it is read: options as data, taken apart as GNU's getopt does.

argparse would look for translations and measure the terminal on every run, and cost a small scan as
much as reading its file, the catalogue and the policy together; `getopt` looks for translations too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Option(NamedTuple):
    """One option; `kind` is the type of its value: `str`, `list` (the option may be repeated) or `bool`.

    `negation` names the option that says no.
    """

    name: str
    kind: type
    help: str
    short: str = ""
    metavar: str = ""
    negation: str = ""

    @property
    def key(self) -> str:
        """The name under which its value is kept."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable of the same meaning."""
        return f"EOLSCAN_{self.key.upper()}"


class Given(NamedTuple):
    """What a command line said: the values of its options by their keys, only where given, and the rest."""

    flags: Mapping[str, object]
    inputs: tuple[str, ...]


HELP = Option("help", bool, "show this help", "-h")


def read(arguments: Sequence[str], options: Sequence[Option]) -> Given:
    """Read a command line; options may stand between inputs, and nothing behind `--` is one.

    Raises `ScanError` for an option that does not exist, lacks its value, or has one too many.
    """
    known = {
        name: option
        for option in options
        for name in (option.short, f"--{option.name}", option.negation and f"--{option.negation}")
        if name
    }
    _check_names(arguments, known)
    flags: dict[str, object] = {}
    inputs: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            inputs += rest
        elif argument.startswith("-") and argument != "-":
            for name, value in _given(argument, known, rest):
                option = known[name]
                flags[option.key] = _value(option, name, value, flags.get(option.key))
        else:
            inputs.append(argument)
    return Given(flags, tuple(inputs))


def _given(argument: str, known: Mapping[str, Option], rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield the options that one argument holds, each with its value, which may be the next argument."""
    if argument.startswith("--"):
        name, equals, value = argument.partition("=")
        if not _takes_value(name, known):
            if equals:
                raise _wrong(name, "takes no value")
            yield name, ""
        else:
            yield name, value if equals else _next(name, rest)
        return
    letters = argument[1:]
    while letters:
        name, letters = f"-{letters[0]}", letters[1:]
        if _takes_value(name, known):
            yield name, letters or _next(name, rest)
            return
        yield name, ""


def _takes_value(name: str, known: Mapping[str, Option]) -> bool:
    if name not in known:
        raise _wrong(name, "does not exist")
    return known[name].kind is not bool


def _next(name: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise _wrong(name, "needs a value")
    return value


def _wrong(name: str, what: str) -> ScanError:
    return ScanError(f"The option {name} {what}; --help lists the options.")


def _value(option: Option, name: str, value: str, before: object) -> object:
    if option.kind is bool:
        return name != f"--{option.negation}"
    if option.kind is list:
        return [*(before if isinstance(before, list) else []), value]
    return value


def _check_names(arguments: Sequence[str], known: Mapping[str, Option]) -> None:
    """Refuse what is no option, and tell what may have been meant."""
    for argument in arguments:
        name = argument.partition("=")[0]
        if name == "--":
            return
        if name.startswith("--") and name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else "--help lists the options."
            msg = f"There is no option {name}. {hint}"
            raise ScanError(msg)


def help_text(usage: str, summary: str, options: Sequence[Option], width: int) -> str:
    """Write what `--help` prints, within a width in columns."""
    from textwrap import fill, wrap

    rows = [(_spelled(option), option.help) for option in options]
    rows += [(f"    --{option.negation}", f"not --{option.name}") for option in options if option.negation]
    column = max(len(spelled) for spelled, _ in rows) + 4
    lines = [fill(f"usage: {usage}", width), "", *(fill(part, width) for part in summary.split("\n")), "", "options:"]
    for spelled, text in rows:
        first, *rest = wrap(text, max(width - column, column))
        lines.append(f"  {spelled:<{column - 2}}{first}")
        lines += (" " * column + line for line in rest)
    return "\n".join(lines) + "\n"


def _spelled(option: Option) -> str:
    short = f"{option.short}, " if option.short else "    "
    return f"{short}--{option.name} {option.metavar}".rstrip()
