"""Laws of the room that makes text from files safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.text import clean, for_log, harmless, json_for_log, quoted, redact, shorten, width

any_text = st.text(st.characters()) | st.text(alphabet="\x1b\u202e\udc80#[:\n a@/\r\x85\u2028")


@given(any_text)
def test_what_is_clean_is_printable_and_stays_so(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


def test_printable_text_is_left_alone() -> None:
    assert clean("Überwachung 1.0: 数") == "Überwachung 1.0: 数"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb", "a\\x0ab"),
        ("\u202e", "\\u202e"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(any_text)
def test_a_runner_finds_nothing_to_obey(text: str) -> None:
    logged = for_log(text)
    assert "##[" not in logged
    assert not any(line.lstrip().startswith("::") for line in logged.split("\n"))


def test_what_is_made_harmless_is_one_line_without_marks_and_secrets_and_no_longer_than_asked() -> None:
    text = "::error::\x1b[31m https://me:secret@host/##[group]\n" + "x" * 100
    assert harmless(text).startswith(": :error::\\x1b[31m https://***@host/# #[group]\\x0a")
    assert all(len(harmless(text, longest)) == longest for longest in range(1, 60))
    assert harmless("plain") == "plain"


def test_a_mark_in_json_is_broken_and_its_value_kept() -> None:
    from json import dumps, loads

    broken = json_for_log(dumps("##[group]"))
    assert "##[" not in broken
    assert loads(broken) == "##[group]"


def test_harmless_text_reaches_the_log_as_it_is() -> None:
    assert for_log("std::string and ## [x]\n  a :: b") == "std::string and ## [x]\n  a :: b"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://user:secret@host.example/a", "https://***@host.example/a"),
        ("git+https://token@host.example/a@v1", "git+https://***@host.example/a@v1"),
        ("https://user:p@ss@host.example/a", "https://***@host.example/a"),
        ("https://host.example/a@v1", "https://host.example/a@v1"),
        ("a https://x:y@h b ssh://git@h", "a https://***@h b ssh://***@h"),
        ("user@host.example", "user@host.example"),
    ],
)
def test_credentials_are_taken_out_of_addresses(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@given(any_text, st.integers(1, 20))
def test_a_short_text_is_no_longer_than_its_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(any_text)
def test_a_quoted_text_is_short_and_printable(text: str) -> None:
    assert len(quoted(text)) <= 122
    assert quoted(text).isprintable()


def test_a_quoted_text_holds_no_secret() -> None:
    assert quoted("https://user:secret@host.example\n") == "'https://***@host.example\\x0a'"


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("数a", 3), ("e\u0301", 1), ("ü", 1), ("", 0)])
def test_the_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns
