"""The corridor: every room in turn, on files as users have them."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

import scanner
from scanner import plugin
from scanner.corridor import Extras, dependencies, scan
from scanner.model import EvidenceKind, Location, Policy, Reason, ScanError, Status
from scanner.reading import Reading, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scanner.model import Dependency, Report

TODAY = date(2026, 11, 22)
SYSTEMS = (("debian", "9"), ("debian", "10"))


def request(folder: Path, *inputs: str, stdin: Callable[[], bytes] = bytes) -> Request:
    return Request(inputs=inputs or (".",), cwd=str(folder), stdin=stdin)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def listed(folder: Path, *inputs: str) -> tuple[list[Dependency], Reading]:
    return dependencies(request(folder, *inputs))


def purls(found: list[Dependency]) -> list[str]:
    return [dependency.purl for dependency in found]


def report(folder: Path, *inputs: str, policy: Policy | None = None) -> Report:
    return scan(request(folder, *inputs), policy or Policy(), TODAY, extras=Extras(line_hashes=True))


def test_the_main_job(tmp_path: Path) -> None:
    write(tmp_path, requirements="nobodys==3.0\nDjango==3.2.25\n")
    said = report(tmp_path, "requirements.txt")
    (finding,) = said.findings
    assert finding.status is Status.EOL
    assert finding.matches[0].cycle.name == "3.2"
    assert finding.matches[0].dependency.location == Location("requirements.txt", 2, 1, 15)
    assert said.by_status == {Status.EOL: 1, Status.UNTRACKED: 1}
    assert said.failed


def test_the_same_inputs_and_day_give_the_same_report(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django==3.2.25\nnumpy==2.2.6\n", requirements_dev="Django==4.1\n")
    assert report(tmp_path) == report(tmp_path)


def test_an_older_day_gives_the_verdict_of_that_day(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django==3.2.25\n")
    said = scan(request(tmp_path), Policy(), date(2024, 4, 1))
    assert said.by_status == {Status.EXPIRING: 1}
    assert not said.failed


def test_equal_packages_of_one_file_are_one_finding_with_every_place(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django==3.2.25\nDjango==3.2.25 ; sys_platform == 'win32'\n")
    (finding,) = report(tmp_path).findings
    assert [match.dependency.location.line for match in finding.matches] == [1, 2]


def test_moving_a_line_keeps_the_id_of_a_finding(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django==3.2.25\n")
    before = report(tmp_path).findings[0].id
    write(tmp_path, requirements="flask==1.0\n\nDjango==3.2.24\n")
    assert report(tmp_path).findings[0].id == before


def test_an_id_is_the_same_from_any_directory_of_a_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, sub__requirements="Django==3.2.25\n")
    above, inside = report(tmp_path).findings[0], report(tmp_path / "sub").findings[0]
    assert above.id == inside.id
    assert above.matches[0].dependency.location.path == "sub/requirements.txt"
    assert inside.matches[0].dependency.location.path == "requirements.txt"


def test_a_range_is_over_only_when_every_cycle_it_allows_is(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django>=3.2,<5\n")
    said = report(tmp_path)
    assert [(finding.status, finding.matches[0].cycle.name) for finding in said.findings] == [(Status.EOL, "4.2")]
    assert said.findings[0].matches[0].dependency.purl == "pkg:pypi/django"
    write(tmp_path, requirements="Django>=3.2,<6\n")
    assert report(tmp_path).by_status == {Status.SECURITY_ONLY: 1}


def test_a_range_beyond_all_known_cycles_is_newer_than_the_data(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django>=99\n")
    said = report(tmp_path)
    assert said.findings == ()
    assert said.by_reason == {Reason.NEWER: 1}


def test_an_include_is_read_and_keeps_its_own_places(tmp_path: Path) -> None:
    write(tmp_path, requirements="-r base/all.txt\n", base__all="django==4.0\n")
    found, _ = listed(tmp_path, "requirements.txt")
    assert found[0].location.path == "base/all.txt"


def test_what_two_files_include_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, requirements="-r base.txt\n", requirements_dev="-r base.txt\n", base="django==4.0\n")
    found, reading = listed(tmp_path, "requirements.txt", "requirements_dev.txt")
    assert purls(found) == ["pkg:pypi/django@4.0"]
    assert reading.problems == []


def test_constraints_pin_what_is_named_elsewhere_and_add_nothing(tmp_path: Path) -> None:
    write(tmp_path, requirements="-c pins.txt\ndjango\nflask==1.0\n", pins="Django==3.2.25\nunused==1.0\n")
    found, _ = listed(tmp_path, "requirements.txt")
    assert sorted(purls(found)) == ["pkg:pypi/django@3.2.25", "pkg:pypi/flask@1.0"]
    assert {dependency.location.path for dependency in found} == {"requirements.txt"}


def test_constraints_at_the_end_of_the_file_pin_too(tmp_path: Path) -> None:
    write(tmp_path, requirements="django\n-c pins.txt\n", pins="django==3.2.25\n")
    found, _ = listed(tmp_path, "requirements.txt")
    assert purls(found) == ["pkg:pypi/django@3.2.25"]


def test_a_missing_include_is_a_problem_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, requirements="django==4.0\n-r gone.txt\n")
    found, reading = listed(tmp_path, "requirements.txt")
    assert purls(found) == ["pkg:pypi/django@4.0"]
    (problem,) = reading.problems
    assert problem.location.line == 2
    assert "gone.txt does not exist" in problem.message


def test_includes_that_go_round_end_with_a_problem(tmp_path: Path) -> None:
    write(tmp_path, a="-r b.txt\ndjango==4.0\n", b="-r a.txt\nflask==1.0\n")
    found, reading = listed(tmp_path, "a.txt")
    assert sorted(purls(found)) == ["pkg:pypi/django@4.0", "pkg:pypi/flask@1.0"]
    assert len(reading.problems) == 1


def test_a_file_that_only_includes_is_read_when_its_includes_are(tmp_path: Path) -> None:
    write(tmp_path, requirements="-r base.txt\n-r base.txt\n", base="django==4.0\n")
    found, reading = listed(tmp_path, "requirements.txt")
    assert purls(found) == ["pkg:pypi/django@4.0"]
    assert [problem.location.line for problem in reading.problems] == [2]
    assert not any(given.unread for given in reading.inputs)


def test_an_include_stays_inside_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, project__requirements="-r ../outside.txt\ndjango==4.0\n", outside="hunter2==1.0\n")
    found, reading = dependencies(request(tmp_path / "project", "requirements.txt"))
    assert purls(found) == ["pkg:pypi/django@4.0"]
    assert "lies outside" in reading.problems[0].message
    assert "hunter2" not in reading.problems[0].message


def test_standard_input_is_read_by_what_it_holds(tmp_path: Path) -> None:
    found, _ = dependencies(request(tmp_path, "-", stdin=lambda: b"django==3.2.25\nflask==1.0\n"))
    assert purls(found) == ["pkg:pypi/django@3.2.25", "pkg:pypi/flask@1.0"]
    assert found[0].location.path == "-"


def test_a_purl_is_an_input(tmp_path: Path) -> None:
    said = report(tmp_path, "pkg:pypi/django@3.2.25")
    assert said.by_status == {Status.EOL: 1}


def test_a_broken_purl_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="no package URL"):
        report(tmp_path, "pkg:pypi")


def test_a_missing_path_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match=r"gone\.txt does not exist\."):
        report(tmp_path, "gone.txt")


def test_a_directory_with_nothing_to_scan_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="nothing to scan"):
        report(tmp_path)
    assert scan(request(tmp_path), Policy(), TODAY, allow_empty=True).inputs == ()


def test_a_file_of_no_known_format_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ScanError, match="no format that eolscan reads"):
        report(tmp_path, "photo.jpg")


def test_an_empty_file_that_could_be_anything_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"\n")
    with pytest.raises(ScanError, match=r"empty\.txt is empty"):
        report(tmp_path, "empty.txt")


def test_a_parser_that_breaks_costs_its_own_file_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = plugin.parser("pylock")._replace(parse=lambda _: 1 // 0)  # type: ignore[arg-type, return-value]  # -- broken on purpose
    known = plugin.parser
    monkeypatch.setattr(plugin, "parser", lambda name: broken if name == "pylock" else known(name))
    (tmp_path / "pylock.toml").write_text("")
    write(tmp_path, requirements="django==4.0\n")
    found, reading = listed(tmp_path)
    assert purls(found) == ["pkg:pypi/django@4.0"]
    assert "The pylock parser broke on this file (ZeroDivisionError)" in reading.problems[0].message


def test_line_hashes_are_there_for_the_lines_of_findings(tmp_path: Path) -> None:
    write(tmp_path, requirements="flask==3.0\nDjango==3.2.25\n")
    assert list(report(tmp_path).line_hashes) == [("requirements.txt", 2)]


def test_the_library_front_scans_and_names_its_words(tmp_path: Path) -> None:
    write(tmp_path, requirements="Django==3.2.25\n")
    for _ in range(2):
        said = scanner.scan([os.fspath(tmp_path / "requirements.txt")], today=TODAY)
        assert said.findings[0].status is scanner.Status.EOL
    assert scanner.__version__
    with pytest.raises(AttributeError):
        scanner.nothing  # type: ignore[attr-defined]  # noqa: B018 -- this is the point


def test_every_public_name_is_there() -> None:
    assert all(getattr(scanner, name) is not None for name in scanner.__all__)


def test_an_image_is_its_product_and_its_operating_system(tmp_path: Path) -> None:
    said = report(tmp_path, "pkg:docker/library/python@3.8-slim-bullseye")
    over = {(finding.matches[0].product.id, finding.matches[0].cycle.name): finding for finding in said.findings}
    assert over[("python", "3.8")].status is Status.EOL
    assert {product for product, _ in over} <= {"python", "debian"}
    assert sum(said.by_status.values()) == 2


def test_what_an_image_does_not_tell_is_counted_once(tmp_path: Path) -> None:
    said = report(tmp_path, "pkg:docker/library/node@latest", "pkg:docker/nobody/knows@1", "pkg:docker/node@18-alpine")
    assert said.by_reason == {Reason.FLOATING: 1, Reason.UNTRACKED: 1}
    assert said.by_status[Status.EOL] == 1


def test_a_manifest_that_is_named_has_the_versions_of_the_lockfile_beside_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["django>=3", "flask>=1"]\n')
    (tmp_path / "pylock.toml").write_text('lock-version = "1.0"\n[[packages]]\nname = "django"\nversion = "3.2.25"\n')
    found, reading = listed(tmp_path, "pyproject.toml")
    assert purls(found) == ["pkg:pypi/django@3.2.25", "pkg:pypi/flask"]
    assert [given.path for given in reading.inputs] == ["pyproject.toml"]
    assert found[0].location.path == "pyproject.toml"


def test_in_a_tree_the_lockfile_speaks_for_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["django>=3", "flask>=1"]\n')
    (tmp_path / "pylock.toml").write_text('lock-version = "1.0"\n[[packages]]\nname = "django"\nversion = "3.2.25"\n')
    for inputs in ((), ("pyproject.toml", "pylock.toml")):
        found, _ = listed(tmp_path, *inputs)
        assert [(d.purl, d.location.path) for d in found] == [
            ("pkg:pypi/django@3.2.25", "pylock.toml"),
            ("pkg:pypi/flask", "pyproject.toml"),
        ]


def test_what_a_file_declares_to_run_on_is_found_as_a_runtime(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nrequires-python = "==3.7.*"\n')
    (finding,) = report(tmp_path, "pyproject.toml").findings
    assert finding.matches[0].evidence.kind is EvidenceKind.RUNTIME


def test_an_operating_system_without_a_package_url_is_known_by_its_name(tmp_path: Path) -> None:
    system = '{"type": "operating-system", "name": "debian", "version": "10"}'
    (tmp_path / "bom.json").write_text(f'{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{system}]}}')
    (finding,) = report(tmp_path, "bom.json").findings
    assert (finding.matches[0].product.id, finding.matches[0].cycle.name) == ("debian", "10")


def test_two_systems_without_package_urls_are_told_apart(tmp_path: Path) -> None:
    systems = [f'{{"type": "operating-system", "name": "{name}", "version": "{version}"}}' for name, version in SYSTEMS]
    (tmp_path / "bom.json").write_text(
        f'{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{", ".join(systems)}]}}'
    )
    findings = report(tmp_path, "bom.json").findings
    assert {finding.matches[0].cycle.name for finding in findings} == {version for _, version in SYSTEMS}


def test_a_mark_is_said_by_the_file_that_has_it(tmp_path: Path) -> None:
    entry = '"node_modules/gone-for-good": {"version": "1.0.0", "deprecated": "gone"}'
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "package-lock.json").write_text(f'{{"lockfileVersion": 3, "packages": {{{entry}}}}}')
    sources = [finding.matches[0].evidence.source for finding in report(tmp_path).findings]
    assert sources == ["a/package-lock.json", "b/package-lock.json"]


def test_what_a_link_leads_to_in_the_tree_is_the_file_that_a_reviewer_sees(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "requirements.txt").write_text("Django==3.2.25\n")
    (tmp_path / "requirements.txt").symlink_to("real/requirements.txt")
    given = report(tmp_path, "requirements.txt").inputs[0]
    assert (given.path, given.repo_path) == ("requirements.txt", "real/requirements.txt")
