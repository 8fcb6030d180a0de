"""Reads GitHub workflows and actions: what they use, the runtimes that they set up, images and runners.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax and …/metadata-syntax.
A version that a matrix lists, or `env` names, stands where it is written there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.ecosystems import oci
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places


class _Value(NamedTuple):
    """A text, free of expressions unless nothing is known of them, and what holds it in the file."""

    text: str
    path: Path
    written: str


class _At(NamedTuple):
    """Where in the document a reader is, and what expressions mean there."""

    path: Path
    source: Source
    places: Places
    lines: list[str]
    matrix: tuple[object, Path] = (None, ())
    envs: tuple[tuple[object, Path], ...] = ()

    def inside(self, *steps: str | int) -> _At:
        return self._replace(path=(*self.path, *steps))

    def with_env(self, table: Table) -> _At:
        return self._replace(envs=((table.get("env"), (*self.path, "env")), *self.envs))

    def place(self, value: _Value, start: int = 0, end: int | None = None) -> Location:
        return self.places.text(value.path, value.written, start, end)


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places; what cannot be read is a problem of its own."""
    try:
        value, places = next(documents(source), (None, None))
        document = decode.table(value, "The workflow")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if places is None:
        return
    at = _At((), source, places, ["", *re.split(r"\r\n|\r|\n", source.text)])
    if "jobs" in document:
        found = _jobs(document, at.with_env(document))
    elif "runs" in document:
        found = _action(document["runs"], at.inside("runs"))
    else:
        found = iter([Problem("This has neither the jobs of a workflow nor what an action runs.", source.location)])
    # A value that several steps use is one place.
    yield from sorted(dict.fromkeys(found), key=_order)


def _order(value: Dependency | Problem) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _jobs(document: Table, at: _At) -> Iterator[Dependency | Problem]:
    jobs = document["jobs"]
    if not isinstance(jobs, dict):
        yield Problem("The jobs are no table.", at.places.key(("jobs",)))
        return
    for name, job in jobs.items():
        here = at.inside("jobs", name)
        if not isinstance(job, dict):
            yield Problem(f"The job {quoted(name)} is no table.", at.places.key(here.path))
            continue
        here = here._replace(matrix=(_member(job, "strategy", "matrix"), (*here.path, "strategy", "matrix")))
        here = here.with_env(job)
        yield from _used(job.get("uses"), here.inside("uses"))
        yield from _runners(job.get("runs-on"), here.inside("runs-on"))
        yield from _container(job.get("container"), here.inside("container"))
        services = job.get("services")
        for service, container in services.items() if isinstance(services, dict) else ():
            yield from _container(container, here.inside("services", service))
        yield from _steps(job.get("steps"), here.inside("steps"))


def _action(runs: object, at: _At) -> Iterator[Dependency | Problem]:
    if not isinstance(runs, dict):
        yield Problem("What the action runs is no table.", at.places.key(at.path))
        return
    using = runs.get("using")
    node = re.fullmatch(r"node([0-9]+)", using) if isinstance(using, str) else None
    if node and isinstance(using, str):
        value = _Value(using, (*at.path, "using"), using)
        yield _runtime("nodejs", node[1], at.place(value))
    image = runs.get("image")
    if isinstance(image, str) and image.startswith(oci.SCHEME):
        yield from _container(image, at.inside("image"))
    yield from _steps(runs.get("steps"), at.inside("steps"))


def _steps(steps: object, at: _At) -> Iterator[Dependency | Problem]:
    if steps is not None and not isinstance(steps, list):
        yield Problem("The steps are no list.", at.places.key(at.path))
        return
    for index, step in enumerate(steps or ()):
        here = at.inside(index)
        if not isinstance(step, dict):
            yield Problem(f"Step {index + 1} is no table.", at.places.key(at.path))
            continue
        yield from _used(step.get("uses"), here.inside("uses"))
        action = step.get("uses")
        if isinstance(action, str):
            yield from _set_up(action, step.get("with"), here.with_env(step).inside("with"))


# What is used.


def _used(text: object, at: _At) -> Iterator[Dependency | Problem]:
    if text is None or (isinstance(text, str) and (text.startswith(("./", "../")) or "${{" in text)):
        return
    if isinstance(text, str) and text.startswith(oci.SCHEME):
        yield from _container(text, at)
        return
    match = _action_name(text)
    if match is None or not isinstance(text, str):
        yield Problem(f"{quoted(str(text))} names no action and its version.", at.places.key(at.path))
        return
    owner, name, part, ref = match.group("owner", "name", "part", "ref")
    location = at.place(_Value(text, at.path, text), 0, match.start("ref") - 1)
    version = _version_beside(location, ref, at) or ref
    pinned = re.fullmatch(r"[0-9a-f]{40}|(?:[\w.-]*[-/])?v?[0-9]+(?:\.[0-9]+)*(?:[-+][\w.+-]*)?", version) is not None
    yield Dependency(
        purl=make("githubactions", name, version if pinned else None, owner) + _subpath(part or ""),
        location=location,
        requirement=None if pinned else ref,
        scope=Scope.BUILD,
        direct=True,
    )


