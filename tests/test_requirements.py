"""Requirement lines: what is read without the library is what the library reads, and nothing is lost silently."""

from __future__ import annotations

import subprocess
import sys
import time
from urllib.parse import unquote

import pip_requirements_parser as library
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from scanner import claims
from scanner.ecosystems import pep508
from scanner.model import Dependency, Include, Parsed, Problem
from scanner.parsers import requirements
from scanner.source import Source

PATH = "requirements.txt"


def read(text: str | bytes) -> list[Parsed]:
    return list(requirements.parse(Source(PATH, text if isinstance(text, bytes) else text.encode())))


def purls(text: str) -> list[str]:
    return [value.purl for value in read(text) if isinstance(value, Dependency)]


def problems(text: str) -> list[str]:
    return [value.message for value in read(text) if isinstance(value, Problem)]


# The fast path and the library.

good_versions = st.sampled_from(
    ["1", "1.0", "3.2.25", "1!2.0", "2022.1", "1.0a1", "1.0rc2.post3.dev4", "01.0", "1.0.dev0"]
)
odd_versions = st.sampled_from(
    [
        "1.0.*",
        "1.*.0",
        "1.0a1.*",
        "1.0+local.1",
        "1.0+L-1",
        "v1",
        "1.0-1",
        "1.0dev",
        "1.x",
        "1.0.",
        "1..2",
        "1.0_1",
        "x",
    ]
)
operators = st.sampled_from(["==", "===", "~=", "!=", ">=", "<=", ">", "<", "== ", ">= "])
clauses = st.builds(str.__add__, operators, good_versions | odd_versions)
specifiers = st.lists(clauses, max_size=3).flatmap(
    lambda found: st.sampled_from([",", ", ", " ,"]).map(lambda comma: comma.join(found))
)
names = st.sampled_from(["a", "A1", "Foo_Bar", "zope.interface", "a..b", "a.-b", "7z"])
extras = st.sampled_from(["", "[b]", " [b, c] ", "[ b ]", "[]", "[b,]", "[b c]", "[,]"])
comparisons = st.sampled_from(
    [
        'python_version<"3"',
        "python_full_version  >= '3.8.1'",
        '"win" in sys_platform',
        'os_name not in "a b"',
        '(extra == "x")',
        'platform_machine~="x" ',
        "os_name",
        '"a" == "b"',
        'os_name=="a")',
        ")",
        "os_nameinsys_platform",
        "python_version<3",
        'implementation_name === "a\\b"',
    ]
)
markers = st.just("") | st.builds(
    lambda sign, joint, found: sign + joint.join(found),
    st.sampled_from([";", " ; ", "; "]),
    st.sampled_from([" and ", " or ", "and", "or "]),
    st.lists(comparisons, max_size=3),
)
lines = st.builds(lambda *parts: "".join(parts), names, extras, specifiers, markers)


def by_library(text: str) -> library.InstallRequirement | None:
    try:
        return library.build_install_req(text)
    except (library.PipError, ValueError):
        return None


@settings(max_examples=2000)
@given(lines)
def test_a_requirement_is_read_as_the_library_reads_it(text: str) -> None:
    text = text.strip()
    assume(" -" not in text)
    asked, values = by_library(text), read(text)
    event(f"accepted: {asked is not None}")
    if asked is None:
        assert any(isinstance(value, Problem) for value in values)
        return
    (value,) = values
    assert isinstance(value, Dependency)
    name, _, version = value.purl.removeprefix("pkg:pypi/").partition("@")
    assert pep508.normalized(name) == pep508.normalized(asked.name)
    pins = {clause.version for clause in asked.specifier or () if clause.operator in {"==", "==="}}
    exact = {pin for pin in pins if "*" not in pin}
    assert unquote(version) == (exact.pop() if len(exact) == 1 else "")


@settings(max_examples=2000)
@given(lines)
def test_the_library_is_not_asked_about_what_it_would_refuse_or_read_otherwise(text: str) -> None:
    text = text.strip()
    found = pep508.read(text)
    ordinary = found is not None and requirements._is_ordinary(text, found)
    event(f"ordinary: {ordinary}")
    if found is None or not ordinary:
        return
    asked = by_library(text)
    assert asked is not None
    assert asked.name == found.name
    assert asked.extras == set(found.extras)
    assert {str(clause) for clause in asked.specifier or ()} == set(
        found.specifier.split(",") if found.specifier else ()
    )


