"""Laws of what a Python project asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.ecosystems.python_project import asked, extras
from scanner.model import Scope
from scanner.source import Source, read

if TYPE_CHECKING:
    from pathlib import Path


def beside(folder: Path, manifest: str) -> Source:
    (folder / "pyproject.toml").write_text(manifest, encoding="utf-8")
    (folder / "some.lock").write_text("", encoding="utf-8")
    return read(str(folder / "some.lock"), "some.lock", root=str(folder))


def test_every_table_is_heard(tmp_path: Path) -> None:
    lockfile = beside(
        tmp_path,
        """
        project.dependencies = ["Django>=4", "no requirement at all"]
        project.optional-dependencies = {mail = ["anymail[ses]"]}
        dependency-groups = {test = ["pytest", {include-group = "lint"}]}
        [tool.pdm.dev-dependencies]
        lint = ["ruff"]
        [tool.poetry.dependencies]
        Flask_Login = "^1"
        redis = {version = "*", optional = true}
        [tool.poetry.dev-dependencies]
        mypy = "*"
        [tool.poetry.group.docs.dependencies]
        django = "*"
        """,
    )
    assert asked(lockfile) == {
        "django": [Scope.RUNTIME, Scope.DEV],
        "anymail": [Scope.OPTIONAL],
        "pytest": [Scope.DEV],
        "ruff": [Scope.DEV],
        "flask-login": [Scope.RUNTIME],
        "redis": [Scope.OPTIONAL],
        "mypy": [Scope.DEV],
    }
    assert extras(lockfile) == {"mail"}


@pytest.mark.parametrize(
    "manifest",
    ["[tool.ruff]", "[project]\nname = 'a'\ndynamic = ['dependencies']", "[project", "[build-system]\nrequires = []"],
)
def test_nobody_tells_what_stands_elsewhere(tmp_path: Path, manifest: str) -> None:
    assert asked(beside(tmp_path, manifest)) is None


def test_nobody_tells_where_there_is_no_manifest() -> None:
    assert asked(Source("some.lock", b"")) is None
    assert extras(Source("some.lock", b"")) == frozenset()


@pytest.mark.parametrize("value", ["1", "'text'", "[1, [], {}]", "{a = 1, b = [2], c = {d = 3}}"])
def test_tables_of_a_wrong_shape_ask_for_nothing(tmp_path: Path, value: str) -> None:
    manifest = f"project = {{name = 'a', dependencies = {value}}}\ndependency-groups = {value}\ntool.pdm = {value}"
    assert asked(beside(tmp_path, manifest)) == {}