def _action_name(text: object) -> re.Match[str] | None:
    pattern = r"(?P<owner>[\w.-]+)/(?P<name>\.?\w[\w.-]*+)(?P<part>/[^\s@]*+)?@(?P<ref>[^\s@]+)"
    return re.fullmatch(pattern, text) if isinstance(text, str) else None


def _subpath(part: str) -> str:
    from urllib.parse import quote

    segments = [quote(segment, safe="") for segment in part.split("/") if segment not in {"", ".", ".."}]
    return f"#{'/'.join(segments)}" if segments else ""


def _version_beside(location: Location, ref: str, at: _At) -> str | None:
    # Behind a commit, people and bots note the release that it is: `@8e5e7e5… # v4.2.0`.
    if location.line is None or re.fullmatch(r"[0-9a-f]{40}", ref) is None:
        return None
    note = rf"@{ref}[\"']?[ \t]+\#[ \t]*(?:(?:tag|pin|ratchet)\b\S*?[=@: ])?[ \t]*(v?[0-9][\w.+-]*)(?=[\s,;)]|$)"
    match = re.compile(note).search(at.lines[location.line])
    return match[1] if match else None


# Runtimes.


def _set_up(action: str, options: object, at: _At) -> Iterator[Dependency | Problem]:
    name, _, ref = action.partition("@")
    if name.lower() == "dtolnay/rust-toolchain" and _member(options, "toolchain") is None:
        location = at.places.text((*at.path[:-1], "uses"), action, len(name) + 1)
        yield _runtime("rust", ref, location) if ref[:1].isdigit() else _range("rust", ref, location)
        return
    for option, runtime in _SETUPS.get(name.lower(), ()):
        for value in _values(_member(options, option), at.inside(option)):
            yield from _versions(runtime, value, at)


def _versions(runtime: str, value: _Value, at: _At) -> Iterator[Dependency | Problem]:
    lines = value.text.splitlines()[:_LARGEST]
    for text in filter(None, map(str.strip, lines)):
        location = at.place(value) if len(lines) == 1 else _line_place(text, value, at)
        version = text.removeprefix("ruby-") if runtime == "ruby" else text
        number = version if at.places.quoted(value.path) or value.written != text else _number(version, runtime)
        if number != version:
            yield Problem(f"Without quotes, {version} is the number {number}.", location)
        yield _range(runtime, number, location) if _is_open(number) else _runtime(runtime, number, location)


def _number(text: str, runtime: str) -> str:
    # YAML reads `3.10` as the number 3.1, and `3.0` as 3, which most actions take for 3.0 all the same.
    match = re.fullmatch(r"([0-9]+)\.([0-9]*?)0+", text)
    if match is None or (not match[2] and runtime != "ruby"):
        return text
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def _is_open(text: str) -> bool:
    words = r"(?:latest|lowest|highest|newest|stable|oldstable|lts\b|current|node|nightly|canary|head|default|system"
    pattern = rf"[-<>=~^!*]|{words}|beta|dev|main|master|min|j?ruby$)"
    return re.match(pattern, text, re.IGNORECASE) is not None or re.fullmatch(r"[\w.+/-]+", text) is None


def _runtime(name: str, version: str, location: Location) -> Dependency:
    # `12.x` is one line of versions, told in the same way as `12`, but no version.
    line = version if re.search(r"\.[xX]\b", version) else None
    return Dependency(make("generic", name, version), location, line, Kind.RUNTIME, Scope.BUILD, direct=True)


def _range(name: str, requirement: str, location: Location) -> Dependency:
    return Dependency(make("generic", name), location, requirement, Kind.RUNTIME, Scope.BUILD, direct=True)


def _line_place(text: str, value: _Value, at: _At) -> Location:
    # One line of a block: found where it stands alone on a line behind the key, before anything else does.
    key = at.places.key(value.path)
    if key.line is None:
        return at.source.location
    for number, line in enumerate(at.lines[key.line + 1 :][: len(value.text.splitlines())], key.line + 1):
        if line.strip() == text:
            start = line.index(text) + 1
            return Location(key.path, number, start, start + len(text))
    return at.source.location


# Images and runners.


def _container(container: object, at: _At) -> Iterator[Dependency | Problem]:
    if isinstance(container, dict):
        container, at = container.get("image"), at.inside("image")
    for value in _values(container, at):
        text = value.text.removeprefix(oci.SCHEME)
        if text.strip():
            yield oci.image(text, at.place(value), Scope.BUILD)


def _runners(labels: object, at: _At) -> Iterator[Dependency | Problem]:
    if isinstance(labels, dict):
        labels, at = labels.get("labels"), at.inside("labels")
    several = [(label, at.inside(index)) for index, label in enumerate(labels)] if isinstance(labels, list) else None
    for label, here in several or [(labels, at)]:
        for value in _values(label, here):
            match = re.fullmatch(r"(ubuntu|macos|windows)-([0-9]+(?:\.[0-9]+)?)(?:-[\w-]+)?", value.text)
            if match:
                purl = make("generic", _SYSTEMS.get(match[1], match[1]), match[2])
                yield Dependency(purl, at.place(value), kind=Kind.OS, scope=Scope.BUILD, direct=True)


