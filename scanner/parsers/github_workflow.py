"""Reads GitHub workflows and actions: what they use, the runtimes that they set up, images and runners.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax and …/metadata-syntax.
A version that a matrix lists, or `env` names, stands where it is written there.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import oci
from scanner.ecosystems.pipelines import Node, as_number, image, read, resolved, system
from scanner.ecosystems.runtimes import Wanted, built_by, wanted
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.ecosystems.pipelines import Meaning
    from scanner.model import Parsed
    from scanner.source import Source


class _At(NamedTuple):
    """What a reader of a part of the document has to know: the file, and what expressions mean there."""

    source: Source
    lines: list[str]
    matrix: Node
    envs: tuple[Node, ...] = ()

    def with_env(self, node: Node) -> _At:
        return self._replace(envs=(node.get("env"), *self.envs))

    def known(self, node: Node) -> Sequence[Meaning]:
        """Return what a text may be; an expression that only a run can know stays one."""
        if not node.text:
            return ()
        pattern = r"\$\{\{\s*((?:matrix|env)(?:\.[\w-]+|\[\s*'[^']*'\s*\])+)\s*\}\}"
        return resolved(node, pattern, {found: self._meant(found) for found in re.findall(pattern, node.text)})

    def _meant(self, expression: str) -> list[Node]:
        steps = [name or key for name, key in re.findall(r"\.([\w-]+)|\[\s*'([^']*)'\s*\]", expression)]
        if expression.startswith("matrix"):
            found = [value.get(*steps[1:]) for value in _items(self.matrix.get(steps[0]))]
            found += [value.get(*steps) for value in _items(self.matrix.get("include"))]
        else:
            found = [env.get(*steps) for env in self.envs if _has(env, steps[0])][:1]
        return [node for node in found if node.text and "${{" not in node.text]


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places; what cannot be read is a problem of its own."""
    return read(source, "The workflow", partial(_document, source))


def _document(source: Source, root: Node) -> Iterator[Parsed]:
    at = _At(source, ["", *re.split(r"\r\n|\r|\n", source.text)], Node(None, (), root.places))
    if _has(root, "jobs"):
        yield from _jobs(root.get("jobs"), at.with_env(root))
    elif _has(root, "runs"):
        yield from _action(root.get("runs"), at)
    else:
        yield Problem("This has neither the jobs of a workflow nor what an action runs.", source.location)


def _jobs(jobs: Node, at: _At) -> Iterator[Parsed]:
    if not isinstance(jobs.value, dict):
        yield Problem("The jobs are no table.", jobs.key_place)
    for name, job in jobs.members():
        if not isinstance(job.value, dict):
            yield Problem(f"The job {quoted(name)} is no table.", job.key_place)
            continue
        here = at._replace(matrix=job.get("strategy", "matrix")).with_env(job)
        yield from _used(job.get("uses"), here)
        yield from _runners(job.get("runs-on"), here)
        yield from image(job.get("container"), here.known)
        for _, container in job.get("services").members():
            yield from image(container, here.known)
        yield from _steps(job.get("steps"), here)


def _action(runs: Node, at: _At) -> Iterator[Parsed]:
    if not isinstance(runs.value, dict):
        yield Problem("What the action runs is no table.", runs.key_place)
        return
    using = runs.get("using")
    node = re.fullmatch(r"node([0-9]+)", using.text)
    if node:
        yield _runtime(Wanted("nodejs", node[1]), using.place())
    if runs.get("image").text.startswith(oci.SCHEME):
        yield from image(runs.get("image"), at.known)
    yield from _steps(runs.get("steps"), at)


def _steps(steps: Node, at: _At) -> Iterator[Parsed]:
    if steps.value is not None and not isinstance(steps.value, list):
        yield Problem("The steps are no list.", steps.key_place)
        return
    for number, step in enumerate(steps.each(), 1):
        if not isinstance(step.value, dict):
            yield Problem(f"Step {number} is no table.", step.key_place)
            continue
        yield from _used(step.get("uses"), at)
        yield from _set_up(step, at.with_env(step))


# What is used.


