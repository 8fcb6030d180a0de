"""Laws of the fast reading of lockfiles: it tells what the plain reading of TOML tells, or what that leaves out."""

from __future__ import annotations

import os
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanner import decode
from scanner.source import Source
from scanner.syntax.toml import Lock, Places

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures")
LOCKFILES = sorted(
    os.path.join(root, file)
    for root, _, files in os.walk(FIXTURES)
    for file in files
    if file.endswith(".lock") or file.startswith("pylock")
    if os.path.basename(os.path.dirname(root)) in {"cargo_lock", "pdm_lock", "poetry_lock", "pylock", "uv_lock"}
)
ARRAYS = ("package", "packages", "distribution")

HASH = "sha256:" + "0" * 64
WHEN = "2024-02-28T19:55:44.051Z"
FILES = [
    f'{{file = "a-1.whl", hash = "{HASH}"}}',
    f'{{ url = "https://registry.example/a", hash = "{HASH}", size = 12, upload-time = "{WHEN}" }}',
    f'{{ url = "https://registry.example/a", upload-time = {WHEN}, size = 12, hashes = {{ sha256 = "{HASH}" }} }}',
    f'{{name = "a", url = "https://registry.example/a", hashes = {{sha256 = "{HASH}"}}}}',
]
# Nearly the same, and each for a reason not to be left out unread.
ODD = [
    f'{{file = "a-1.whl", file = "a-1.whl", hash = "{HASH}"}}',
    f'{{file = "a\\"1.whl", hash = "{HASH}"}}',
    f'{{file = "a\\q1.whl", hash = "{HASH}"}}',
    f'{{file = "a-1.whl", hash = "{HASH}",}}',
    f'{{file = "a-1.whl" hash = "{HASH}"}}',
    f'{{ url = "a", upload-time = 2023-02-29T00:00:00Z, hashes = {{ sha256 = "{HASH}" }} }}',
    f'{{ url = "a", hash = "{HASH}", size = 012 }}',
    f'{{file = "a\x7f", hash = "{HASH}"}}',
    '{file = "a-1.whl"}',
    '{ name = "a" }',
    '{ name = "a", marker = "b" }',
    '"a"',
    f'{{file = """a""", hash = "{HASH}"}}',
]
LINES = [
    "[[package]]",
    "[[package]]",
    "[[package]]",
    "[[package]] # comment",
    "[[ package ]]",
    '[["package"]]',
    " [[package]]",
    '"[[package]]"',
    "[package.extras]",
    "[metadata.files]",
    "[files]",
    "[[packages]]",
    'name = "a"',
    'name = "a"',
    'name = "b"',
    "name = 'c'",
    'name = "d" # comment',
    'name = "\\u0041"',
    '"name" = "e"',
    'name = ""',
    'version = "1"',
    'category = "main"',
    'description = "says \\"x\\""',
    "optional = false",
    "# name = 1",
    'text = """',
    '"""',
    "text = '''",
    "'''",
    "x = {",
    "}",
    "list = [",
    "]",
    "files = 1",
    "files.x = 1",
    "[package.files]",
    "\ufeff",
    "",
]

tables = st.sampled_from(FILES) | st.sampled_from(FILES) | st.sampled_from(FILES) | st.sampled_from(ODD)
keys = st.sampled_from(["files", "files", "wheels", "sdist", '"a 1.0"', "dependencies", "name", "archive"])
ends = st.sampled_from([",", ",", ",", ",", "", ", # comment"])
lists = st.builds(
    lambda key, items, tail: [f"{key} = [", *(f"    {table}{end}" for table, end in items), f"]{tail}"],
    keys,
    st.lists(st.tuples(tables, ends), max_size=3),
    st.sampled_from(["", "", "", " ", " # comment", " x"]),
)
singles = st.builds(
    lambda key, table, brackets: [f"{key} = {brackets[0]}{table}{brackets[1]}"],
    keys,
    tables,
    st.sampled_from([("", ""), ("[", "]"), ("[", ""), ("", "]")]),
)
well_formed = st.builds(
    lambda name, blocks: ["", "[[package]]", f'name = "{name}"', 'version = "1"', *chain(*blocks)],
    st.sampled_from("abcdef"),
    st.lists(lists | singles, max_size=3),
)
blocks = well_formed | well_formed | lists | singles | st.sampled_from(LINES).map(lambda line: [line])
documents = st.builds(
    lambda blocks, newline: newline.join(chain(*blocks)),
    st.lists(blocks, max_size=8),
    st.sampled_from(["\n", "\n", "\r\n", "\r"]),
)


