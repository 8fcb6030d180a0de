"""Laws of settings files: every typo is an error with its line, and editors are told the same rules."""

from __future__ import annotations

import io
import json
import os
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from scanner import baseline, config
from scanner.cli import guarded
from scanner.commands.config import schema, start
from scanner.model import ScanError
from scanner.plugin import World
from scanner.settings import TABLES, read_file
from tests import sample

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "docs", "schemas")
NAMES = [option.name for option in config.OPTIONS]
IGNORE = '[[ignore]]\npurl = "pkg:npm/a"\nreason = "r"\nuntil = 2027-01-01\n'


def published(name: str) -> Draft202012Validator:
    with open(os.path.join(SCHEMAS, f"{name}-1.schema.json"), encoding="utf-8") as file:
        content = json.load(file)
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


def told(folder: Path, *arguments: str, environ: dict[str, str] | None = None) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = guarded(arguments, World(io.BytesIO(), out, err, environ or {}, date(2026, 11, 22), str(folder)))
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignore = 1", "s.toml:1: ignore is a list of tables, each under [[ignore]]."),
        ("ignore = [1]", "s.toml:1: ignore is a list of tables, each under [[ignore]]."),
        ("[ignore]\na = 1", "s.toml:1: ignore is a list of tables, each under [[ignore]]."),
        ("[[ignores]]", "s.toml:1: ignores is no setting. Did you mean ignore?"),
        ("# a\n" + IGNORE + 'prodct = "a"', "s.toml:6: prodct is no key of ignore. Did you mean product?"),
        ('[[ignore]]\npurl = "pkg:npm/a"\nuntil = 2027-01-01', "s.toml:1: this ignore has no reason: why"),
        ('[[ignore]]\npurl = "pkg:npm/a"\nreason = "r"', "s.toml:1: this ignore has no until: the last day"),
        ('[[ignore]]\nreason = "r"\nuntil = 2027-01-01', "s.toml:1: this ignore needs one of product, purl, path."),
        (IGNORE.replace("2027-01-01", "2027-01-01T00:00:00"), "s.toml:4: until must be a day like 2027-03-31."),
        (IGNORE.replace("2027-01-01", '"soon"'), "s.toml:4: until must be a day like 2027-03-31."),
        (IGNORE.replace('"r"', '" "'), "s.toml:3: reason must be a text."),
        (IGNORE.replace('"pkg:npm/a"', '"a"'), "s.toml:2: 'a' is no package URL"),
        (IGNORE + 'cycle = "1"', "s.toml:5: a cycle is one of a product: name that too."),
        (IGNORE + "\n" + IGNORE + "x = 1", "s.toml:10: x is no key of ignore. There are: product, cycle, purl, path"),
        ('[[support]]\ncycle = "1"', "s.toml:1: this support has no product"),
        ('[[support]]\nproduct = ["a"]', "s.toml:2: product must be a text."),
        ('[[override]]\nwithin = "1y"', "s.toml:1: this override needs one of product, purl, path, scope, direct."),
        ("[[override]]\ndirect = true", "s.toml:1: this override needs one of within, fail-on."),
        ('[[override]]\ndirect = "yes"\nwithin = "1y"', "s.toml:2: direct must be true or false."),
        ('[[override]]\nscope = "prod"\nwithin = "1y"', "s.toml:2: 'prod' is no scope. There are: runtime, dev"),
        ('[[override]]\nscope = ["dev", "optonal"]\nwithin = "1y"', "Did you mean optional?"),
        ('[[override]]\nscope = []\nwithin = "1y"', "s.toml:2: scope must be a text or a list of texts."),
        ('[[override]]\nscope = "dev"\nwithin = "soon"', "s.toml:3: The window 'soon' cannot be read"),
        ('[[override]]\nscope = "dev"\nfail-on = "eool"', "s.toml:3: 'eool' is no status that can fail a run."),
        ('[[override]]\nscope = "dev"\nfail-on = "eol:3d"', "s.toml:3: 'eol' takes no window"),
        ("within = [", "s.toml:1: This is not TOML"),
        (
            "[tool.eolscan]\nwithin = '1y'",
            "s.toml:1: tool is no setting. The header [tool.eolscan] is for pyproject.toml",
        ),
        ('[[ignore]]\npath = "a"\nreason = "b"\nuntil = "20270331"', "s.toml:4: until must be a day like 2027-03-31."),
    ],
)
def test_what_means_nothing_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(ScanError) as caught:
        read_file(str(tmp_path / "s.toml"), "s.toml", NAMES)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('fail-on = ["eol", "eool"]', "eolscan.toml:1: 'eool' is no status that can fail a run. Did you mean 'eol'?"),
        ('\nwithin = "soon"', "eolscan.toml:2: The window 'soon' cannot be read"),
        ('max-data-age = "auto"', "eolscan.toml:1: The age 'auto' cannot be read"),
        ('fail-on = "expiring:180d"', "'expiring:180d' cannot fail so early: what ends is told 90 days before"),
        (
            'within = "1y"\n[[override]]\ndirect = true\nwithin = "1w"\nfail-on = "expiring:30d"',
            "eolscan.toml:2: 'expiring:30d' cannot fail so early",
        ),
        ('write-baseline = "b.json"', "eolscan.toml:1: write-baseline is no setting."),
    ],
)
def test_a_value_that_means_nothing_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "eolscan.toml").write_text(text)
    code, _, err = told(tmp_path, "pkg:pypi/a@1")
    assert code == 2
    assert message in err


def test_a_flag_and_a_variable_are_named_when_they_mean_nothing(tmp_path: Path) -> None:
    assert "--within: The window" in told(tmp_path, "--within", "soon", "pkg:pypi/a@1")[2]
    assert "EOLSCAN_WITHIN: The window" in told(tmp_path, "pkg:pypi/a@1", environ={"EOLSCAN_WITHIN": "soon"})[2]


def test_settings_above_a_folder_without_a_checkout_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text('fail-on = "eool"')
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "requirements.txt").write_text("a==1\n")
    assert told(tmp_path / "inner", ".")[0] == 0
    assert told(tmp_path, "inner")[0] == 2


def test_the_published_schema_is_made_from_the_code() -> None:
    assert published("settings").schema == schema()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_start_is_all_comments_and_its_examples_hold(tmp_path: Path, table: Any) -> None:  # noqa: ANN401 -- a table
    assert tomllib.loads(start()) == {}
    lines = start().splitlines()
    first = lines.index(f"# [[{table.name}]]")
    example = "\n".join(line[2:] for line in lines[first : first + 5] if line.startswith("# ") and "  " not in line[:4])
    example = example.split("\n\n", maxsplit=1)[0]
    content = json.loads(json.dumps(tomllib.loads(example), default=str))
    published("settings").validate(content)
    (tmp_path / "eolscan.toml").write_text(example)
    read_file(str(tmp_path / "eolscan.toml"), "eolscan.toml", NAMES)


@pytest.mark.parametrize(
    "content",
    [
        {"fail_on": "eol"},
        {"strict": "yes"},
        {"ignore": [{"product": "django"}]},
        {"ignore": [{"reason": "r", "until": "2027-01-01"}]},
        {"override": [{"direct": True}]},
        {"support": [{}]},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(tmp_path: Path, content: dict[str, Any]) -> None:
    import tomlkit

    assert not published("settings").is_valid(content)
    (tmp_path / "eolscan.toml").write_text(tomlkit.dumps(content))
    assert told(tmp_path, "config", "show")[0] == 2


def test_config_show_tells_every_setting_and_who_said_it(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text(
        'within = "180d"\nexclude = ["a", "b"]\n' + IGNORE + '[[support]]\nproduct = "ubuntu"\ncycle = "20.04"\n'
        'provider = "Pro"\n[[override]]\nscope = "dev"\ndirect = false\nwithin = "auto"\nfail-on = "never"\n'
    )
    _, out, _ = told(tmp_path, "config", "show", "--strict", environ={"EOLSCAN_FORMAT": "json"})
    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in out.splitlines()}
    assert rows.keys() == {*NAMES, "write-baseline", "ignore", "support", "override"}
    assert rows["within"].split() == ["180d", "eolscan.toml:1"]
    assert rows["exclude"].split() == ["a,b", "eolscan.toml:2"]
    assert rows["format"].split() == ["json", "EOLSCAN_FORMAT"]
    assert rows["strict"].split() == ["true", "--strict"]
    assert rows["fail-on"].split() == ["eol", "default"]
    assert rows["ignore"].split("  ")[0] == "pkg:npm/a until 2027-01-01: r"
    assert rows["ignore"].endswith("  eolscan.toml:3")
    assert "ubuntu 20.04: Pro" in rows["support"]
    assert "dev transitive: within auto fail-on never" in rows["override"]


def test_config_init_begins_a_file_once(tmp_path: Path) -> None:
    assert told(tmp_path, "config", "init")[0] == 0
    assert (tmp_path / "eolscan.toml").read_text() == start()
    code, _, err = told(tmp_path, "config", "init")
    assert (code, "stays as it is" in err) == (2, True)


@pytest.mark.parametrize(("name", "header"), [("eolscan.toml", ""), ("pyproject.toml", "[tool.eolscan]\n")])
def test_config_init_says_whose_place_it_takes(tmp_path: Path, name: str, header: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(f'{header}within = "1y"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    code, _, err = told(inner, "config", "init")
    assert code == 0
    assert f"It takes the place of ../{name} for what lies here" in err


def test_config_show_tells_how_far_ahead_an_override_fails(tmp_path: Path) -> None:
    (tmp_path / "eolscan.toml").write_text('[[override]]\nscope = "dev"\nfail-on = "deprecated,expiring:30d"\n')
    assert "dev: fail-on deprecated,eol,expiring:30d" in told(tmp_path, "config", "show")[1]


def test_config_schema_prints_what_is_published(tmp_path: Path) -> None:
    assert json.loads(told(tmp_path, "config", "schema")[1]) == schema()


@pytest.mark.parametrize("arguments", [(), ("show", "a", "b"), ("init", "a"), ("tell",)])
def test_config_says_what_it_takes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert told(tmp_path, "config", *arguments)[0] == 2


def test_a_baseline_keeps_to_its_schema_and_is_sorted_by_file() -> None:
    before = baseline.entries(sample.policed())
    document = json.loads(baseline.text([*before, *reversed(before)]))
    published("baseline").validate(document)
    assert len(document["findings"]) == len(before) == 1
    assert baseline.text([]) == '{\n  "schema": 1,\n  "findings": [\n  ]\n}\n'