def _used(node: Node, at: _At) -> Iterator[Parsed]:
    text = node.text
    if node.value is None or text.startswith(("./", "../")) or "${{" in text:
        return
    if text.startswith(oci.SCHEME):
        yield from image(node, at.known)
        return
    match = _action_name(text)
    if match is None:
        yield Problem(f"{quoted(str(node.value))} names no action and its version.", node.key_place)
        return
    owner, name, part, ref = match.group("owner", "name", "part", "ref")
    location = node.place(0, match.start("ref") - 1)
    version = _version_beside(location, ref, at) or ref
    pinned = re.fullmatch(r"[0-9a-f]{40}|(?:[\w.-]*[-/])?v?[0-9]+(?:\.[0-9]+)*(?:[-+][\w.+-]*)?", version) is not None
    yield Dependency(
        purl=make("githubactions", name, version if pinned else None, owner) + _subpath(part or ""),
        location=location,
        requirement=None if pinned else ref,
        scope=Scope.BUILD,
        direct=True,
    )


def _action_name(text: str) -> re.Match[str] | None:
    return re.fullmatch(r"(?P<owner>[\w.-]+)/(?P<name>\.?\w[\w.-]*+)(?P<part>/[^\s@]*+)?@(?P<ref>[^\s@]+)", text)


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


def _set_up(step: Node, at: _At) -> Iterator[Parsed]:
    action, options = step.get("uses"), step.get("with")
    name, _, ref = action.text.partition("@")
    if name.lower() == "dtolnay/rust-toolchain" and options.get("toolchain").value is None:
        yield _runtime(wanted("rust", ref) or Wanted("rust", None, ref), action.place(len(name) + 1))
        return
    distributions = [text for text, _ in at.known(options.get("distribution"))]
    vendors = {built_by("oracle-graalvm" if text == "graalvm" else text) for text in distributions}
    vendor = vendors.pop() if len(vendors) == 1 else ""
    for option, runtime in _SETUPS.get(name.lower(), ()):
        for text, node in at.known(options.get(option)):
            yield from _versions(runtime, text, node, vendor, at)


def _versions(runtime: str, texts: str, node: Node, vendor: str, at: _At) -> Iterator[Parsed]:
    lines = texts.splitlines()[:_LARGEST]
    for text in filter(None, map(str.strip, lines)):
        location = node.place() if len(lines) == 1 else _line_place(text, node, at)
        number = text if node.places.quoted(node.path) or node.text != text else as_number(text, runtime)
        if number != text:
            yield Problem(f"Without quotes, {text} is the number {number}.", location)
        # `12.x` is one line of versions, told in the same way as `12`, but no version.
        line = Wanted(runtime, number, number) if re.fullmatch(r"[0-9.]+\.[xX]", number) else wanted(runtime, number)
        found = line or Wanted(runtime, None, number)
        yield _runtime(found._replace(vendor=found.vendor or vendor) if found.name == "java" else found, location)


def _runtime(found: Wanted, location: Location) -> Dependency:
    purl = make("generic", found.name, found.version, found.vendor)
    return Dependency(purl, location, found.requirement, Kind.RUNTIME, Scope.BUILD, direct=True)


def _line_place(text: str, node: Node, at: _At) -> Location:
    # One line of a block: found where it stands alone on a line behind the key, before anything else does.
    key = node.key_place
    if key.line is None:
        return at.source.location
    for number, line in enumerate(at.lines[key.line + 1 :][: len(node.text.splitlines())], key.line + 1):
        if line.strip() == text:
            start = line.index(text) + 1
            return Location(key.path, number, start, start + len(text))
    return at.source.location


def _runners(labels: Node, at: _At) -> Iterator[Parsed]:
    if isinstance(labels.value, dict):
        labels = labels.get("labels")
    for label in labels.each():
        for text, node in at.known(label):
            yield from system(node, text)


def _items(node: Node) -> list[Node]:
    return list(node.each())[:_LARGEST] if isinstance(node.value, list) else []


def _has(node: Node, key: str) -> bool:
    return isinstance(node.value, dict) and key in node.value


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^(?:\xef\xbb\xbf)?[\"']?on[\"']?:", head) is not None:
        return (
            re.search(rb"(?m)^(?:\xef\xbb\xbf)?(?:jobs|permissions|env|name|concurrency|defaults):", head) is not None
        )
    return re.search(rb"(?m)^runs:\s*(?:#.*)?\r?\n\s+(?:using|steps|image|main|pre|env):", head) is not None


# A matrix makes no more jobs than this; what is longer was built to cost time.
_LARGEST: Final = 256
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
