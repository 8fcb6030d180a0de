"""What an archive may hold that was built to do harm, or holds nothing that is known."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from scanner.model import Dependency, Problem
from scanner.parsers import jar
from scanner.source import Source

if TYPE_CHECKING:
    from pathlib import Path

POM = b"groupId=com.example.shop\nartifactId=till\nversion=1.2.3\n"
TILL = "pkg:maven/com.example.shop/till@1.2.3"
PLACE = "META-INF/maven/com.example.shop/till/pom.properties"


def archive(**members: bytes) -> bytes:
    """Pack members; `__` in a name stands for `/`."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def said(data: bytes) -> list[str]:
    told = []
    for value in jar.parse(Source("app.jar", data)):
        assert isinstance(value, Dependency | Problem)
        told.append((value.purl or f"? {value.label}") if isinstance(value, Dependency) else f"! {value.message}")
    return told


def test_what_says_nothing_of_itself_is_counted() -> None:
    assert said(archive(a=b"1")) == ["? ('app', None)"]
    assert said(archive(**{PLACE: POM, "lib__old.jar": archive(a=b"1")})) == [TILL, "? ('old', None)"]


def test_a_path_that_leads_outside_is_a_name_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(archive(**{PLACE: POM, "..__outside.jar": archive(**{PLACE: POM})})) == [
        "! '../outside.jar' leads out of the archive; nothing is written there.",
        TILL,
    ]
    assert list(tmp_path.parent.glob("outside*")) == []


def test_an_archive_is_read_in_an_archive_in_an_archive_and_no_deeper() -> None:
    data = archive(**{PLACE: POM})
    for _ in range(2):
        data = archive(**{"lib.jar": data})
    assert TILL in said(data)
    assert TILL not in said(archive(**{"lib.jar": data}))


def test_what_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(**{PLACE: POM, "lib.jar": bytes(2 << 20), "other__a.jar": archive(**{PLACE: POM})})
    monkeypatch.setattr(jar, "_LARGEST_INSIDE", 1 << 20)
    assert said(bomb) == [TILL, "! 'lib.jar' unpacks to 2,097,152 bytes and is not read."]
    monkeypatch.setattr(jar, "_MOST_BYTES", 10)
    assert [text[0] for text in said(bomb)] == ["!", "!", "!"]


def test_a_large_archive_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jar, "_LARGEST", 10)
    (problem,) = said(archive(**{PLACE: POM}))
    assert problem.endswith("and is not read.")


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_what_is_cut_off_is_a_problem(cut: int) -> None:
    (problem,) = said(archive(**{PLACE: POM})[:-cut])
    assert problem.startswith("! 'app.jar' cannot be unpacked: ")