@settings(max_examples=600)
@given(st.text(alphabet="ab=#\\ \n\r\x0c\x85\u2028", max_size=40))
def test_lines_are_joined_and_cut_as_pip_does(text: str) -> None:
    # White space after a backslash is where the reader is kinder than pip.
    assume(not any(line.rstrip(" ") != line and line.rstrip(" ").endswith("\\") for line in text.splitlines()))
    expected = [line.line for line in library.preprocess(text) if isinstance(line, library.TextLine)]
    cut = [line for line in requirements._lines(Source(PATH, text.encode())) if isinstance(line, requirements._Line)]
    assert [line.text for line in cut if line.text] == expected


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["a==1 \\", " # b", "b==2", "", "\\", "c \\", "==3", "  d", "#e \\"]), max_size=8))
def test_the_place_of_a_line_is_where_it_was_written(parts: list[str]) -> None:
    text = "\r\n".join(parts)
    for line in requirements._lines(Source(PATH, text.encode())):
        assert isinstance(line, requirements._Line)
        if line.text:
            place = line.place(0, 1)
            assert place.line is not None
            assert place.column is not None
            assert text.split("\r\n")[place.line - 1][place.column - 1] == line.text[0]


ORDINARY = """\
-r base.txt
-c pins.txt
-e git+https://git.example/a.git#egg=a
--index-url https://registry.example/simple
Django==3.2.25 ; python_version < "4" and (os_name == "posix" or sys_platform != 'win32') \\
    --hash=sha256:0cf070be3fc0d8628b008da697aa5c0f89bd62c8dd9238283d5bcdbce70bbec6
    # via
    #   -r requirements.in
flask[async]>=2,<3  # kept
six
b @ https://registry.example/b-1.0-py3-none-any.whl
./local
"""


def test_a_file_of_ordinary_lines_loads_no_library() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "from scanner.parsers.requirements import parse\n"
        "from scanner.source import Source\n"
        "list(parse(Source('r', sys.stdin.buffer.read())))\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run([sys.executable, "-c", program], input=ORDINARY.encode(), capture_output=True, check=True)
    loaded = set(run.stdout.decode().split())
    assert "scanner" in loaded
    assert loaded.isdisjoint({"pip_requirements_parser", "packaging", "packageurl", "urllib", "shlex", "json"})


# Nothing takes long.

