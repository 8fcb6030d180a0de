"""Version texts as package managers, registries, tags and images write them → numbers that compare.

Tools write one release in many ways: https://github.com/package-url/purl-spec/blob/main/VERSION-RANGE-SPEC.rst
names the schemes. For a release cycle only the leading numbers count, and the words behind them
where a cycle's own name has such words (`13.0-sp2`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import Reason

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

# No scheme needs more, and what is longer is an attack or an accident.
LONGEST: Final = 256

# `_` joins numbers in tags (`REL_15_2`) and in Java (`1.8.0_392`). `[0-9]`, because `\d` also
# takes the digits of other scripts, which no ecosystem allows.
_NUMBERS: Final = re.compile(r"[0-9]+(?:[._][0-9]+)*")
_WORD: Final = re.compile(r"[a-z0-9]+")

_DIGITS: Final = tuple("0123456789")
_HEX: Final = frozenset("0123456789abcdef")
# The parts of a pseudo-version: twelve digits of a hash, behind a time in seconds.
_GO_HASH: Final = 12
_GO_TIME: Final = 14
_SHORTEST_COMMIT: Final = 7

_NOTHING: Final = frozenset({
    "", "-", "--", "?", "n/a", "na", "nil", "noassertion", "none", "not-specified", "null", "undefined",
    "unknown", "unspecified",
})  # fmt: skip
_FLOATING: Final = frozenset({
    "alpha", "beta", "canary", "current", "daily", "dev", "devel", "develop", "development", "edge",
    "experimental", "head", "insiders", "latest", "lts", "main", "mainline", "master", "next", "nightly",
    "preview", "rawhide", "rc", "release", "rolling", "sid", "snapshot", "stable", "testing", "tip", "trunk",
    "unstable",
})  # fmt: skip
# Words that tags put before a version and that say nothing about which project it is a version of.
_TAG_WORDS: Final = frozenset({
    "branch", "branches", "heads", "ltsc", "r", "refs", "rel", "release", "releases", "stable", "tag", "tags",
    "v", "ver", "version", "versions",
})  # fmt: skip


class Version(NamedTuple):
    """A version that compares.

    `head` is what stands before the numbers, empty when it only says "version" or names the
    product; `words` are what stands behind them.
    """

    head: str
    numbers: tuple[int, ...]
    words: tuple[str, ...]


def says_nothing(text: str) -> bool:
    """Tell whether the text is how tools write that there is no version."""
    return text.lower() in _NOTHING


def floats(text: str) -> bool:
    """Tell whether the text names what is newest when somebody looks: `latest`, `dev-main`."""
    words = words_of(text)
    return bool(words) and words[0] in _FLOATING


def spelled(text: str) -> str:
    """Return the text in the one spelling in which cycle names, labels and codenames are compared."""
    return "-".join(text.lower().replace("_", " ").replace("-", " ").split())


def words_of(text: str) -> tuple[str, ...]:
    """Return the runs of ASCII letters and digits, in lower case."""
    return tuple(_WORD.findall(text.lower()))


def name_key(text: str) -> str:
    """Return a project's name in the form that `version_of` looks up before a version.

    A name that ends in a digit is kept as written, so that `corretto-26` can be told from the
    version behind it, and `python_3_9` is not read as version 9 of `python-3`.
    """
    lower = text.lower()
    return lower if lower[-1:] in _DIGITS else "".join(words_of(lower))


def is_plain(text: str) -> bool:
    """Tell whether a text is numbers and dots, each number in its shortest form: nearly every version is."""
    return text.isascii() and all(part.isdecimal() and (part[0] != "0" or part == "0") for part in text.split("."))


def cleaned(text: str, purl_type: str) -> str | Reason:
    """Return the version without what its purl type wraps around it, or why it is not one version.

    `text` has no surrounding space and is not empty.
    """
    if not text.isascii():
        return Reason.UNRESOLVABLE
    if is_plain(text):
        return text
    text = text.partition("@sha256:")[0].strip("=").strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1].strip()  # Maven and NuGet: `[1.0]` is exactly 1.0, `[1.0,2.0]` is a range
    if not text:
        return Reason.UNRESOLVABLE
    if _is_range(text):
        return Reason.RANGE
    if _is_commit(text.lower()):
        return Reason.FLOATING
    return _unwrapped(text, purl_type)


def _is_range(text: str) -> bool:
    if text[0] in "^~!" or text.endswith(".+") or " - " in text:
        return True
    if any(mark in text for mark in "<>|,*"):
        return True
    return any(part in ("x", "X") or part.startswith(("x-", "X-")) for part in text.split("."))


def _is_commit(text: str) -> bool:
    # Go, npm and Composer spell "no release, only a commit" as 0.0.0 with something behind it.
    if text.startswith(("v0.0.0-", "0.0.0-", "sha256:", "sha512:")):
        return True
    # Go's pseudo-versions end in the time and the hash of a commit: `v1.6.2-0.20230203120000-1c35f9b5a6a6`.
    # What stands before is the last tag that Go could count, which may be years older.
    before, _, digest = text.rpartition("-")
    if len(digest) == _GO_HASH and _HEX.issuperset(digest) and len(before) > _GO_TIME and before[-_GO_TIME:].isdigit():
        return True
    # A commit of digits only cannot be told from a number, one of letters only not from a word.
    hexadecimal = len(text) >= _SHORTEST_COMMIT and _HEX.issuperset(text)
    return hexadecimal and not text.isdigit() and not text.isalpha()


def _unwrapped(text: str, purl_type: str) -> str:
    # Epochs: `1:3.3` (deb, rpm, alpm), `1!3.3` (PEP 440).
    for mark in ":!":
        epoch, found, rest = text.partition(mark)
        if found and epoch.isdigit():
            text = rest
    if purl_type in ("deb", ""):
        # Debian goes back to an older upstream version without an epoch: `2.0+really1.9.3` is 1.9.3.
        text = text.rpartition("+really")[2]
    return text


def version_of(text: str, names: AbstractSet[str] = frozenset()) -> Version | None:
    """Return the version in a cleaned text, or None when it holds no number.

    `names` are the product's own names by `name_key`: they may stand before the version, as in a tag.
    """
    if is_plain(text) and len(text) <= LONGEST:
        return Version("", tuple(map(int, text.split("."))), ())
    lower = text.lower()
    start = _start(lower, names)
    head = ""
    if start is None:
        start = next((place for place, char in enumerate(lower) if char in "0123456789"), None)
        if start is None:
            return None
        head = "".join(words_of(lower[:start])) or lower[:start]
    match = _NUMBERS.match(lower, start)
    if match is None or match.end() - start > LONGEST:
        return None
    numbers = tuple(map(int, match[0].replace("_", ".").split(".")))
    return Version(head, numbers, words_of(lower[match.end() :]) if match.end() < len(lower) else ())


def _start(text: str, names: AbstractSet[str]) -> int | None:
    """Return where the numbers start that stand behind nothing but tag words and the product's name.

    The longest name wins, since names end in digits too: `corretto-26-15.0.2` is version 15.0.2.
    """
    if text[:1] in "0123456789":
        return 0 if text else None
    found = None
    for match in _NUMBERS.finditer(text):
        place = match.start()
        if _is_known(text[:place], names):
            found = place
        cut = text.find("_", place, match.end())
        if cut > 0 and _is_known(text[:cut], names):
            found = cut + 1
    return found


def _is_known(head: str, names: AbstractSet[str]) -> bool:
    """Tell whether the head is made of tag words around nothing or around one of the names."""
    words = list(_WORD.finditer(head))
    while words:
        if name_key(head[words[0].start() : words[-1].end()]) in names:
            return True
        if words[0][0] in _TAG_WORDS:
            del words[0]
        elif words[-1][0] in _TAG_WORDS:
            del words[-1]
        else:
            return False
    # Punctuation alone, as in `${1`, is no tag.
    return head[:1].isalnum()
