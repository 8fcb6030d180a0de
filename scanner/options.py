"""What a command line may say, and how it is read: options as data, taken apart by `getopt`.

argparse would look for translations and measure the terminal on every run, and cost a small scan as
much as reading its file, the catalogue and the policy together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
    from getopt import GetoptError, gnu_getopt

    known = {name: option for option in options for name in (option.short, f"--{option.name}", f"--{option.negation}")}
    _check_names(arguments, known)
    shorts = "".join(option.short[1:] + ":" * (option.kind is not bool) for option in options if option.short)
    longs = [name[2:] + "=" * (option.kind is not bool) for name, option in known.items() if name.startswith("--")]
    try:
        found, inputs = gnu_getopt(list(arguments), shorts, longs)
    except GetoptError as error:
        msg = f"The {_plainly(error.msg)}; --help lists the options."
        raise ScanError(msg) from error
    flags: dict[str, object] = {}
    for name, value in found:
        option = known[name]
        flags[option.key] = _value(option, name, value, flags.get(option.key))
    return Given(flags, tuple(inputs))


def _plainly(message: str) -> str:
    told = (("not recognized", "does not exist"), ("requires argument", "needs a value"))
    for theirs, ours in (*told, ("must not have an argument", "takes no value")):
        message = message.replace(theirs, ours)
    return message


def _value(option: Option, name: str, value: str, before: object) -> object:
    if option.kind is bool:
        return name != f"--{option.negation}"
    if option.kind is list:
        return [*(before if isinstance(before, list) else []), value]
    return value


def _check_names(arguments: Sequence[str], known: Mapping[str, Option]) -> None:
    """Refuse what is no option: `getopt` would take the beginning of a name for the name."""
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
