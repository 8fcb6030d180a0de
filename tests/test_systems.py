"""Operating systems and their packages: what a shell would read, and purls as the official library writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems.systems import System, fields, package, stanzas, system_above
from scanner.source import read

if TYPE_CHECKING:
    from pathlib import Path

words = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1, max_size=12)
plain = st.text("abcxyz019.+-", min_size=1, max_size=12).filter(lambda name: name.strip(".") != "")


@given(
    st.sampled_from(["apk", "deb", "rpm"]), plain, words, st.none() | st.builds(System, plain, st.none() | words), words
)
def test_a_purl_is_as_the_library_writes_it(
    kind: str, name: str, version: str, system: System | None, qualifier: str
) -> None:
    purl = package(kind, name, version, system, arch=qualifier, upstream="")
    parts = PackageURL.from_string(purl)
    assert parts.to_string() == purl
    assert (parts.type, parts.name, parts.version) == (kind, name, version)
    assert parts.qualifiers["arch"] == qualifier


def test_the_vendor_of_a_system_is_the_namespace() -> None:
    assert package("rpm", "bash", "5", System("rhel", "9.3")) == "pkg:rpm/redhat/bash@5?distro=rhel-9.3"
    assert package("rpm", "bash", "5", System("opensuse-leap", "15.5")) == (
        "pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.5"
    )
    assert package("deb", "bash", None, System("debian")) == "pkg:deb/debian/bash?distro=debian"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ID=a", "a"),
        ("ID=", ""),
        ('ID=""', ""),
        ('ID="a b"', "a b"),
        ("ID='a \"b\"'", 'a "b"'),
        (r'ID="a \"b\" \$c \d"', r'a "b" $c \d'),
        ("  export ID=a  # comment", "a"),
        ("ID=a b", None),
        ('ID="a', None),
        ("ID = a", None),
        ("no assignment", None),
    ],
)
def test_a_value_is_what_a_shell_would_read(line: str, value: str | None) -> None:
    (field,) = fields(f"# comment\r\n\r\n{line}\r\n")
    assert field.value == value


@given(st.text(max_size=200))
def test_any_text_gives_fields_that_stand_in_it(text: str) -> None:
    for field in fields(text):
        assert 0 <= field.start <= field.end <= len(text)
    for stanza in stanzas(text, "P|V"):
        assert all(text.startswith(value.text, value.start) for value in stanza.values())


def test_the_first_place_with_an_id_says_which_system_it_is(tmp_path: Path) -> None:
    for folder in ("etc", "usr/lib", "var/lib/dpkg"):
        (tmp_path / folder).mkdir(parents=True)
    status = tmp_path / "var/lib/dpkg/status"
    status.write_text("")
    source = read(str(status), "var/lib/dpkg/status", root=str(tmp_path))
    assert system_above(source, "../../..") is None
    (tmp_path / "etc/redhat-release").write_text("Red Hat Enterprise Linux Server release 6.10 (Santiago)\n")
    assert system_above(source, "../../..") == System("rhel", "6.10")
    (tmp_path / "usr/lib/os-release").write_text("ID=below\nVERSION_ID=1\n")
    assert system_above(source, "../../..") == System("below", "1")
    (tmp_path / "etc/os-release").write_text("ID=above\nVERSION_ID=\n")
    assert system_above(source, "../../..") == System("above")
