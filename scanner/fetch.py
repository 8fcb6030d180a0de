"""The network: the answer of endoflife.date's API, and the user's cache that fresh data is kept in.

https://endoflife.date/docs/api/v1/. The only room that opens a connection, and only when `eolscan data update`
asks for it. An answer is from strangers: it has to come from where it was asked for, in time, whole and small.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from scanner.about import NAME, VERSION
from scanner.catalog import dataset
from scanner.model import ScanError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

HOME: Final = "https://endoflife.date"
PATH: Final = "/api/v1/products/full"
LARGEST: Final = 64 << 20

_CHUNK: Final = 1 << 16
_OK: Final = 200
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Patience(NamedTuple):
    """How many seconds to wait: for a connection, for the next bytes, and for all of the answer."""

    connect: float = 10
    read: float = 30
    whole: float = 300


class _Limits(NamedTuple):
    largest: int
    deadline: float


def answer(address: str = HOME, patience: Patience | None = None, largest: int = LARGEST) -> bytes:
    """Fetch all products from the API at a base address. Raises ScanError when they do not come.

    Only over https, but for the machine itself; nothing is followed to another address.
    """
    from urllib3 import PoolManager, Timeout
    from urllib3.exceptions import HTTPError

    url = _checked(address)
    patience = patience or Patience()
    limits = _Limits(largest, time.monotonic() + patience.whole)
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"{NAME}/{VERSION}"}
    timeout = Timeout(connect=patience.connect, read=patience.read)
    with PoolManager(headers=headers, timeout=timeout, retries=False) as pool:
        try:
            response = pool.request("GET", url, redirect=False, preload_content=False)
            try:
                _check_head(response, limits)
                return _body(response, limits)
            finally:
                response.close()
        except (HTTPError, OSError) as error:
            message = f"{url} cannot be fetched: {_reason(error)}."
            raise ScanError(message) from error


def keep(cache: str, content: bytes) -> str:
    """Put data that was checked into the cache, whole or not at all; return where.

    Raises ScanError when the folder belongs to somebody else, is open to others or a link, or cannot be written.
    """
    path = os.path.join(cache, dataset.fetched_name())
    try:
        os.makedirs(cache, mode=0o700, exist_ok=True)
        if not dataset.is_private(cache, stat.S_ISDIR):
            message = f"{cache} is a link, or not only yours to write: no data is kept there."
            raise ScanError(message)
        _replace(path, content)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be written: {getattr(error, 'strerror', None) or error}."
        raise ScanError(message) from error
    return path


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.query or parts.fragment or "@" in parts.netloc or not address.isprintable():
        message = f"{address!r} is no base address; one looks like {HOME!r}."
        raise ScanError(message)
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        message = f"{address!r} is not safe to fetch from: the address has to begin with https://."
        raise ScanError(message)
    return address.rstrip("/") + PATH


def _check_head(response: BaseHTTPResponse, limits: _Limits) -> None:
    url = response.url or "The address"
    if 300 <= response.status < 400:  # noqa: PLR2004 -- the range of redirects
        message = f"{url} sends elsewhere, and that is not followed: name the address that answers with --from."
        raise ScanError(message)
    if response.status != _OK:
        message = f"{url} answers with status {response.status}."
        raise ScanError(message)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        message = f"{url} does not answer with JSON but with {kind[:80] or 'something nameless'!r}."
        raise ScanError(message)
    length = response.headers.get("Content-Length", "")
    if (
        length.isascii()
        and length.isdecimal()
        and (len(length) > len(str(limits.largest)) + 1 or int(length) > limits.largest)
    ):
        raise _too_large(limits)


def _body(response: BaseHTTPResponse, limits: _Limits) -> bytes:
    content = bytearray()
    # One reading of the connection at a time: what drips must not outwait the deadline.
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > limits.largest:
            raise _too_large(limits)
        if time.monotonic() > limits.deadline:
            message = "The answer takes too long."
            raise ScanError(message)
    return bytes(content)


def _too_large(limits: _Limits) -> ScanError:
    return ScanError(f"The answer is larger than {limits.largest >> 20} MiB.")


def _reason(error: Exception) -> str:
    # Reasons of the library begin with the object they are of: `<…>: `, `HTTPSConnectionPool(…): `.
    return str(error).rpartition(">: ")[2].rpartition("): ")[2].rstrip(".") or type(error).__name__


def _replace(path: str, content: bytes) -> None:
    from tempfile import mkstemp

    # Nobody else's file, whatever lies in the folder; and beside the old one, so that renaming is one step.
    handle, unfinished = mkstemp(prefix=".unfinished-", dir=os.path.dirname(path))
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished)
        raise
