"""What all tests share: the option that rewrites golden files, and one setting of hypothesis."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# The same tests on every run: an example that hypothesis has found becomes a case of its own.
# A whole report takes long to draw on a busy machine, and says nothing against it.
settings.register_profile(
    "eolscan",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("eolscan")

# Data that a developer has fetched must not speak in a test.
os.environ["EOLSCAN_CACHE"] = ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files anew; read them before committing")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be written and not compared."""
    return bool(request.config.getoption("--update"))
