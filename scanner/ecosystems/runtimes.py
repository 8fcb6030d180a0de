"""Runtimes and tools as version managers and CI name them, and the versions that are asked for.

https://asdf-vm.com/manage/configuration.html, https://mise.jdx.dev/configuration.html, https://github.com/pyenv/pyenv,
https://github.com/nvm-sh/nvm, https://sdkman.io/usage/. A version may be a part of one (`3.11`: any 3.11), and say who
has built it (`temurin-17.0.9+9`, `17.0.3-tem`). What moves (`lts/*`, `latest`, `system`) is a requirement.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import Dependency, Kind, Problem, Scope
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.model import Location, Parsed
    from scanner.source import Source


class Wanted(NamedTuple):
    """One runtime as it is asked for; `vendor` is the product of those who build it, where it is not its own.

    `requirement` is the text as written where it is more, or less, than a version or the beginning of one.
    """

    name: str
    version: str | None
    requirement: str | None = None
    vendor: str = ""


def named(tool: str) -> str:
    """Return the name that a runtime has in purls."""
    lower = tool.strip().lower()
    return _NAMES.get(lower, lower)


def wanted(tool: str, text: str) -> Wanted | None:
    """Read what is asked for of a runtime, by its name in purls; None where the text is no version at all."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    reader = _READERS.get(tool)
    return (reader(text) if reader else None) or _plain(tool, text)


def asked(tool: str, text: str, location: Location, scope: Scope = Scope.RUNTIME) -> Dependency | Problem:
    """Return the runtime that a text asks for, or a problem where it asks for none."""
    found = wanted(tool, text)
    try:
        if found is not None:
            purl = make("generic", found.name, found.version, found.vendor)
            return Dependency(purl, location, found.requirement, Kind.RUNTIME, scope, direct=True)
    except ValueError:
        pass
    return Problem(f"{quoted(text)} is no version of {quoted(tool)}.", location)


def built_by(builder: str) -> str:
    """Return the product of those who build Java, by what they are called; empty where nobody tells its ends."""
    return _JAVA_BUILDERS.get(builder.strip().lower(), "")


def listed(source: Source, tool: str) -> Iterator[Parsed]:
    """Read a file that holds nothing but versions of one runtime, comments and blank lines."""
    found = False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", source.text), 1):
        text = line.partition("#")[0].strip("\ufeff \t\f\v\0")
        if text:
            found = True
            yield from _line(source, tool, text, (number, line.index(text) + 1))
    if not found:
        yield Problem(f"This names no version of {quoted(tool)}.", source.location)


def _line(source: Source, tool: str, text: str, at: tuple[int, int]) -> Iterator[Parsed]:
    number, column = at
    if is_conflict(text):
        yield Problem(CONFLICT, source.line(number))
        return
    # A range may have blanks in it, a version has none.
    words = re.finditer(r".+" if text[0] in _OPERATORS else r"\S+", text)
    for word in words:
        if word[0].lower() != tool:
            place = source.line(number)._replace(column=column + word.start(), end_column=column + word.end())
            yield asked(tool, word[0], place)


def is_conflict(line: str) -> bool:
    """Tell whether a line is one of those by which git marks a conflict."""
    return line[:7] in _CONFLICTS and line[7:8] in {"", " "}


def is_open(text: str) -> bool:
    """Tell whether a text asks for a range, or for what is newest when somebody looks."""
    return _open().match(text) is not None or _wildcard().search(text) is not None


# One runtime after the other.


def _plain(tool: str, text: str) -> Wanted | None:
    # A tag names a release as well as a version does, a commit does not.
    found = re.fullmatch(r"(?:prefix:[vV]?|(?:ref|tag):(?:[vV]|OTP-|go)?(?=[0-9]+\.))([0-9][\w.+-]*)", text, re.ASCII)
    if found:
        return Wanted(tool, found[1], text)
    if is_open(text):
        return Wanted(tool, None, text)
    found = re.fullmatch(r"[vV]?([0-9][\w.+-]*)", text, re.ASCII)
    if found is None or re.fullmatch(r"[0-9a-f]{40}", text):
        return Wanted(tool, None, text) if found else None
    # A lone number asks for the newest that begins with it, and most of what begins with it is over.
    newest = tool in _MINOR_LINES and found[1].isdecimal()
    return Wanted(tool, found[1], found[1] if newest else None)


def _node(text: str) -> Wanted | None:
    found = re.fullmatch(r"(?:lts[/_-])?([a-z]+)", text, re.IGNORECASE)
    if found and found[1].lower() in _NODE_LINES:
        return Wanted("nodejs", str(_NODE_LINES[found[1].lower()]), text)
    if text.startswith("iojs"):
        return _plain("iojs", text.removeprefix("iojs").lstrip("-")) or Wanted("iojs", None, text)
    found = re.fullmatch(r"node(?:js)?[-@]?(v?[0-9].*)", text, re.IGNORECASE)
    return _plain("nodejs", found[1]) if found else None


def _python(text: str) -> Wanted | None:
    # The others count their own releases, some behind the Python that they are: `pypy3.9-7.3.11`.
    found = re.fullmatch(r"c?python[-@]?([<>=~^!0-9].*)", text, re.IGNORECASE)
    if found:
        # uv tells the platform, too: `cpython-3.12.3-linux-x86_64-gnu`.
        return _plain("python", re.sub(r"[-+](?:linux|macos|windows|darwin|freethreaded|debug)\b.*", "", found[1]))
    found = re.fullmatch(rf"({_PYTHONS})([0-9]\.[0-9]+|[23](?=-))?[-@]?([0-9][\w.+-]*|latest|dev|src|nightly)?", text)
    if found is None:
        return None
    if found[3] is None or is_open(found[3]):
        return Wanted(found[1], None, text)
    return Wanted(found[1], "-".join(filter(None, found.group(2, 3))))


def _ruby(text: str) -> Wanted | None:
    text = text.partition("@")[0] or text  # behind it stands a set of gems
    if text in {"jruby", "truffleruby", "mruby", "rbx", "ree"}:
        return Wanted(text, None, text)
    found = re.fullmatch(
        r"(ruby|jruby|truffleruby(?:\+graalvm)?|rbx|rubinius|mruby|ree|artichoke|picoruby|maglev)-(.+)", text
    )
    if found is None:
        return None
    name = found[1].partition("+")[0]
    return _plain(name, found[2]) or Wanted(name, None, text)


def _go(text: str) -> Wanted | None:
    return _plain("go", text[2:]) if re.match(r"go[0-9]", text) else None


def _rust(text: str) -> Wanted | None:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+){0,2}(?:-beta(?:\.[0-9]+)?)?)(?:-[a-z0-9_]+(?:-[a-z0-9_.]+)+)?", text)
    return Wanted("rust", found[1]) if found else None


def _elixir(text: str) -> Wanted | None:
    # Behind the version stands the Erlang/OTP that it was compiled for.
    found = re.fullmatch(r"(v?[0-9].*?)-otp-[0-9.]+", text)
    return _plain("elixir", found[1]) if found else None


def _erlang(text: str) -> Wanted | None:
    found = re.fullmatch(r"(?:OTP[-_ ]?|erlang-)(.+)", text, re.IGNORECASE)
    return _plain("erlang", found[1]) if found else None


def _bazel(text: str) -> Wanted | None:
    # A fork's release is nobody else's, and counts as it likes.
    return Wanted("bazel", None, text) if re.fullmatch(r"[A-Za-z0-9-]+/[\w.+-]+", text) else None


def _php(text: str) -> Wanted | None:
    found = re.fullmatch(r"php[-@]?(.+)", text, re.IGNORECASE)
    return _plain("php", found[1]) if found else None


def _java(text: str) -> Wanted | None:
    """Read `temurin-jre-17.0.9+9` (asdf, mise), `temurin64-17.0.9` (jenv), `17.0.9-tem`, `22.3.r17-grl` (SDKMAN!)."""
    kinds = r"(?:-(?:jre|jdk|lts|javafx|crac|musl|large_heap))*"
    found = re.fullmatch(rf"([a-z]+(?:-[a-z]+|-openj9)*?)(64|32)?{kinds}[-@]((?:java)?[0-9].*|{_OPEN_WORDS})", text)
    if found:
        # What jenv calls `openjdk64` may be anybody's.
        return _built("" if found[2] and found[1] == "openjdk" else found[1], found[3])
    found = re.fullmatch(r"([0-9][\w.+]*?)(?:\.(?:fx|crac|hs|j9))*-([a-z][a-z0-9-]*)", text)
    if found and found[2] != "ea":
        return _built(found[2], found[1])
    return None


def _built(builder: str, version: str) -> Wanted | None:
    vendor = _JAVA_BUILDERS.get(builder, "")
    if builder in {"jdk", "java", "jre"}:
        return _plain("java", version)
    if not version[0].isdigit() and not version.startswith("java"):
        return Wanted("java", None, f"{builder}-{version}", vendor)
    # GraalVM's own numbers once stood before those of Java: `22.3.1+java17`, `22.3.r17`, `java17-22.3.1`.
    found = re.fullmatch(r"([0-9.]+?)(?:\+java[0-9]+|\.r[0-9]+)|java[0-9]+-([0-9.]+)", version)
    if found or builder in _OTHERS:
        return Wanted(_OTHERS.get(builder, "graalvm"), (found[1] or found[2]) if found else version)
    # What OpenJ9 adds is the release of that virtual machine.
    version = re.sub(r"[_-]openj9.*", "", version)
    return Wanted("java", version, None, vendor) if re.fullmatch(r"[0-9][\w.+-]*", version) else None