# Expressions.


def _values(value: object, at: _At) -> Sequence[_Value]:
    """Return what a text may be; an expression that only a run can know stays one."""
    if not isinstance(value, str):
        return ()
    found = re.search(r"\$\{\{\s*(matrix|env)((?:\.[\w-]+|\[\s*'[^']*'\s*\])+)\s*\}\}", value)
    if found is None:
        return (_Value(value, at.path, value),)
    steps = [name or key for name, key in re.findall(r"\.([\w-]+)|\[\s*'([^']*)'\s*\]", found[2])]
    known = _in_matrix(steps, at) if found[1] == "matrix" else _in_env(steps, at)
    if found[0] == value.strip():
        return known or (_Value(value, at.path, value),)
    before, behind = value[: found.start()], value[found.end() :]
    return [_Value(f"{before}{text}{behind}", at.path, value) for text, _, _ in known] or (
        _Value(value, at.path, value),
    )


def _in_matrix(steps: Sequence[str], at: _At) -> list[_Value]:
    matrix, path = at.matrix
    found: list[_Value] = []
    values = _member(matrix, steps[0])
    for index, value in enumerate(values[:_LARGEST] if isinstance(values, list) else ()):
        found += _literal(_member(value, *steps[1:]), (*path, steps[0], index, *steps[1:]))
    included = _member(matrix, "include")
    for index, value in enumerate(included[:_LARGEST] if isinstance(included, list) else ()):
        found += _literal(_member(value, *steps), (*path, "include", index, *steps))
    return found


def _in_env(steps: Sequence[str], at: _At) -> list[_Value]:
    for table, path in at.envs:
        if isinstance(table, dict) and steps[0] in table:
            return _literal(_member(table, *steps), (*path, *steps))
    return []


def _literal(value: object, path: Path) -> list[_Value]:
    return [_Value(value, path, value)] if isinstance(value, str) and "${{" not in value else []


def _member(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^(?:\xef\xbb\xbf)?[\"']?on[\"']?:", head) is not None:
        return (
            re.search(rb"(?m)^(?:\xef\xbb\xbf)?(?:jobs|permissions|env|name|concurrency|defaults):", head) is not None
        )
    return re.search(rb"(?m)^runs:\s*(?:#.*)?\r?\n\s+(?:using|steps|image|main|pre|env):", head) is not None


# A matrix makes no more jobs than this; what is longer was built to cost time.
_LARGEST: Final = 256
_SYSTEMS: Final = {"windows": "windows-server"}
_PYTHON: Final = (("python-version", "python"),)
_JAVA: Final = (("java-version", "java"),)
_RUBY: Final = (("ruby-version", "ruby"),)
_BEAM: Final = (("otp-version", "erlang"), ("elixir-version", "elixir"))
_RUST: Final = (("toolchain", "rust"),)
# What sets up which runtime, and the option that names its version.
_SETUPS: Final = {
    "actions-rs/toolchain": _RUST,
    "actions-rust-lang/setup-rust-toolchain": _RUST,
    "actions/setup-dotnet": (("dotnet-version", "dotnet"),),
    "actions/setup-elixir": _BEAM,
    "actions/setup-go": (("go-version", "go"),),
    "actions/setup-java": _JAVA,
    "actions/setup-node": (("node-version", "nodejs"),),
    "actions/setup-python": _PYTHON,
    "actions/setup-ruby": _RUBY,
    "astral-sh/setup-uv": _PYTHON,
    "conda-incubator/setup-miniconda": _PYTHON,
    "dart-lang/setup-dart": (("sdk", "dart"),),
    "denoland/setup-deno": (("deno-version", "deno"),),
    "dtolnay/rust-toolchain": _RUST,
    "erlef/setup-beam": _BEAM,
    "erlef/setup-elixir": _BEAM,
    "graalvm/setup-graalvm": _JAVA,
    "hashicorp/setup-terraform": (("terraform_version", "terraform"),),
    "julia-actions/setup-julia": (("version", "julia"),),
    "oven-sh/setup-bun": (("bun-version", "bun"),),
    "pnpm/action-setup": (("version", "pnpm"),),
    "r-lib/actions/setup-r": (("r-version", "r"),),
    "ruby/setup-ruby": _RUBY,
    "shivammathur/setup-php": (("php-version", "php"),),
    "subosito/flutter-action": (("flutter-version", "flutter"),),
}

PARSER: Final = Parser(
    id="github_workflow",
    title="GitHub workflow or action",
    globs=(
        ".github/workflows/*.yml",
        ".github/workflows/*.yaml",
        "action.yml",
        "action.yaml",
    ),
    spec="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax",
    parse=parse,
    mark=_mark,
)
