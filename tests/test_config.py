"""Options and settings: flag before environment before settings file, and every typo an error."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import config, options
from scanner.model import ScanError, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def flags(*arguments: str) -> Mapping[str, object]:
    return options.read(arguments, config.options()).flags


def read(folder: Path, *arguments: str, environ: dict[str, str] | None = None) -> config.Settings:
    return config.settings(flags(*arguments), environ or {}, str(folder))


def test_without_settings_the_defaults_hold(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.format == "table"
    assert found.policy.fail_on == {Status.EOL}
    assert found.policy.within_days == 90
    assert found.policy.include_dev


def test_a_flag_comes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text('within = "10d"\n')
    assert read(tmp_path).policy.within_days == 10
    assert read(tmp_path, environ={"EOLSCAN_WITHIN": "20d"}).policy.within_days == 20
    assert read(tmp_path, "--within", "30d", environ={"EOLSCAN_WITHIN": "20d"}).policy.within_days == 30


def test_pyproject_is_read_where_it_speaks_of_eolscan(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.eolscan]\nfail-on = ["eol", "deprecated"]\n')
    assert read(tmp_path).policy.fail_on == {Status.EOL, Status.DEPRECATED}


def test_a_pyproject_without_settings_yields_to_the_next_one_upward(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.eolscan]\nstrict = true\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\nname = "inner"\n')
    assert read(inner).policy.strict


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("# our tool.eolscan stands above\n", False),
        ('[project]\ndependencies = ["eolscan"]\n', False),
        ("[tool.eolscan-extra]\na = 1\n", False),
        ("[tool]\neolscan = {strict = false}\n", True),
        ('[ tool . "eolscan" ]\n', True),
    ],
)
def test_a_pyproject_speaks_when_it_has_the_table_and_not_when_it_names_it(
    tmp_path: Path, text: str, *, speaks: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.eolscan]\nstrict = true\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text(text)
    (tmp_path / ".git").mkdir()
    assert read(inner).policy.strict is not speaks


def test_settings_that_cannot_be_read_are_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").symlink_to(tmp_path / "nowhere.toml")
    with pytest.raises(ScanError, match="does not exist"):
        read(tmp_path)
    (tmp_path / "eolscan.toml").unlink()
    (tmp_path / "pyproject.toml").write_text("[project\n[tool.eolscan]\n")
    with pytest.raises(ScanError, match="not TOML"):
        read(tmp_path)


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text('within = "10d"\nall = true\nexclude = ["a"]\n')
    nothing = {option.variable: "" for option in config.options()}
    assert read(tmp_path, environ=nothing) == read(tmp_path)


def test_settings_outside_of_the_checkout_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text("strict = true\n")
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    assert not read(checkout).policy.strict


def test_no_config_reads_no_file_and_config_reads_the_named_one(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text("strict = true\n")
    other = tmp_path / "other.toml"
    other.write_text("all = true\n")
    assert not read(tmp_path, "--no-config").policy.strict
    named = read(tmp_path, "--config", str(other)).policy
    assert named.list_all
    assert not named.strict


def test_a_typo_in_the_settings_names_file_line_and_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text('# settings\nwithin = "90d"\nfail_on = "eol"\n')
    with pytest.raises(ScanError, match=r"eolscan\.toml:3: fail_on is no setting\. Did you mean fail-on\?"):
        read(tmp_path)


def test_an_unlike_key_lists_the_settings_there_are(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text("zzz = 1\n")
    with pytest.raises(ScanError, match="There are: format, "):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("strict = 3\n", "strict must be true or false"),
        ("within = 90\n", "within must be text"),
        ("exclude = [1]\n", "exclude must be a list of texts"),
        ('products = "eol-products"\n', "products must be a list of texts"),
        ('within = "soon"\n', "soon"),
        ('fail-on = "eool"\n', "eool"),
        ('color = "blue"\n', "blue"),
        ('as-of = "yesterday"\n', "yesterday"),
        ("strict = \n", r"eolscan\.toml:1: This is not TOML"),
    ],
)
def test_a_wrong_value_is_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "eolscan.toml").write_text(text)
    with pytest.raises(ScanError, match=message):
        read(tmp_path)


def test_the_environment_knows_yes_and_no(tmp_path: Path) -> None:
    assert read(tmp_path, environ={"EOLSCAN_STRICT": "yes"}).policy.strict
    assert not read(tmp_path, environ={"EOLSCAN_INCLUDE_DEV": "0"}).policy.include_dev
    with pytest.raises(ScanError, match="EOLSCAN_STRICT is 'maybe'"):
        read(tmp_path, environ={"EOLSCAN_STRICT": "maybe"})


def test_a_list_in_the_environment_is_divided_by_commas(tmp_path: Path) -> None:
    assert read(tmp_path, environ={"EOLSCAN_EXCLUDE": "docs/*, tests"}).exclude == ("docs/*", "tests")


def test_products_of_a_settings_file_stand_beside_it_and_others_where_the_user_stands(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "eolscan.toml").write_text('products = ["eol-products", "/shared"]\n')
    assert read(inner).products == (str(tmp_path / "eol-products"), "/shared")
    by_variable = read(inner, environ={"EOLSCAN_PRODUCTS": "mine,ours"})
    assert by_variable.products == ("mine", "ours")
    by_flag = read(inner, "--products", "a", "--products", "/b", environ={"EOLSCAN_PRODUCTS": "mine"})
    assert by_flag.products == ("a", "/b")
    assert config.products(by_flag, "/home") == ("/home/a", "/b")
    assert config.products(read(inner), "/home") == (str(tmp_path / "eol-products"), "/shared")


def test_a_named_settings_file_is_what_its_products_are_seen_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.toml").write_text('products = ["eol-products"]\n')
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path, "--config", "other.toml").products == (str(tmp_path / "eol-products"),)


def test_outputs_of_a_settings_file_stand_beside_it(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text('output = ["json=out/a=b.json", "csv=/c"]\n')
    assert read(tmp_path).outputs == (("json", str(tmp_path / "out" / "a=b.json")), ("csv", "/c"))
    (tmp_path / "eolscan.toml").write_text('output = ["json"]\n')
    with pytest.raises(ScanError, match=r"eolscan\.toml:1: An output is FORMAT=FILE, .* not 'json'"):
        read(tmp_path)


def test_outputs_are_format_and_file(tmp_path: Path) -> None:
    assert read(tmp_path, "-o", "json=a=b.json").outputs == (("json", "a=b.json"),)
    with pytest.raises(ScanError, match="FORMAT=FILE"):
        read(tmp_path, "-o", "report.json")


def test_as_of_is_a_day(tmp_path: Path) -> None:
    assert read(tmp_path, "--as-of", "2027-01-31").as_of == date(2027, 1, 31)


def test_development_dependencies_can_be_left_out(tmp_path: Path) -> None:
    assert not read(tmp_path, "--no-dev").policy.include_dev


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_no_settings_text_ends_in_a_traceback(tmp_path: Path, text: str) -> None:
    (tmp_path / "eolscan.toml").write_text(text, errors="surrogatepass")
    with suppress(ScanError):
        read(tmp_path)