N = 9_990
HOSTILE = {
    "names": "a." * (N // 2),
    "brackets": "[" * N,
    "spaces": "a" + " " * N + "!",
    "equals": "=" * N,
    "clauses": "a" + "==1," * (N // 4) + "!",
    "parentheses": "a(" + "(" * N,
    "hashes": "#a" * (N // 2),
    "options": "a" + " -r" * (N // 3),
    "quotes": "-r '" + "a" * N,
    "marker": "a;" + "(" * N,
    "comparisons": "a;" + ' os_name=="x" and' * (N // 17),
    "at": "a@" * (N // 2),
    "semicolons": "a @ " + ";" * N,
    "address": "git+https://" + "a/" * (N // 2 - 10) + "#egg=a",
    "eggs": "git+https://x/#" + "egg=!&" * (N // 6),
    "extras": "a[" + "b," * (N // 2),
    "release": "a==" + "1." * (N // 2),
    "archive": "-".join("1" * (N // 2)) + ".zip",
    "backslashes": "\\" * N,
}


@pytest.mark.parametrize("shape", HOSTILE)
@pytest.mark.parametrize("line_end", ["\n", "\\\n", ""])
def test_no_line_takes_long(shape: str, line_end: str) -> None:
    text = (HOSTILE[shape] + line_end) * 5
    start = time.perf_counter()
    read(text)
    requirements.PARSER.mark(text.encode()[:4096])
    assert time.perf_counter() - start < 1


def test_a_line_too_long_is_one_problem_and_the_rest_is_read() -> None:
    long = "a" * 5_000_000
    values = read(f"a==1\n{long}\nb==2")
    assert [type(value) for value in values] == [Dependency, Problem, Dependency]


def test_a_long_comment_is_a_comment() -> None:
    assert purls("# " + "a " * 20_000 + "\na==1") == ["pkg:pypi/a@1"]


def test_hundreds_of_hashes_do_not_make_a_line_too_long() -> None:
    hashes = " \\\n    --hash=sha256:" + "0" * 64
    assert purls("a==1" + hashes * 300) == ["pkg:pypi/a@1"]


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_give_a_bounded_number_of_problems(data: bytes) -> None:
    assert sum(isinstance(value, Problem) for value in read(data * 20)) <= requirements._MOST_PROBLEMS + 1


# Single laws.


@pytest.mark.parametrize(
    "line",
    [
        "-r a.txt",
        "-ra.txt",
        "-r=a.txt",
        "--requirement a.txt",
        "--requirement=a.txt",
        '-r "a.txt"',
        "--requirem a.txt",
        "-r\ta.txt",
    ],
)
def test_every_spelling_of_an_include_is_read(line: str) -> None:
    (include,) = read(line)
    assert isinstance(include, Include)
    assert include.path == "a.txt"
    assert not include.constraint


@pytest.mark.parametrize("line", ["-c a.txt", "-ca.txt", "--constraint a.txt", "--constraint=a.txt"])
def test_a_constraint_is_an_include_that_adds_nothing(line: str) -> None:
    (include,) = read(line)
    assert isinstance(include, Include)
    assert include.constraint


def test_several_includes_of_a_line_are_all_read() -> None:
    assert [value.path for value in read("-r a.txt -r b.txt") if isinstance(value, Include)] == ["a.txt", "b.txt"]


@pytest.mark.parametrize("scheme", ["https://", "http://", "file://", "file:"])
def test_an_include_by_address_is_a_problem_without_its_credentials(scheme: str) -> None:
    (message,) = problems(f"-r {scheme}user:secret@registry.example/a.txt" if "//" in scheme else f"-r {scheme}a.txt")
    assert "secret" not in message


@pytest.mark.parametrize("option", sorted(requirements._OPTIONS - requirements._REMOVED - requirements._FILE_OPTIONS))
def test_an_option_that_pip_knows_says_nothing(option: str) -> None:
    assert read(f"{option} ." if option in requirements._VALUED else option) == []


@pytest.mark.parametrize("option", sorted(requirements._REMOVED | {"--unheard-of", "-x", "--"}))
def test_an_option_that_pip_does_not_know_is_a_problem(option: str) -> None:
    assert len(problems(f"{option} a\nb==1")) == 1
    assert purls(f"{option} a\nb==1") == ["pkg:pypi/b@1"]


@pytest.mark.parametrize(
    "path", [".", "..", ".[dev]", "./a", "../a", "a/b", "a\\b", "C:\\a", "/srv/a", "file:///srv/a", "~/a"]
)
def test_a_local_directory_is_the_projects_own(path: str) -> None:
    assert read(path) == []
    assert read(f"-e {path}") == []


def test_several_archives_of_one_line_are_never_taken_for_one() -> None:
    assert len(problems("a-1.0.zip b-1.0.zip")) == 1


def test_an_editable_that_is_written_with_escapes_is_placed_at_its_line() -> None:
    (found,) = read("  -e 'git+https://git.example/'a.git#egg=a")
    assert isinstance(found, Dependency)
    assert found.location == (PATH, 1, 3, 43)


def test_an_address_in_a_problem_has_no_credentials() -> None:
    text = "https://user:secret@git.example/a\n-r https://secret@git.example/a b\nc==1 https://u:secret@git.example/c\n"
    assert len(problems(text)) == 4
    assert "secret" not in "".join(problems(text))


def test_a_directory_by_its_bare_name_is_one_only_where_it_is_editable() -> None:
    assert read("-e shop") == []
    assert purls("shop") == ["pkg:pypi/shop"]


def test_the_notes_of_a_file_make_the_chain_from_what_is_asked_for() -> None:
    notes = (
        "amqp==5\n    # via kombu",
        "celery==5.2\n    # via -r x.in",
        "kombu==5.7\n    # via\n    #   celery\n    #   other",
    )
    assert [found.via for found in read("\n".join(notes)) if isinstance(found, Dependency)] == [
        ("celery@5.2", "kombu@5.7"),
        (),
        ("celery@5.2",),
    ]


@pytest.mark.parametrize(
    ("note", "direct", "via"),
    [
        ("    # via -r requirements.in", True, ()),
        ("    # via\n    #   -r requirements.in\n    #   flask", True, ()),
        ("    # via shop (pyproject.toml)", True, ()),
        ("    # via\n    #   shop (setup.py)", True, ()),
        ("    # via flask", False, ("flask",)),
        ("    # via\n    #   flask\n    #   celery[redis]", False, ("flask",)),
        ("    # via\n    #   celery[redis]", False, ("celery",)),
        ("    # via flask, jinja2", False, ("flask",)),
        ("    # via\n    #   -c pins.txt\n    #   flask", False, ("flask",)),
        ("    # via -c pins.txt", None, ()),
        ("    # via\n\n    #   flask", None, ()),
        ("    # viable", None, ()),
        ("    # unlike flask", None, ()),
    ],
)
def test_the_note_below_a_pin_tells_what_brought_it_in(note: str, direct: bool | None, via: tuple[str, ...]) -> None:  # noqa: FBT001 -- a row of the table
    (found, _) = read(f"markupsafe==2.0\n{note}\nlast==1")
    assert isinstance(found, Dependency)
    assert (found.direct, found.via) == (direct, via)


def test_a_note_belongs_to_the_pin_above_it() -> None:
    first, second = read("a==1\nb==2  # via a")
    assert isinstance(first, Dependency)
    assert isinstance(second, Dependency)
    assert (first.direct, second.direct) == (None, False)


# Names and first bytes.


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "dev-requirements.txt",
        "test_requirements.txt",
        "requirements.in",
        "requirements/base.txt",
        "a/requirements/dev.in",
        "reqs.txt",
    ],
)
def test_a_requirements_file_is_known_by_its_name(path: str) -> None:
    assert "requirements" in claims.claimants(path)


@pytest.mark.parametrize(
    "path", ["constraints.txt", "upper-constraints.txt", "notes.txt", "requirements.yml", "requirements.py"]
)
def test_what_only_pins_or_is_no_text_is_not_claimed(path: str) -> None:
    assert "requirements" not in claims.claimants(path)


@pytest.mark.parametrize(
    "text",
    [
        "django==3.2",
        "# why\ndjango>=3\nflask\n",
        "-r base.txt\n",
        "git+https://git.example/a.git\n",
        "a @ https://registry.example/a.whl\n",
        "tomli",
        "a==1 \\\n    --hash=sha256:00\n",
        ORDINARY,
    ],
)
def test_requirement_lines_are_known_without_a_name(text: str) -> None:
    assert requirements.PARSER.mark(text.encode())
    assert requirements.PARSER.mark(text.encode("utf-16"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        '{"a": "1.0"}',
        "[project]\nname = 'a'\n",
        "<project>\n<a>1</a>\n</project>\n",
        "a: 1\nb:\n  - c\n",
        "- a\n- b\n",
        "FROM python:3.8\nRUN pip install a\n",
        "This is prose.\nIt has lines.\n",
        "https://registry.example/a-1.0.tar.gz\n",
        "3.12.1\n",
        "v18.2\n",
        "python-3.5.0\n",
        "NAME=value\n",
        "constraints: any.a ==1.0,\n             any.b ==2.0,\n             any.c ==2.0\n",
        "\0\0\0\0",
        "import os\nprint(os)\n",
    ],
)
def test_other_formats_are_not_taken_for_requirements(text: str) -> None:
    assert not requirements.PARSER.mark(text.encode())


def test_lines_that_are_cut_in_the_first_bytes_do_not_mislead() -> None:
    text = "".join(f"package-{number}==1.0\n" for number in range(1000))
    assert all(requirements.PARSER.mark(text.encode()[:size]) for size in range(4096, 4130))
