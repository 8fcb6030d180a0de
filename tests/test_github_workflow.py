"""What bears the name of an action and is none."""

from __future__ import annotations

from scanner.claims import claimants
from scanner.model import Problem
from scanner.parsers.github_workflow import parse
from scanner.source import Source


def test_the_names_of_workflows_and_actions_are_claimed() -> None:
    for path in (".github/workflows/ci.yml", ".github/workflows/ci.yaml", "action.yml", "deploy/action.yaml"):
        assert "github_workflow" in claimants(path)


def test_what_is_neither_a_workflow_nor_an_action_is_said() -> None:
    (problem,) = parse(Source("action.yml", b"title: nothing of the kind\n"))
    assert isinstance(problem, Problem)
