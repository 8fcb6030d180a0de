"""catalog/templates: placeholders and Liquid filters."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog.templates import placeholders, render

VALUES = placeholders("3.1", "Bo Bo", date(2001, 2, 3), "3.1.0", date(2002, 3, 4))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("https://x/__RELEASE_CYCLE__/__LATEST__", "https://x/3.1/3.1.0"),
        ("x_____LATEST__", "x___3.1.0"),
        ("__RELEASE_DATE__ __LATEST_RELEASE_DATE__", "2001-02-03 2002-03-04"),
        ("{{'__LATEST__'|split:'.'|pop|join:'.'}}", "3.1"),
        ('{{ "__LATEST__" | split: "." | first }}', "3"),
        ("{{'__LATEST__'|split:'.'|last}}", "0"),
        ("{{'__LATEST__'|split:'.'|slice:0,2|join:'.'}}", "3.1"),
        ("{{'__LATEST__'|slice:0,1}}", "3"),
        ("{{'__LATEST__'|slice:-1}}", "0"),
        ("{{'__LATEST__'|drop_zero_patch|replace:'.','-'}}", "3-1"),
        ("{{'__LATEST__'|replace_first:'.',''}}", "31.0"),
        ("{{'__CODENAME__'|downcase|replace:' ',''}}", "bobo"),
        ("{{'7'|plus:0}} {{__RELEASE_CYCLE__}}.x", "7 3.1.x"),
        ('{{"__LATEST__"}}\n', "3.1.0"),
        ("{{'a'|replace:'|',':'}}", "a"),
    ],
)
def test_what_product_files_use_is_filled_in(template: str, text: str) -> None:
    assert render(template, VALUES) == text


@pytest.mark.parametrize(
    "template",
    [
        "{% if '__LATEST__' != '' %}x{% endif %}",
        "{{r.codename}}",
        "{{'__LATEST__'|replace:'.':'_'}}",
        "{{'__LATEST__'|capitalize}}",
        "{{'__LATEST__'|split:'.'}}",
        "{{'__LATEST__'|join:'.'}}",
        "{{'__LATEST__'|plus:'x'}}",
        "{{'__LATEST__'|replace}}",
        "{{'__LATEST__'|split:''}}",
        "__CYCLE_SHORT_HAND__",
    ],
)
def test_what_cannot_be_evaluated_gives_nothing(template: str) -> None:
    assert render(template, VALUES) is None


def test_a_missing_value_gives_no_half_link() -> None:
    assert render("https://x/__LATEST__", placeholders("3.1", None, None, None, None)) is None


@given(st.text(alphabet=st.sampled_from("{}'\"|:,._-% aLATES0splitjoinfr"), max_size=40))
def test_any_template_is_filled_in_or_given_up(template: str) -> None:
    assert isinstance(render("{{'a'" + template + "}}", VALUES), str | None)
