"""A small product data set, the API's answer about it, and a server on loopback that answers as a test wants."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.catalog.products import front_matter, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.catalog.products import Fields
    from scanner.model import Cycle, Product

PRODUCTS = Path(__file__).parent.parent / "products"
PATH = "/api/v1/products/full"
SMALL = ("django", "nginx", "ubuntu", "angular")

OURS = """\
---
extends: django
source: https://example.org/statement
identifiers:
  - purl: pkg:pypi/jango
---
"""


class Handler(BaseHTTPRequestHandler):
    """Answers by the function that the server was made with."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]  # -- the server below
        self.server.respond(self)  # type: ignore[attr-defined]  # -- the server below

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Send an answer; `Content_Type` and the like replace what an honest answer has."""
    handler.send_response(status)
    for name, value in {"Content_Type": "application/json", "Content_Length": str(len(body)), **headers}.items():
        if value:
            handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def zipped(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Send an answer compressed."""
    send(handler, gzip.compress(body), Content_Encoding="gzip")


@contextmanager
def serving(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[str]]]:
    """Serve on loopback; gives the base address, and the paths that are asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.respond = respond  # type: ignore[attr-defined]  # -- read by the handler above
    asked: list[str] = []
    server.asked = asked  # type: ignore[attr-defined]  # -- read by the handler above
    # A server looks every half second whether it is to stop; tests have no time for that.
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def tree(folder: Path) -> Path:
    """Make the product files of a small checkout: a few products, and one file of ours."""
    sources = folder / "products"
    (sources / "curated").mkdir(parents=True)
    for name in SMALL:
        shutil.copy(PRODUCTS / f"{name}.md", sources)
    shutil.copy(PRODUCTS / "source.toml", sources)
    (sources / "curated" / "jango.md").write_text(OURS, "utf-8")
    return sources


def answer(day: date = date(2026, 9, 1), names: Iterable[str] = SMALL) -> dict[str, Any]:
    """Return what the API would say of these products."""
    return {
        "schema_version": "1.2.0",
        "generated_at": f"{day}T00:00:00+00:00",
        "result": [_told((PRODUCTS / f"{name}.md").read_text("utf-8")) for name in names],
    }


def text(told: object) -> bytes:
    """Return an answer as it is sent."""
    return json.dumps(told).encode()


def _told(page: str) -> dict[str, object]:
    product, problems = read(page, "x.md")
    assert product is not None
    assert not problems
    return answered(product, front_matter(page)[0])


def answered(product: Product, fields: Fields) -> dict[str, object]:
    """Return what the API v1 of endoflife.date says of a product: see its openapi.yml."""
    columns = {name: fields.get(f"{name}Column") for name in ("eoas", "discontinued", "eoes")}
    return {
        "name": product.id,
        "label": product.title,
        "aliases": list(product.aliases),
        "category": product.category,
        "tags": sorted([product.category, *str(fields.get("tags", "")).split()]),
        "versionCommand": fields.get("versionCommand"),
        "identifiers": [{"type": kind, "id": identifier} for kind, identifier in product.identifiers],
        "labels": {**columns, "eol": fields.get("eolColumn", "Security Support")},
        "links": {"icon": None, "html": product.link, "releasePolicy": fields.get("releasePolicyLink")},
        "releases": [answered_release(cycle, fields) for cycle in product.cycles],
    }


def answered_release(cycle: Cycle, fields: Fields) -> dict[str, object]:
    lts = f" ({fields.get('LTSLabel', 'LTS')})" if cycle.lts else ""
    day = cycle.latest_released
    answer: dict[str, object] = {
        "name": cycle.name,
        "codename": cycle.codename,
        "label": (cycle.label or cycle.name) + lts,
        "releaseDate": cycle.released and cycle.released.isoformat(),
        "isLts": bool(cycle.lts),
        "ltsFrom": cycle.lts.isoformat() if isinstance(cycle.lts, date) else None,
        "latest": cycle.latest and {"name": cycle.latest, "date": day and day.isoformat(), "link": cycle.link},
        "custom": None,
    }
    for key in ("eoas", "eol", "eoes", "discontinued"):
        ending = getattr(cycle, key)
        if ending is not None:
            dated = isinstance(ending, date)
            answer[f"is{key.capitalize()}"] = ending < date(2026, 8, 22) if dated else ending
            answer[f"{key}From"] = ending.isoformat() if dated else None
    return answer
