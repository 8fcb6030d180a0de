"""`scanner.requires`, and what the parsers of Python's manifests do with the files that these name."""

from __future__ import annotations

from scanner import plugin
from scanner.ecosystems import requires
from scanner.model import Dependency, Include, Location, Problem, Scope
from scanner.source import Source


def place(start: int, end: int) -> Location:
    return Location("x", 1, start + 1, end + 1)


def test_a_requirement_has_the_place_of_its_words() -> None:
    found = requires.requirement("  flask[async] ==2.0.3 ; python_version > '3'", place, Scope.DEV)
    assert isinstance(found, Dependency)
    assert (found.purl, found.requirement, found.scope) == ("pkg:pypi/flask@2.0.3", None, Scope.DEV)
    assert found.location == place(2, 22)


def test_what_is_no_requirement_is_a_problem_with_its_place() -> None:
    assert requires.requirement(" two words ", place, Scope.DEV) == Problem(
        "'two words' is no requirement.", place(1, 10)
    )


def test_a_list_has_one_requirement_on_each_line_and_no_comments() -> None:
    text = "a\r\n  # b\n\n  c>=1  # d\nhttps://registry.example/#egg=e"
    assert list(requires.listed(text)) == [(0, "a"), (10, "  c>=1"), (22, "https://registry.example/#egg=e")]


def test_a_file_that_setup_cfg_names_is_a_list_of_requirements() -> None:
    source = Source("requirements.txt", b"# base\nflask==2.0.3\n-r other.txt\nclick>=8\n")
    assert [value[0] for value in plugin.parser("setup_cfg").parse(source)] == [
        "pkg:pypi/flask@2.0.3",
        "pkg:pypi/click",
    ]


def test_a_file_that_an_environment_names_is_read_as_pip_reads_it() -> None:
    text = b"flask==2.0.3 \\\n    --hash=sha256:ab\n-r more/other.txt\n--no-binary x\n./local\n"
    parsed = plugin.parser("conda_env").parse(Source("requirements.txt", text))
    values = [value for value in parsed if isinstance(value, Dependency | Include)]
    assert [type(value) for value in values] == [Dependency, Include]
    assert [value[0] for value in values] == ["pkg:pypi/flask@2.0.3", "more/other.txt"]
    assert [value.location.line for value in values] == [1, 3]


def test_names_that_mean_each_other_end() -> None:
    script = b"""from setuptools import setup
a = b + a + a + ["one==1.0"]
b = a + a
t = {**u, "x": t["x"] + u["x"]}
u = {**t, "x": ["two==1.0"]}
setup(install_requires=a, extras_require=t, **u)
"""
    values = plugin.parser("setup_py").parse(Source("setup.py", script))
    assert [value[0] for value in values] == ["pkg:pypi/one@1.0", "pkg:pypi/two@1.0"]
