"""Laws of the reader of requirements, which is held equal to `packaging`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from scanner.ecosystems import pep508

names = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", fullmatch=True)
spaces = st.sampled_from(["", " ", "  ", "\t"])
numbers = st.from_regex(
    r"([0-9]!)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?", fullmatch=True
)
clauses = st.one_of(
    st.builds("{}{}{}".format, st.sampled_from(["==", "!=", ">=", "<=", ">", "<", "==="]), spaces, numbers),
    st.builds(
        "{}{}{}.*".format, st.sampled_from(["==", "!="]), spaces, st.from_regex(r"[0-9](\.[0-9]){0,2}", fullmatch=True)
    ),
    st.builds("~={}{}".format, spaces, st.from_regex(r"[0-9](\.[0-9]){1,2}", fullmatch=True)),
)
specifiers = st.lists(st.builds("{}{}{}".format, spaces, clauses, spaces), max_size=3).map(",".join)
extras = st.lists(names, max_size=2).map(lambda extra: f"[{', '.join(extra)}]" if extra else "")
addresses = st.from_regex(r"(git\+)?https://[a-z]{1,5}\.example/[a-z0-9.@#=-]{1,9}", fullmatch=True)
markers = st.sampled_from(
    ["", " ; python_version < '3.9'", " ;sys_platform == \"win32\" and (extra == 'a' or os_name != 'nt')"]
)
requirements = st.one_of(
    st.builds("{}{}{}{}{}{}".format, spaces, names, spaces, extras, specifiers, markers),
    st.builds("{}{}{}({}){}".format, names, extras, spaces, specifiers, markers),
    st.builds("{}{} @ {}{}".format, names, extras, addresses, markers),
)


@given(requirements)
def test_it_reads_what_packaging_reads(text: str) -> None:
    try:
        theirs = Requirement(text)
    except InvalidRequirement:
        return
    ours = pep508.read(text)
    assert ours is not None
    assert ours.name == theirs.name
    assert set(ours.extras) == theirs.extras
    assert SpecifierSet(ours.specifier) == theirs.specifier
    assert ours.url == (theirs.url or "")
    assert bool(ours.marker) == (theirs.marker is not None)
    exact = {
        clause.version for clause in theirs.specifier if clause.operator in {"==", "==="} and "*" not in clause.version
    }
    assert ours.version == (exact.pop() if len(exact) == 1 else None)


@given(requirements, spaces)
def test_the_offsets_bound_the_name_and_what_is_asked_of_it(text: str, space: str) -> None:
    ours = pep508.read(text + space)
    if ours is None:
        return
    part = text[ours.start : ours.end]
    assert part == part.strip()
    assert part.startswith(ours.name)
    assert pep508.read(part) == ours._replace(start=0, end=len(part), marker="")


@given(st.text(max_size=30) | st.text(alphabet="ab1.-_[](),;@=<>!~ ", max_size=30))
def test_any_text_is_a_requirement_or_none(text: str) -> None:
    ours = pep508.read(text)
    if ours is not None:
        assert pep508.is_name(ours.name)
        assert ours.version is None or pep508.is_version(ours.version)


@pytest.mark.parametrize(
    ("text", "version", "asked"),
    [
        ("a", None, None),
        ("a==1.0", "1.0", None),
        ("a == 1.0", "1.0", None),
        ("a===2004d", "2004d", None),
        ("a==1!2.0+local", "1!2.0+local", None),
        ("a (==1.0)", "1.0", None),
        ("a==1.0,>=0.5", "1.0", "==1.0,>=0.5"),
        ("a==1.0,==2.0", None, "==1.0,==2.0"),
        ("a==1.*", None, "==1.*"),
        ("a==${VERSION}", None, "==${VERSION}"),
        ("a >= 1, < 2,", None, ">=1,<2"),
        ("a @ https://host.example/a-1.0.zip", None, None),
    ],
)
def test_only_one_exact_version_is_a_version(text: str, version: str | None, asked: str | None) -> None:
    ours = pep508.read(text)
    assert ours is not None
    assert (ours.version, ours.range) == (version, asked)


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "a==", "==1.0", "a[b", "a 1.0", "-e .", "./a", "a==1 ==2", "é", "a @", "a=1"]
)
def test_what_is_no_requirement_is_none(text: str) -> None:
    assert pep508.read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 50_000 + "!",
        "a" + " " * 50_000 + "!",
        "a[" * 50_000,
        "a>=1" + ",>=1" * 50_000 + "(",
        "a @ x" + " " * 50_000 + "!",
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    assert pep508.read(text) is None


@given(names)
def test_names_are_normalised_as_packaging_does(name: str) -> None:
    assert pep508.normalized(name) == canonicalize_name(name)
    assert pep508.is_name(name)
