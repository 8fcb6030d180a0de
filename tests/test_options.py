"""Laws of reading a command line: as GNU's getopt does, and what is wrong is told."""

from __future__ import annotations

import pytest

from scanner.model import ScanError
from scanner.options import Given, Option, read

OPTIONS = (
    Option("format", str, "", "-f"),
    Option("exclude", list, "", "-x"),
    Option("quiet", bool, "", "-q"),
    Option("include-dev", bool, "", negation="no-dev"),
)


@pytest.mark.parametrize(
    ("line", "flags", "inputs"),
    [
        ("", {}, ()),
        ("a - b", {}, ("a", "-", "b")),
        ("a -q b", {"quiet": True}, ("a", "b")),
        ("-f json a", {"format": "json"}, ("a",)),
        ("-fjson a", {"format": "json"}, ("a",)),
        ("-qfjson a", {"quiet": True, "format": "json"}, ("a",)),
        ("--format json a", {"format": "json"}, ("a",)),
        ("--format=json=x a", {"format": "json=x"}, ("a",)),
        ("--format= a", {"format": ""}, ("a",)),
        ("-f json -f sarif", {"format": "sarif"}, ()),
        ("-x a -xb --exclude c", {"exclude": ["a", "b", "c"]}, ()),
        ("--include-dev", {"include_dev": True}, ()),
        ("--no-dev", {"include_dev": False}, ()),
        ("-q -- -q --format", {"quiet": True}, ("-q", "--format")),
        ("--format -- a", {"format": "--"}, ("a",)),
    ],
)
def test_options_may_stand_anywhere(line: str, flags: dict[str, object], inputs: tuple[str, ...]) -> None:
    assert read(line.split(), OPTIONS) == Given(flags, inputs)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("-z", "The option -z does not exist; --help lists the options."),
        ("-q-", "The option -- does not exist; --help lists the options."),
        ("-f", "The option -f needs a value; --help lists the options."),
        ("a --format", "The option --format needs a value; --help lists the options."),
        ("--quiet=yes", "The option --quiet takes no value; --help lists the options."),
        ("--quiet=", "The option --quiet takes no value; --help lists the options."),
        ("--formt json", "There is no option --formt. Did you mean --format?"),
        ("--form json", "There is no option --form. Did you mean --format?"),
        ("--zzzzzz", "There is no option --zzzzzz. --help lists the options."),
        ("--=x", "The option -- does not exist; --help lists the options."),
    ],
)
def test_what_is_no_option_is_told(line: str, sentence: str) -> None:
    with pytest.raises(ScanError) as told:
        read(line.split(), OPTIONS)
    assert str(told.value) == sentence
