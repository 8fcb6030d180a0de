"""MSBuild files: properties, conditions, imports and items, read and never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.decode import ShapeError
from scanner.ecosystems.msbuild import Project
from scanner.model import Location
from scanner.source import Source, read

if TYPE_CHECKING:
    from pathlib import Path


def project(body: str, path: str = "Shop.csproj") -> Project:
    return Project(Source(path, f"<Project>{body}</Project>".encode()))


def properties(*lines: str) -> Project:
    return project(f"<PropertyGroup>{''.join(lines)}</PropertyGroup>")


def test_a_property_is_known_by_any_case_and_stays_as_written_where_it_is_not_known() -> None:
    assert properties("<Major>8</Major>").values("$(MAJOR).0-$(Other)") == ("8.0-$(Other)",)


def test_a_later_value_takes_the_place_of_an_earlier_one() -> None:
    assert properties("<A>1</A>", "<A>$(A).2</A>").values("$(A)") == ("1.2",)


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("'$(A)' == ''", ("old",)),
        ("'$(New)' == ''", ("new",)),
        ("'$(A)' == 'OLD'", ("new",)),
        ("'$(A)' != 'old'", ("old",)),
        ("'$(A)' == 'old' and '$(New)' == ''", ("new",)),
        ("'$(A)' == 'else' and Exists('x')", ("old",)),
        ("'$(A)' == 'else' and '$(A)' == 'x' or '$(A)' == 'old'", ("old", "new")),
        ("'$(Configuration)' == 'Debug'", ("old", "new")),
        ("Exists('x')", ("old", "new")),
        ("!('$(A)' == 'old')", ("old", "new")),
        ("false", ("old",)),
        ("'true'", ("new",)),
        (" ", ("new",)),
    ],
)
def test_what_nobody_can_tell_is_one_value_of_several(condition: str, values: tuple[str, ...]) -> None:
    assert properties("<A>old</A>", f'<A Condition="{condition}">new</A>').values("$(A)") == values


def test_a_framework_that_the_project_does_not_have_meets_no_condition() -> None:
    group = (
        '<ItemGroup Condition="\'$(TargetFramework)\' == \'{}\'"><PackageVersion Include="A" Version="1"/></ItemGroup>'
    )
    body = "<PropertyGroup><TargetFrameworks>net6.0;net8.0</TargetFrameworks></PropertyGroup>"
    body += group.format("net6.0") + group.format("net48")
    assert [item.certain for item in project(body).items(own=True)] == [None, False]


def test_an_item_means_the_values_that_properties_have_in_the_end() -> None:
    item = '<ItemGroup><PackageReference Include="A" Version="$(V)" /></ItemGroup>'
    (found,) = project(f"{item}<PropertyGroup><V>2.0</V></PropertyGroup>").items(own=True)
    assert found.versions == ("2.0",)


def test_each_id_of_a_list_has_its_own_place() -> None:
    items = list(project('<ItemGroup><PackageReference Include=" A ; Bc" /></ItemGroup>').items(own=True))
    assert [(item.name, item.location[1:]) for item in items] == [("A", (1, 49, 50)), ("Bc", (1, 53, 55))]


def test_an_id_that_is_not_written_as_it_reads_has_the_file_as_its_place() -> None:
    body = '<PropertyGroup><P>A</P></PropertyGroup><ItemGroup><PackageReference Include="$(P).B;C&#46;D" /></ItemGroup>'
    items = project(body).items(own=True)
    assert [(item.name, item.location) for item in items] == [
        ("A.B", Location("Shop.csproj")),
        ("C.D", Location("Shop.csproj")),
    ]


def test_values_that_grow_without_end_stay_as_they_are_written() -> None:
    lines = (f"<P{n}>$(P{n - 1})$(P{n - 1})</P{n}>" for n in range(1, 60))
    assert len(properties("<P0>ha</P0>", *lines).values("$(P59)")[0]) < 1000


def test_choices_that_grow_without_end_are_cut() -> None:
    lines = [f"<A Condition=\"Exists('{n}')\">{n}</A>" for n in range(100)]
    assert len(properties(*lines).values("$(A)$(A)$(A)")) <= 8


def test_what_is_no_project_is_refused_with_its_place() -> None:
    with pytest.raises(ShapeError, match="no MSBuild file") as caught:
        Project(Source("a.csproj", b"\n<html />"))
    assert (caught.value.line, caught.value.column) == (2, 2)


def test_imports_are_found_from_the_file_that_names_them(tmp_path: Path) -> None:
    files = {
        "Directory.Build.props": '<Import Project="eng/A.props" /><Import Project="$(Unknown)/x.props" />',
        "eng/A.props": '<Import Project="B.props" /><Import Project="$(MSBuildThisFileDirectory)..\\C.props" />',
        "eng/B.props": "<PropertyGroup><B>b</B></PropertyGroup>",
        "C.props": '<PropertyGroup><C>c</C></PropertyGroup><Import Project="eng/A.props" />',
        "src/app/App.csproj": '<Import Project="*.props" /><Import Project="missing.props" />',
    }
    for name, body in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<Project>{body}</Project>", encoding="utf-8")
    source = read(str(tmp_path / "src/app/App.csproj"), "src/app/App.csproj", root=str(tmp_path))
    assert Project(source).values("$(B)$(C)") == ("bc",)


def test_a_broken_import_loses_only_itself(tmp_path: Path) -> None:
    (tmp_path / "Directory.Build.props").write_text("<Project>", encoding="utf-8")
    path = tmp_path / "App.csproj"
    path.write_text("<Project><PropertyGroup><A>1</A></PropertyGroup></Project>", encoding="utf-8")
    assert Project(read(str(path), "App.csproj", root=str(tmp_path))).value("A") == "1"
