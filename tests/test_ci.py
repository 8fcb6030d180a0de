"""What other people's machines read of this repository: hooks, a component, an image, and the page about them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

import pytest
import yaml

from scanner import plugin
from scanner.about import HOME, VERSION

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

OPTIONS = {name for option in plugin.command("scan").options for name in (option.short, f"--{option.name}")}
FORMATS = set(plugin.names("reporters"))


def file(name: str) -> str:
    with open(os.path.join(ROOT, name), encoding="utf-8") as opened:
        return opened.read()


def component() -> tuple[dict[str, dict[str, object]], dict[str, object]]:
    """Return the inputs of the component, and its job."""
    spec, jobs = yaml.safe_load_all(file("templates/eolscan.yml"))
    ((name, job),) = jobs.items()
    assert name == "$[[ inputs.job-name ]]"
    return spec["spec"]["inputs"], job


def script(job: dict[str, object]) -> str:
    lines = job["script"]
    assert isinstance(lines, list)
    return "\n".join(lines)


def check_arguments(words: list[str]) -> None:
    """Assert that the options of a command line are options, and that its formats are formats."""
    for word in words:
        name, _, value = word.partition("=")
        if word.startswith("-") and word not in {"-", "--"}:
            assert name in OPTIONS, word
        if name in {"--output", "gitlab", "junit", "json", "gitlab-dependency"}:
            assert (value if name == "--output" else name).partition("=")[0] in FORMATS, word


def test_the_hook_scans_the_checkout_and_names_real_options() -> None:
    (hook,) = yaml.safe_load(file(".pre-commit-hooks.yaml"))
    program, *words = shlex.split(hook["entry"])
    assert program == hook["id"] == "eolscan"
    check_arguments(words)
    assert words == ["--format=concise"]
    assert (hook["language"], hook["pass_filenames"], hook["always_run"]) == ("python", False, True)


def test_the_component_uses_every_input_and_no_other() -> None:
    inputs, _ = component()
    used = set(re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", file("templates/eolscan.yml")))
    assert used == set(inputs)
    assert all(given["description"] and "default" in given for given in inputs.values())
    assert inputs["version"]["default"] == f"v{VERSION}"


def test_no_input_of_the_component_stands_in_its_script() -> None:
    _, job = component()
    assert "$[[" not in script(job)
    variables = job["variables"]
    assert isinstance(variables, dict)
    assert all(variable["expand"] is False for variable in variables.values())
    assert set(re.findall(r"\$(SCAN_[A-Z_]+)", script(job))) == set(variables)


def test_the_component_names_real_options_and_its_artifacts_are_what_it_writes() -> None:
    _, job = component()
    text = script(job)
    words = [word for word in re.findall(r"(?<=\s)--[a-z][^\s;]*", text) if not word.startswith("--quiet")]
    check_arguments([word for word in words if word != "--disable-pip-version-check"])
    written = dict(re.findall(r"--output=([a-z-]+)=(\S+)", text))
    artifacts = job["artifacts"]
    assert isinstance(artifacts, dict)
    assert artifacts["when"] == "always"
    assert artifacts["reports"] == {"codequality": written["gitlab"], "junit": written["junit"]}
    assert artifacts["paths"] == [written["json"]]
    assert f'"{HOME}/archive/$SCAN_VERSION.tar.gz"' in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["--", "."]),
        ({"SCAN_FAIL_ON": "eol,$(touch x)"}, ["--fail-on=eol,$(touch x)", "--", "."]),
        (
            {"SCAN_WITHIN": "30d", "SCAN_ARGS": "--all  --exclude=*"},
            ["--within=30d", "--all", "--exclude=*", "--", "."],
        ),
        ({"SCAN_PATH": "a b; touch x"}, ["--", "a b; touch x"]),
    ],
)
def test_the_script_of_the_component_hands_every_input_on_as_it_is(
    given: dict[str, str], expected: list[str], tmp_path: os.PathLike[str]
) -> None:
    _, job = component()
    lines = job["script"]
    assert isinstance(lines, list)
    text = re.sub(r"\S+/bin/eolscan", "printf '%s\\\\n'", lines[-1])
    variables = {"SCAN_PATH": ".", "SCAN_FAIL_ON": "", "SCAN_WITHIN": "", "SCAN_ARGS": "", **given}
    done = subprocess.run(
        ["sh", "-eu", "-c", text],
        env={**os.environ, **variables},
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.splitlines()[3:] == expected
    assert os.listdir(tmp_path) == []


def test_the_image_is_built_of_files_that_are_there_and_runs_without_rights() -> None:
    lines = file("Dockerfile").replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    (base,) = (text for word, text in steps if word == "ARG")
    assert re.fullmatch(r"PYTHON=python:3\.\d+-slim-[a-z]+", base)
    assert [text for word, text in steps if word == "FROM"] == ["${PYTHON} AS build", "${PYTHON}"]
    for text in (text for word, text in steps if word == "COPY" and not text.startswith("--from=")):
        *sources, _ = text.split()
        assert all(os.path.exists(os.path.join(ROOT, source)) for source in sources)
    users = [text for word, text in steps if word == "USER"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    assert steps[-1] == ["ENTRYPOINT", '["/opt/eolscan/bin/eolscan"]']


def test_the_page_names_real_options_formats_and_inputs() -> None:
    page = file("docs/ci.md")
    for line in re.findall(r"eolscan (-[^|>)'\n]*)", page):
        check_arguments([word for word in line.split() if word.startswith("-")])
    for name in re.findall(r"-[of] ([a-z-]+)\b", page):
        assert name in FORMATS
    inputs, _ = component()
    (told,) = re.findall(r"Its inputs are (.*?)\.\s", page, re.DOTALL)
    assert set(re.findall(r"`([a-z-]+)`", told)) == set(inputs)
    assert set(re.findall(r"@(v[\d.]+\d)|rev: (v[\d.]+\d)|#(v[\d.]+\d)", page)) <= {
        (f"v{VERSION}", "", ""), ("", f"v{VERSION}", ""), ("", "", f"v{VERSION}"),
    }  # fmt: skip
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        assert yaml.safe_load(block)


def test_the_page_names_every_metric() -> None:
    from scanner.plugin import Style
    from tests import sample

    page = file("docs/ci.md")
    metrics = re.findall(
        r"^# TYPE (\w+) ", plugin.reporter("prometheus").render(sample.report(), Style()), re.MULTILINE
    )
    for name in metrics:
        assert f"`{name}`" in page or f"`{name.removeprefix('eolscan_findings')}`" in page
