"""fetch: an answer that comes from where it was asked for, in time, whole and small; and a cache of one's own."""

from __future__ import annotations

import os
import stat
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scanner import fetch
from scanner.catalog import dataset
from scanner.model import ScanError
from tests.service import PATH, send, serving, zipped

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

SOON = fetch.Patience(connect=2, read=0.3, whole=0.5)
BODY = b'{"result": []}' * 100
NAME = "products-0-0.txt"


@pytest.mark.parametrize("respond", [send, zipped])
def test_a_good_answer_comes_as_it_was_sent(respond: object) -> None:
    assert callable(respond)
    with serving(lambda handler: respond(handler, BODY)) as (address, asked):
        assert fetch.answer(f"{address}/") == BODY
    assert asked == [PATH]


def test_an_answer_without_a_length_ends_where_the_connection_ends() -> None:
    with serving(partial(send, body=BODY, Content_Length="")) as (address, _):
        assert fetch.answer(address) == BODY


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1)
    handler.close_connection = True


def dripping(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"", Content_Length="1000")
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def truncated(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b'{"result": [', Content_Length="1000")


def dying(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b'{"result": [', Content_Length="1000")
    handler.wfile.flush()
    handler.connection.shutdown(2)


def no_gzip(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"plain", Content_Encoding="gzip")


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-server\r\n\r\n")


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (silent, "cannot be fetched: Read timed out"),
        (dripping, "takes too long"),
        (truncated, "cannot be fetched: "),
        (dying, "cannot be fetched: "),
        (no_gzip, "cannot be fetched: "),
        (no_http, "cannot be fetched: "),
        (partial(send, body=b"no", status=500), "answers with status 500"),
        (partial(send, body=b"no", status=404), "answers with status 404"),
        (
            partial(send, body=b"<html>", Content_Type="text/html; charset=utf-8"),
            "not answer with JSON but with 'text/",
        ),
        (partial(send, body=b"{}", Content_Type=""), "with 'something nameless'"),
    ],
)
def test_a_bad_answer_is_told_in_a_sentence(respond: object, said: str) -> None:
    assert callable(respond)
    with serving(respond) as (address, _), pytest.raises(ScanError, match=said) as caught:
        fetch.answer(address, SOON)
    assert str(caught.value).endswith(".")


def endless(handler: BaseHTTPRequestHandler) -> None:
    send(handler, BODY * 1000, Content_Length="")


@pytest.mark.parametrize(
    "respond",
    [
        endless,
        partial(zipped, body=b" " * 3_000_000),
        partial(send, body=b"", Content_Length=str(1 << 40)),
        partial(send, body=b"", Content_Length="9" * 5000),
    ],
)
def test_what_is_too_large_is_not_read_to_its_end(respond: object) -> None:
    assert callable(respond)
    with serving(respond) as (address, _), pytest.raises(ScanError, match="larger than 1 MiB"):
        fetch.answer(address, largest=1 << 20)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_followed_elsewhere(status: int) -> None:
    with serving(partial(send, body=BODY)) as (elsewhere, asked_there):
        redirect = partial(send, body=b"", status=status, Location=f"{elsewhere}{PATH}")
        with serving(redirect) as (address, asked), pytest.raises(ScanError, match="sends elsewhere"):
            fetch.answer(address)
    assert asked == [PATH]
    assert asked_there == []


def test_a_server_that_is_not_there_is_told() -> None:
    with serving(partial(send, body=BODY)) as (address, _):
        pass
    with pytest.raises(ScanError, match=r"cannot be fetched: .*refused"):
        fetch.answer(address, SOON)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "endoflife.date",
        "http://endoflife.date",
        "http://127.0.0.1.example.org",
        "http://localhost@example.org",
        "ftp://localhost",
        "file:///etc/passwd",
        "https://user:secret@example.org",
        "https://example.org?x=1",
        "https://example.org#x",
        "https://[::1",
        "https://example.org:99999",
        "https://example.org/\r\nX: y",
    ],
)
def test_only_https_is_spoken_but_for_this_machine(address: str) -> None:
    with pytest.raises(ScanError, match=r"is no base address|is not safe"):
        fetch.answer(address)


def test_https_is_spoken_and_certificates_are_checked() -> None:
    # The server speaks no TLS: what counts is that nothing else is spoken to it.
    with serving(partial(send, body=BODY)) as (address, asked), pytest.raises(ScanError, match="cannot be fetched"):
        fetch.answer(address.replace("http:", "https:"), SOON)
    assert asked == []


@pytest.fixture(autouse=True)
def name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "fetched_name", lambda: NAME)


def test_kept_data_is_the_users_alone(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "cache"
    path = fetch.keep(str(cache), b"data")

    assert (cache / NAME).read_bytes() == b"data"
    assert path == str(cache / NAME) == dataset.fetched_file(str(cache))
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE((cache / NAME).stat().st_mode) == 0o600


def test_a_cache_that_is_a_link_or_open_to_others_is_not_used(tmp_path: Path) -> None:
    real = tmp_path / "real"
    fetch.keep(str(real), b"data")
    link = tmp_path / "link"
    link.symlink_to(real)
    for refused in (link, real):
        if refused is real:
            real.chmod(0o777)
        assert dataset.fetched_file(str(refused)) is None
        with pytest.raises(ScanError, match="no data is kept there"):
            fetch.keep(str(refused), b"other")
    assert (real / NAME).read_bytes() == b"data"


def test_a_link_in_the_cache_is_replaced_and_never_written_through(tmp_path: Path) -> None:
    cache, victim = tmp_path / "cache", tmp_path / "victim"
    cache.mkdir(mode=0o700)
    victim.write_bytes(b"mine")
    (cache / NAME).symlink_to(victim)

    assert dataset.fetched_file(str(cache)) is None
    fetch.keep(str(cache), b"data")
    assert victim.read_bytes() == b"mine"
    assert not (cache / NAME).is_symlink()


def test_a_file_where_the_cache_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    with pytest.raises(ScanError, match="cannot be written: File exists"):
        fetch.keep(str(tmp_path / "cache"), b"data")


def test_an_interruption_while_writing_leaves_the_old_data_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    fetch.keep(str(cache), b"old")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch.keep(str(cache), b"new")
    assert [path.read_bytes() for path in cache.iterdir()] == [b"old"]