@settings(max_examples=400)
@given(documents)
@example(f'text = """\nfiles = [\n    {FILES[0]},\n]\n"""\n')
@example(f"text = '''\nfiles = [\n    {FILES[0]},\n]\n'''\n")
@example('[[ package ]]\nname = "a"\ntext = """\n[[package]]\nname = "a"\n"""\n')
@example("[[ package ]]\nname = \"a\"\ntext = '''\n[[package]]\nname = \"a\"\n'''\n")
@example('[[ package ]]\nname = "a"\n[other] # [[package]]\nname = "a"\n')
@example('[[package]]\n[[package]]\nname = "a"\n')
def test_a_lockfile_says_what_its_toml_says(text: str) -> None:
    assert_equal(text)


@pytest.mark.parametrize("path", LOCKFILES, ids=lambda path: os.path.relpath(path, FIXTURES))
def test_every_lockfile_of_the_fixtures_says_what_its_toml_says(path: str) -> None:
    with open(path, "rb") as file:
        assert_equal(Source("f", file.read()).text)


def test_what_tools_write_is_read_the_fast_way() -> None:
    text = "\n".join(
        ["[[package]]", 'category = "main"', 'name = "a"', "files = [", *(f"    {f}," for f in FILES), "]"]
    )
    lock = Lock(Source("f", text.encode()), "package")
    assert lock.document == {"package": [{"category": "main", "name": "a", "files": False}]}
    assert lock.name(0, "a").line == 3
    assert lock._places is None


@pytest.mark.parametrize("odd", ODD)
def test_what_may_mean_something_is_never_left_out(odd: str) -> None:
    text = f"dependencies = [\n    {FILES[0]},\n    {odd},\n]\n"
    theirs, ours = outcome(text), locked(text, "package", empty="dependencies")
    assert (ours.document if isinstance(ours, Lock) else ours) == theirs


def test_a_hostile_lockfile_costs_no_more_than_its_size() -> None:
    for text in ("[[package]]\n" * 50_000, "files = [\n" * 50_000, "[[package]]\n" + 'a = ""\n' * 50_000, "{" * 50_000):
        with pytest.raises(decode.ShapeError):
            Lock(Source("f", (text + "\n=").encode()), "package")


def assert_equal(text: str) -> None:
    theirs = outcome(text)
    if not isinstance(theirs, dict):
        assert locked(text, "package") == theirs
        return
    source, names = Source("f", text.encode()), [name for name in ARRAYS if name in theirs]
    lock = locked(text, *(names or ARRAYS), empty=next(iter(theirs), ""))
    if not isinstance(lock, Lock):
        assert not theirs or (names and not isinstance(theirs[names[0]], list))
        return
    assert_same(lock.document, theirs)
    places = Places(source)
    for index, package in [*enumerate(lock.packages), *enumerate(lock.packages)]:
        if isinstance(package, dict) and isinstance(name := package.get("name"), str):
            assert lock.name(index, name) == places.text((names[0], index, "name"), name)
        assert lock.header(index) == places.key((names[0], index))


def outcome(text: str) -> decode.Table | tuple[str, int | None, int | None]:
    try:
        return decode.from_toml(text)
    except decode.ShapeError as error:
        return str(error), error.line, error.column


def locked(text: str, *names: str, empty: str = "") -> Lock | tuple[str, int | None, int | None]:
    try:
        return Lock(Source("f", text.encode()), *names, empty=empty)
    except decode.ShapeError as error:
        return str(error), error.line, error.column


def assert_same(ours: object, theirs: object) -> None:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        for key, value in ours.items():
            assert_same(value, theirs[key])
    elif isinstance(ours, list) and isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for our, their in zip(ours, theirs, strict=True):
            assert_same(our, their)
    elif ours is False and isinstance(theirs, (dict, list)):
        for left_out in theirs if isinstance(theirs, list) else [theirs]:
            assert isinstance(left_out, dict)
            assert "hash" in left_out or "hashes" in left_out
    else:
        assert ours == theirs