@cache
def _open() -> re.Pattern[str]:
    return re.compile(
        rf"[{re.escape(_OPERATORS)}]+[ \t]*[vV]?[0-9*]|\*|(?:ref|path|sub-[0-9.]+|branch|tag|rev|latest|file|https?):|"
        rf"(?:{_OPEN_WORDS})(?![A-Za-z])|.*(?:\$[({{A-Za-z]|\{{\{{|<<)|[0-9.]+\s*(?:,|\|\||-\s)",
        re.IGNORECASE,
    )


@cache
def _wildcard() -> re.Pattern[str]:
    return re.compile(r"(?:^|\.)[xX*](?=\.|$)|\*")


# Nobody writes more than this of one version.
_LONGEST: Final = 256
_OPERATORS: Final = "<>=~^!"
_CONFLICTS: Final = frozenset({"<<<<<<<", "=======", ">>>>>>>", "|||||||"})
CONFLICT: Final = "Here is the mark of a merge conflict, and it is not known which side counts."
_OPEN_WORDS: Final = (
    "latest|lowest|highest|newest|stable|unstable|oldstable|lts|current|node|nodejs|ruby|python|nightly|canary|head|"
    "default|system|beta|dev|main|master|min|min-required|rolling|last_green|last_rc|last_downstream_green|any|rc|"
    "local|tip|blead|devel|release|oldrel|edge"
)
_PYTHONS: Final = (
    "pypy|pyston|graalpy(?:thon)?|jython|stackless|miniconda|anaconda|miniforge|mambaforge|micropython|ironpython|cinder|"
    "activepython|nogil|pypy-c-jit"
)

_NAMES: Final = {
    "dotnet-core": "dotnet",
    "dotnet-sdk": "dotnet",
    "dotnetcore": "dotnet",
    "golang": "go",
    "haskell": "ghc",
    "hashicorp-vault": "vault",
    "jdk": "java",
    "mvn": "maven",
    "node": "nodejs",
    "node.js": "nodejs",
    "node_js": "nodejs",
    "openjdk": "java",
    "otp": "erlang",
    "postgres": "postgresql",
    "python3": "python",
    "rlang": "r",
    "springboot": "spring-boot",
    "tofu": "opentofu",
}
# https://github.com/nodejs/Release/blob/main/CODENAMES.md: the name of a line, and its number.
_NODE_LINES: Final = {
    "argon": 4,
    "boron": 6,
    "carbon": 8,
    "dubnium": 10,
    "erbium": 12,
    "fermium": 14,
    "gallium": 16,
    "hydrogen": 18,
    "iron": 20,
    "jod": 22,
    "krypton": 24,
    "lithium": 26,
}
# The product of each who builds Java, by what version managers call them.
_JAVA_BUILDERS: Final = {
    "albba": "alibaba-dragonwell",
    "amzn": "amazon-corretto",
    "corretto": "amazon-corretto",
    "dragonwell": "alibaba-dragonwell",
    "graal": "oracle-graalvm",
    "graalce": "graalvm-ce",
    "graalvm-community": "graalvm-ce",
    "liberica": "bellsoft-liberica",
    "librca": "bellsoft-liberica",
    "microsoft": "microsoft-build-of-openjdk",
    "ms": "microsoft-build-of-openjdk",
    "open": "openjdk-builds-from-oracle",
    "openjdk": "openjdk-builds-from-oracle",
    "oracle": "oracle-jdk",
    "oracle-graalvm": "oracle-graalvm",
    "redhat": "redhat-build-of-openjdk",
    "sapmachine": "sapmachine",
    "sapmchn": "sapmachine",
    "sem": "ibm-semeru-runtime",
    "semeru": "ibm-semeru-runtime",
    "semeru-openj9": "ibm-semeru-runtime",
    "tem": "eclipse-temurin",
    "temurin": "eclipse-temurin",
    "zulu": "azul-zulu",
}
# Those whose lines of support are told apart by their second number, and whose ranges are not read as packages are.
_MINOR_LINES: Final = frozenset({"elixir", "go", "python", "rust"})
# Those that count their own releases.
_OTHERS: Final = {"liberica-nik": "liberica-nik", "mandrel": "mandrel", "nik": "liberica-nik"}
_READERS: Final[dict[str, Callable[[str], Wanted | None]]] = {
    "bazel": _bazel,
    "elixir": _elixir,
    "erlang": _erlang,
    "go": _go,
    "java": _java,
    "nodejs": _node,
    "php": _php,
    "python": _python,
    "ruby": _ruby,
    "rust": _rust,
}
