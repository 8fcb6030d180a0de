"""The line reader of lockfiles: where it reads at all, it reads what the YAML reader does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import yaml as library
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.decode import ShapeError
from scanner.source import Source
from scanner.syntax import lockyaml, yaml
from scanner.syntax.lockyaml import Irregular, regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location
    from scanner.syntax.lockyaml import Places

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures", "pnpm_lock")

LOCKFILE = """\
lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      '@acme/core':
        specifier: ^1.0.0
        version: 1.2.0(peer@2.0.0)
      it''s:
        specifier: https://registry.example/its.tgz#sha
        version: link:../its

packages:

  '@acme/core@1.2.0':
    resolution: {integrity: sha512-AAAA+/==}
    engines: {node: '>=18', npm: ^9 || >=10}
    cpu: [x64, 'arm64']
    deprecated: |-
      Old: do not use.

      Ask   the maintainers # now.

  'it''s@1.0.0':
    deprecated: true
    hasBin: ~
    transitivePeerDependencies:
      - peer
      - '@acme/peer'

snapshots:

  '@acme/core@1.2.0(peer@2.0.0)': {}
"""


def source(text: str) -> Source:
    return Source("pnpm-lock.yaml", text.encode("utf-8", "surrogatepass"))


def test_what_a_tool_writes_is_read_by_lines() -> None:
    ((value, places),) = regular(source(LOCKFILE))
    assert isinstance(value, dict)
    assert list(value) == ["lockfileVersion", "settings", "importers", "packages", "snapshots"]
    assert value["packages"]["@acme/core@1.2.0"] == {
        "resolution": {"integrity": "sha512-AAAA+/=="},
        "engines": {"node": ">=18", "npm": "^9 || >=10"},
        "cpu": ["x64", "arm64"],
        "deprecated": "Old: do not use.\n\nAsk   the maintainers # now.",
    }
    assert places.key(("packages", "@acme/core@1.2.0")) == ("pnpm-lock.yaml", 19, 4, 20)


def test_both_readers_agree_on_a_lockfile() -> None:
    assert_agree(source(LOCKFILE))


def test_several_documents_are_read_by_lines() -> None:
    opened = source("---\na: 1\n---\n\nb: 2\n")
    assert [value for value, _ in regular(opened)] == [{"a": "1"}, {"b": "2"}]
    assert_agree(opened)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "a: 1\n---\n",
        "a\n",
        "- a\n",
        "a:  1\n",
        "a: 1 # comment\n",
        "a: 1 \n",
        "a: b: c\n",
        "a: b:\n",
        "a: 1\n  b: 2\n",
        "a: 1\n  more\n",
        "a:\n   b: 2\n",
        "a:\n    b: 2\n",
        "  a: 1\n",
        "a:\n- b\n",
        "a:\n  - b\n  c: d\n",
        "a:\n  - b: c\n",
        "a:\n  b: c\n  - d\n",
        "a: &x 1\nb: *x\n",
        "a: !!int 1\n",
        "<<: 1\n",
        'a: "1"\n',
        "a: '1' '2'\n",
        "a: {b}\n",
        "a: {b: 1\n",
        "a: {b: {c: d}}\n",
        "a: {b: c?d}\n",
        "a: [1, 2\n",
        "a: [1,2]\n",
        "a: |\n  b\n",
        "a: >-\n  b\n",
        "a: |-\n",
        "a: |-\n\n  b\n",
        "a: |-\n   b\n",
        "a: |-\n  b\n   \n  c\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: \ufeffb\n",
        "a: b\u2028\n",
        "a: \x07\n",
        "%YAML 1.1\n---\na: b\n",
        "? a\n: b\n",
        "-a: b\n",
        "a: -b\n",
        f"'{'a' * 2000}': b\n",
        f"{'a' * 2000}: b\n",
        "<<<<<<< ours\na: 1\n",
    ],
)
def test_a_doubt_is_left_to_the_yaml_reader(text: str) -> None:
    with pytest.raises(Irregular):
        regular(source(text))


_words = st.sampled_from(
    [
        "a",
        "name",
        "1.0.0",
        "@s/n",
        "it's",
        "x y",
        "true",
        "null",
        "~",
        "",
        "^1 >=2",
        "a: b",
        "c #d",
        "l1\nl2",
        " p",
        "é",
        "link:../x",
        "a,b",
        "{x}",
        "[y]",
        "-",
        "- z",
        "\\",
        '"',
        "#",
        "on",
        "1_0",
        "<<",
        "=",
        "https://registry.example/x?y=z#w",
    ]
)
_texts = _words | st.text(max_size=8)
_values = st.recursive(
    _texts | st.booleans() | st.none(),
    lambda inner: st.dictionaries(_texts, inner, max_size=4) | st.lists(_texts, max_size=3),
    max_leaves=20,
)
_documents = st.lists(st.dictionaries(_texts, _values, min_size=1, max_size=4), min_size=1, max_size=2)


@settings(max_examples=300)
@given(_documents)
def test_both_readers_agree_on_what_a_tool_writes(documents: list[dict[str, object]]) -> None:
    assert_agree(source("---\n".join("".join(_written(document)) for document in documents)))


@given(_documents, st.sampled_from(["block", "flow"]), st.sampled_from(["", "escapes"]))
def test_both_readers_agree_on_what_the_library_writes(
    documents: list[dict[str, object]], style: str, escapes: str
) -> None:
    text = library.safe_dump_all(documents, default_flow_style=style == "flow", allow_unicode=not escapes, width=10_000)
    assert_agree(source(text))


_pieces = st.sampled_from(
    [
        "a",
        "b",
        "'",
        '"',
        ":",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "  ",
        "- ",
        "-",
        "#",
        " #",
        "{",
        "}",
        "[",
        "]",
        ",",
        ", ",
        "---\n",
        "...",
        "&",
        "*",
        "!",
        "%",
        "@",
        "`",
        "?",
        "? ",
        "~",
        "null",
        "<<",
        "\t",
        "\r",
        "0",
        ".",
        "/",
        "''",
        "|-",
        "|-\n  ",
    ]
)


@settings(max_examples=1000)
@given(st.lists(_pieces, max_size=25).map("".join))
def test_both_readers_agree_on_any_text(text: str) -> None:
    assert_agree(source(text))


@settings(max_examples=300)
@given(st.integers(0, len(LOCKFILE)), st.integers(0, 30), st.lists(_pieces, max_size=3).map("".join))
def test_both_readers_agree_on_a_damaged_lockfile(start: int, size: int, instead: str) -> None:
    assert_agree(source(LOCKFILE[:start] + instead + LOCKFILE[start + size :]))


@pytest.mark.parametrize("case", sorted(os.listdir(FIXTURES)) if os.path.isdir(FIXTURES) else [])
def test_both_readers_agree_on_the_fixtures(case: str) -> None:
    with open(os.path.join(FIXTURES, case, "pnpm-lock.yaml"), "rb") as file:
        assert_agree(Source("pnpm-lock.yaml", file.read()))


def test_what_is_irregular_is_read_all_the_same() -> None:
    ((value, places),) = lockyaml.documents(source('a: {b: "c"}  # comment\n'))
    assert value == {"a": {"b": "c"}}
    assert places.key(("a",)).line == 1


def test_an_error_has_its_place() -> None:
    with pytest.raises(ShapeError) as caught:
        list(lockyaml.documents(source("a: 1\nb: [\n")))
    assert caught.value.line is not None


# Helpers of the laws above.


def assert_agree(opened: Source) -> None:
    """Compare the readers: the one of lines gives way, or finds what the other one does at the same places."""
    try:
        found = regular(opened)
    except Irregular:
        return
    wanted = list(yaml.documents(opened))
    assert [value for value, _ in found] == [value for value, _ in wanted]
    for (value, places), (_, others) in zip(found, wanted, strict=True):
        for here, there in zip(_located(value, places, ()), _located(value, others, ()), strict=True):
            # Inside of brackets only the YAML reader has places.
            assert here in (there, opened.location)


def _located(value: object, places: Places, path: tuple[str, ...]) -> Iterator[Location]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        here = (*path, key)
        yield places.key(here)
        if isinstance(inner, str):
            yield places.text(here, inner)
        yield from _located(inner, places, here)


def _written(value: dict[str, object], indent: str = "") -> Iterator[str]:
    # As lockfiles are written.
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield f"{indent}{_scalar(key)}:\n"
            yield from _written(inner, f"{indent}  ")
        elif isinstance(inner, list) and inner:
            yield f"{indent}{_scalar(key)}:\n"
            yield from (f"{indent}  - {_scalar(item)}\n" for item in inner)
        elif isinstance(inner, str) and "\n" in inner and not set(inner) & set("\r\x85\u2028\u2029"):
            lines = (f"{indent}  {line}\n" if line else "\n" for line in inner.split("\n"))
            yield f"{indent}{_scalar(key)}: |-\n{''.join(lines)}"
        elif isinstance(inner, str):
            yield f"{indent}{_scalar(key)}: {_scalar(inner)}\n"
        else:
            yield f"{indent}{_scalar(key)}: {library.safe_dump(inner, default_flow_style=True).splitlines()[0]}\n"


def _scalar(text: object) -> str:
    return library.safe_dump(str(text), allow_unicode=True, width=10_000).splitlines()[0]
