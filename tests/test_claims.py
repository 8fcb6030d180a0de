"""Laws of the names: which parser reads which file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import claims, plugin
from scanner.claims import Claim
from scanner.globs import fits
from scanner.plugin import Parser

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.source import Source


def named(name: str, mark: bytes) -> Parser:
    def parse(_: Source) -> tuple[()]:
        return ()

    return Parser(name, name, (), "https://spec.example", parse, lambda head: mark in head)


def claiming(monkeypatch: pytest.MonkeyPatch, *known: Claim) -> None:
    monkeypatch.setattr(claims, "_claims", lambda: known)
    monkeypatch.setattr(claims, "_index", lambda: claims._Index(known))


@pytest.fixture
def two_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """`one` is marked by 1 and `two` by 2; names ending in json are claimed by both."""
    known = {"one": named("one", b"1"), "two": named("two", b"2")}
    claiming(monkeypatch, Claim("one", ("a.one", "*.json")), Claim("two", ("*.two", "*.json")))
    monkeypatch.setattr(plugin, "names", lambda _: tuple(known))
    monkeypatch.setattr(plugin, "parser", known.__getitem__)


@pytest.mark.usefixtures("two_formats")
@pytest.mark.parametrize(
    ("path", "head", "chosen"),
    [
        ("x/a.one", b"2", "one"),
        ("b.two", b"", "two"),
        ("a.json", b"1", "one"),
        ("a.json", b"2", "two"),
        ("a.json", b"3", None),
        ("-", b"2", "two"),
        ("-", b"3", None),
    ],
)
def test_a_name_decides_and_else_the_first_bytes(path: str, head: bytes, chosen: str | None) -> None:
    found = claims.parser_of(path, head)
    assert (found and found.id) == chosen


@pytest.mark.parametrize(
    ("glob", "path", "claimed"),
    [
        ("a.txt", "a.txt", True),
        ("a.txt", "x/y/a.txt", True),
        ("a.txt", "ba.txt", False),
        ("a.txt", "a.txt/b", False),
        ("a*.txt", "ab.txt", True),
        ("a*a", "a", False),
        ("*", "x/anything", True),
        ("d/*.txt", "d/a.txt", True),
        ("d/*.txt", "x/d/a.txt", True),
        ("d/*.txt", "xd/a.txt", False),
        ("d/*.txt", "a.txt", False),
        ("a[b].txt", "ab.txt", False),
    ],
)
def test_a_glob_without_a_slash_is_for_names_and_one_with_a_slash_for_the_end_of_paths(
    monkeypatch: pytest.MonkeyPatch, glob: str, path: str, *, claimed: bool
) -> None:
    claiming(monkeypatch, Claim("p", (glob,)))
    assert claims.claimants(path) == ["p"] * claimed


@given(st.text(alphabet="ab*/", max_size=6), st.text(alphabet="ab/", max_size=6))
def test_a_star_stands_for_any_text(glob: str, text: str) -> None:
    pattern = ".*".join(map(re.escape, glob.split("*")))
    assert fits(text, glob) is (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize("name", ["a.one", "b.two", "c.tar.two", "d.json", "two", ".two", "e.three"])
def test_every_glob_is_found_by_what_its_names_end_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    globs = ("a.one", "*.two", "two", "c.*.two", "*e*", "*.three*")
    claiming(monkeypatch, *(Claim(glob, (glob,)) for glob in globs))
    assert claims.claimants(name) == [glob for glob in globs if fits(name, glob)]


def test_a_name_that_is_taken_out_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    claiming(monkeypatch, Claim("p", ("*.txt", "!no*.txt")))
    assert claims.claimants("yes.txt") == ["p"]
    assert claims.claimants("no.txt") == []


def test_what_names_do_not_tell_first_bytes_may(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    claiming(monkeypatch, Claim("k8s", ("?*.yaml",)), Claim("compose", ("compose.yaml",)))
    manifest, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    manifest.write_text("apiVersion: v1\nkind: Pod\n")
    other.write_text("a: b\n")
    assert claims.claimants("a.yaml") == []
    assert claims.recognised(str(manifest), "a.yaml")
    assert not claims.recognised(str(manifest), "a.txt")
    assert not claims.recognised(str(other), "b.yaml")
    # `compose.yaml` is Compose's, unless it is a manifest and nothing else.
    chosen = [claims.parser_of(name, manifest.read_bytes()) for name in ("a.yaml", "compose.yaml")]
    chosen += [claims.parser_of("compose.yaml", head) for head in (b"services:\n  a:\n    image: b\n", b"a: b\n", b"")]
    assert [parser.id for parser in chosen if parser] == ["k8s", "k8s", "compose", "compose", "compose"]


def test_a_file_yields_to_another_one_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    claiming(monkeypatch, Claim("sums", ("x.sum", "x.mod"), yields_to=("*.mod",)))
    assert claims.yields("a/x.sum", ["x.sum", "x.mod"])
    assert not claims.yields("a/x.sum", ["x.sum"])
    assert not claims.yields("a/x.mod", ["x.sum", "x.mod"])
    assert not claims.yields("a/other", ["x.mod"])


def test_a_file_that_two_parsers_claim_yields_when_both_do(monkeypatch: pytest.MonkeyPatch) -> None:
    claiming(monkeypatch, Claim("one", ("a",), yields_to=("b",)), Claim("two", ("a",)))
    assert not claims.yields("a", ["a", "b"])


def test_a_manifest_is_pinned_by_its_lockfiles(monkeypatch: pytest.MonkeyPatch) -> None:
    claiming(monkeypatch, Claim("m", ("m.toml",), pinned_by=("m.lock", "*.locked")), Claim("l", ("m.lock",)))
    assert claims.pinned_by("a/m.toml") == ("m.lock", "*.locked")
    assert claims.pinned_by("a/m.lock") == ()
    assert claims.pins("m.lock")
    assert claims.pins("x.locked")
    assert not claims.pins("m.toml")


def test_folders_with_a_dot_are_known_by_the_names_that_lie_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    claiming(monkeypatch, Claim("a", (".ci/jobs/*.yml", "x/.deep/b", ".env")))
    assert claims.dot_folders.__wrapped__() == {".ci", ".deep"}


def test_what_is_compiled_is_what_the_parsers_claim() -> None:
    _, *lines = claims.compiled().splitlines()
    read = [claims._read(line) for line in lines]
    assert [claim.parser for claim in read] == list(plugin.names("parsers"))
    for claim in read:
        parser = plugin.parser(claim.parser)
        assert claim[1:] == (parser.globs, parser.yields_to, parser.pinned_by)


def test_the_claims_are_compiled_once_and_again_when_a_parser_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiled = tmp_path / "_data" / "parsers.txt"
    monkeypatch.setattr(claims, "_COMPILED", str(compiled))
    read = claims._claims.__wrapped__
    first = read()
    assert compiled.read_text(encoding="utf-8") == claims.compiled()
    monkeypatch.setattr(claims, "compiled", lambda: pytest.fail("compiled again"))
    assert read() == first
    monkeypatch.setattr(claims, "compiled", lambda: "now\nnew\t*.new\t\tnew.lock\n")
    monkeypatch.setattr(claims, "_age", lambda: "now")
    assert read() == (Claim("new", ("*.new",), (), ("new.lock",)),)
    assert compiled.read_text(encoding="utf-8") == "now\nnew\t*.new\t\tnew.lock\n"


def test_a_place_that_cannot_be_written_to_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(claims, "_COMPILED", str(tmp_path / "file" / "parsers.txt"))
    assert [claim.parser for claim in claims._claims.__wrapped__()] == list(plugin.names("parsers"))


def test_a_manifest_is_pinned_by_the_file_of_its_own_stem_and_none_by_itself() -> None:
    assert claims.pinned_by("a/dev-requirements.in") == ("dev-requirements.txt",)
    assert claims.pinned_by("a/requirements.txt") == ()
    assert claims.pins("dev-requirements.txt")
