"""`eolscan data`: fresher data comes in whole, newer and checked, or not at all."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import pytest

from scanner import cli
from scanner.catalog import archive, build, dataset, renew
from scanner.model import ScanError
from scanner.plugin import Style, World
from tests.service import OURS, PRODUCTS, answer, send, serving, text, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parent.parent
OLD, NEW = "2028-04-30", "2029-01-31"


@pytest.fixture(autouse=True)
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a small checkout."""
    folder = tree(tmp_path)
    monkeypatch.setattr(dataset, "_SOURCES", str(folder))
    monkeypatch.setattr(dataset, "_COMPILED", str(tmp_path / "_data" / "products.txt"))
    monkeypatch.setattr(dataset, "_ARCHIVE", str(tmp_path / "_data" / "sources.zip"))
    return folder


def install(sources: Path) -> None:
    """Turn the small checkout into an installation, as a wheel has it."""
    files = build.files_in(str(sources))
    compiled = Path(dataset._COMPILED)
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(build.compile_files(files).content)
    Path(dataset._ARCHIVE).write_bytes(archive.packed(files))
    (sources / "source.toml").unlink()


def eolscan(folder: Path, *arguments: str) -> str:
    """Run a command that has its cache in the folder; return what it says."""
    out, err = io.StringIO(), io.StringIO()
    world = World(
        stdin=io.BytesIO(),
        stdout=out,
        stderr=err,
        environ={"EOLSCAN_CACHE": str(folder / "cache")},
        today=TODAY,
        cwd=str(folder),
        style=Style(width=80),
    )
    cli.run(arguments, world)
    return out.getvalue() + err.getvalue()


def fresh(day: date = date(2026, 9, 1)) -> dict[str, Any]:
    """Return an answer in which one date is new."""
    told = answer(day)
    for product in told["result"]:
        for release in product["releases"]:
            if release.get("eolFrom") == OLD:
                release["eolFrom"] = NEW
    return told


def update(folder: Path, told: object) -> str:
    with serving(partial(send, body=told if isinstance(told, bytes) else text(told))) as (address, _):
        return eolscan(folder, "data", "update", "--from", address)


def explained(folder: Path, subject: str = "django@5.2") -> str:
    return eolscan(folder, "explain", subject)


@pytest.mark.parametrize("installed", [False, True])
def test_fetched_data_speaks_from_then_on(tmp_path: Path, sources: Path, *, installed: bool) -> None:
    if installed:
        install(sources)
    assert OLD in explained(tmp_path)

    assert "the product data is of 2026-09-01 now: 4 products" in update(tmp_path, fresh())
    assert NEW in explained(tmp_path)
    status = eolscan(tmp_path, "data", "status")
    assert "2026-09-01 (82 days old)" in status
    assert "fetched   " in status


def test_our_own_layers_stay_on_top_of_fetched_data(tmp_path: Path, sources: Path) -> None:
    install(sources)
    update(tmp_path, fresh())
    assert "pkg:pypi/jango (identifier)" in explained(tmp_path, "pkg:pypi/jango@5.2")
    assert NEW in explained(tmp_path, "pkg:pypi/jango@5.2")


def test_a_scan_speaks_from_fetched_data_and_does_not_ask_the_network(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django==5.2\n", "utf-8")
    update(tmp_path, fresh())
    assert "2026-09-01" in eolscan(tmp_path, "requirements.txt", "--all")
    assert "2026-09-01" in eolscan(tmp_path, "--version", "-v")


def test_a_scan_loads_no_http_client_and_opens_no_socket(tmp_path: Path, sources: Path) -> None:
    update(tmp_path, fresh())
    code = f"{_patched(sources)}; cli.guarded(['pkg:pypi/django@5.2'], cli._world()); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], **_surroundings(tmp_path), capture_output=True, text=True)  # noqa: PLW1510 -- looked at below
    assert "2026-09-01" in done.stdout
    loaded = done.stdout.splitlines()[-1]
    assert "'scanner.corridor'" in loaded
    for module in ("urllib3", "socket", "ssl", "zipfile", "scanner.fetch", "yaml"):
        assert f"'{module}'" not in loaded


def test_what_the_api_leaves_out_is_kept_and_a_new_product_needs_no_sentence(tmp_path: Path) -> None:
    told = fresh()
    told["result"].append({**told["result"][0], "name": "zope", "aliases": [], "identifiers": []})
    before = explained(tmp_path)
    update(tmp_path, told)
    assert explained(tmp_path).splitlines()[:5] == before.splitlines()[:5]
    assert "(zope)" in explained(tmp_path, "zope@5.2")


def change(**fields: object) -> Callable[[dict[str, Any]], None]:
    """Return a change of the first product."""
    return lambda told: told["result"][0].update(fields)


def release(**fields: object) -> Callable[[dict[str, Any]], None]:
    """Return a change of the first release of the first product."""
    return lambda told: told["result"][0]["releases"][0].update(fields)


BAD: dict[str, Callable[[dict[str, Any]], object]] = {
    "older": lambda told: told.update(generated_at="2026-08-01T00:00:00Z"),
    "of a day to come": lambda told: told.update(generated_at="2999-01-01"),
    "of no day": lambda told: told.update(generated_at="soon"),
    "without a day": lambda told: told.pop("generated_at"),
    "a number for a day": lambda told: told.update(generated_at=1e999),
    "no products": lambda told: told.update(result=[]),
    "less than half": lambda told: told.update(result=told["result"][:1]),
    "no list": lambda told: told.update(result={"a": 1}),
    "a list of numbers": lambda told: told.update(result=[1, 2, 3, 4]),
    "twice the same": lambda told: told["result"].append(told["result"][0]),
    "a path for an id": change(name="../../etc/passwd"),
    "an absolute path for an id": change(name="/etc/passwd"),
    "a long id": change(name="a" * 5000),
    "an id with a line end": change(name="django\n"),
    "a number for an id": change(name=10**400),
    "a list for a title": change(label=["Django"]),
    "no releases": change(releases=None),
    "a field in a type": change(identifiers=[{"type": "purl: x\ntitle", "id": "pkg:pypi/django"}]),
    "somebody else's identifier": change(identifiers=[{"type": "purl", "id": "pkg:generic/nginx"}] * 2),
    "an alias of another": change(aliases=["nginx"]),
    "no date": release(eolFrom="tomorrow", isEol=False),
    "a huge number": release(eolFrom=10**4000),
    "a date in words of YAML": release(releaseDate="!!python/object:os.system"),
    "text that does not read back": release(latest={"name": " 1 ", "date": None, "link": None}),
    "text for a table": release(latest="5.2.1"),
    "an identifier that does not read back": change(identifiers=[{"type": "purl", "id": " pkg:pypi/django "}]),
    "a table for a name": release(name={"a": 1}),
    "a lone surrogate": release(codename="\ud800"),
    "a field of a release": release(custom={"eol": "2099-01-01", "a b": "c"}),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_answer_leaves_the_old_data_in_use(tmp_path: Path, bad: str) -> None:
    update(tmp_path, fresh(date(2026, 8, 30)))
    before = contents(tmp_path)
    told = fresh()
    BAD[bad](told)

    with pytest.raises(ScanError) as caught:
        update(tmp_path, told)
    assert str(caught.value).endswith(".")
    assert contents(tmp_path) == before
    assert NEW in explained(tmp_path)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"<html>", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b"PK\x03\x04", b'{"a":1e9'],
)
def test_what_is_no_answer_leaves_the_old_data_in_use(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(ScanError):
        update(tmp_path, body)
    assert contents(tmp_path) == {}
    assert OLD in explained(tmp_path)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    told = fresh()
    told["result"][0]["label"] = "\x1b[31mDjango\u202e\n---\npermalink: /x"
    release(codename="*a &b !!c |\n--- {{ }}")(told)
    update(tmp_path, told)
    said = explained(tmp_path)
    assert "\x1b" not in said
    assert "(django)" in said


def test_damaged_data_in_the_cache_is_told_and_does_not_keep_sound_data_out(tmp_path: Path) -> None:
    update(tmp_path, fresh())
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ScanError, match="damaged: remove "):
        explained(tmp_path)
    with pytest.raises(ScanError, match="damaged: remove "):
        eolscan(tmp_path, "data", "export", "x.zip")
    update(tmp_path, fresh())
    assert NEW in explained(tmp_path)


def test_data_that_was_fetched_for_other_product_files_does_not_speak(tmp_path: Path, sources: Path) -> None:
    update(tmp_path, fresh())
    (sources / "curated" / "jango.md").write_text(OURS.replace("pypi/jango", "pypi/tango"), "utf-8")
    assert OLD in explained(tmp_path)
    update(tmp_path, fresh())
    assert NEW in explained(tmp_path)
    assert "(identifier)" in explained(tmp_path, "pkg:pypi/tango@5.2")


def test_an_export_is_imported_where_there_is_no_network(tmp_path: Path, sources: Path) -> None:
    update(tmp_path, fresh())
    eolscan(tmp_path, "data", "export", "facts.zip")
    exported = (tmp_path / "facts.zip").read_bytes()
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    install(sources)
    assert OLD in explained(tmp_path)

    eolscan(tmp_path, "data", "import", "facts.zip")
    assert NEW in explained(tmp_path)
    eolscan(tmp_path, "data", "export", "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == exported


def test_a_saved_answer_is_imported(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_bytes(text(fresh()))
    eolscan(tmp_path, "data", "import", "answer.json")
    assert NEW in explained(tmp_path)


def zip_of(files: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(name, content)
    return kept.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"../x.md": b""},
        {"/x.md": b""},
        {"x.txt": b""},
        {".x.md": b""},
        {"x.md": b"no front matter"},
        {"source.toml": b'name = "x"'},
        {"source.toml": b'name = "x"\ndate = "soon"'},
        {"source.toml": b'name = "x"\ndate = 2026-09-01T10:00:00'},
        {f"{number}.md": b"" for number in range(20_001)},
        {"x.md": b" " * (65 << 20)},
    ],
    ids=range(11),
)
def test_a_bad_export_is_not_taken(tmp_path: Path, sources: Path, files: dict[str, bytes]) -> None:
    sound = renew.lowest(build.files_in(str(sources))) if len(files) == 1 else {}
    (tmp_path / "bad.zip").write_bytes(zip_of(sound | files))
    with pytest.raises(ScanError):
        eolscan(tmp_path, "data", "import", "bad.zip")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import",), "wants one file"),
        (("export",), "wants one file"),
        (("update", "x"), "wants no file"),
        (("status", "--from", "https://example.org"), "Only `eolscan data update` fetches"),
        (("import", "gone.json"), "gone.json cannot be read: No such file"),
        (("export", "gone/x.zip"), "cannot be written: No such file"),
        (("update", "--cache", ""), "There is no cache"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(ScanError, match=said):
        eolscan(tmp_path, "data", *arguments)


def test_a_file_that_is_too_large_is_not_imported(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(ScanError, match="larger than any product data"):
        eolscan(tmp_path, "data", "import", "large")


def test_an_installation_without_its_product_files_says_so(tmp_path: Path, sources: Path) -> None:
    install(sources)
    Path(dataset._ARCHIVE).write_bytes(b"")
    with pytest.raises(ScanError, match="The product data is damaged"):
        update(tmp_path, fresh())
    Path(dataset._COMPILED).write_bytes(b"{}")
    with pytest.raises(ScanError, match="The product data is damaged"):
        dataset.fetched_name()


def test_a_process_killed_while_it_fetches_leaves_the_old_data(tmp_path: Path, sources: Path) -> None:
    update(tmp_path, fresh(date(2026, 8, 30)))
    before = contents(tmp_path)

    def half(handler: BaseHTTPRequestHandler) -> None:
        body = text(answer())
        send(handler, body[: len(body) // 2], Content_Length=str(len(body)))
        handler.wfile.flush()
        time.sleep(5)

    with serving(half) as (address, asked):
        code = f"{_patched(sources)}; cli.main()"
        command = [sys.executable, "-c", code, "data", "update", "--from", address]
        with subprocess.Popen(command, **_surroundings(tmp_path)) as process:
            while not asked:
                time.sleep(0.01)
            time.sleep(0.1)
            assert process.poll() is None
            process.kill()
    assert contents(tmp_path) == before
    assert NEW in explained(tmp_path)


def test_a_process_killed_while_it_writes_leaves_the_old_data(tmp_path: Path, sources: Path) -> None:
    update(tmp_path, answer(date(2026, 8, 30)))
    before = contents(tmp_path)
    (tmp_path / "answer.json").write_bytes(text(fresh()))
    kill = "os.replace = lambda *_: os.kill(os.getpid(), 9)"
    command = [sys.executable, "-c", f"{_patched(sources)}; {kill}; cli.main()", "data", "import", "answer.json"]
    done = subprocess.run(command, **_surroundings(tmp_path), check=False)

    assert done.returncode == -signal.SIGKILL
    assert before.items() < contents(tmp_path).items()
    assert OLD in explained(tmp_path)
    update(tmp_path, fresh())
    assert NEW in explained(tmp_path)


def test_all_facts_come_back_from_the_form_of_the_api() -> None:
    files = build.files_in(str(PRODUCTS))
    lowest = renew.lowest(files)
    told = answer(date(2026, 8, 22), [name.removesuffix(".md") for name in lowest if name.endswith(".md")])
    used = dataset.Catalogue(build.compile_files(files).content)
    came = renew.renewed(renew.facts(text(told), lowest), files, used.stamp, TODAY)

    again = dataset.Catalogue(came.content)
    assert came.stamp.date == used.stamp.date
    assert list(again) == list(used)


def test_the_cache_is_where_platformdirs_would_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "EOLSCAN_CACHE"):
        monkeypatch.delenv(name, raising=False)
    assert dataset.cache_folder(os.environ, "/") == platformdirs.user_cache_dir("eolscan", appauthor=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert dataset.cache_folder(os.environ, "/") == platformdirs.user_cache_dir("eolscan", appauthor=False)


@pytest.mark.parametrize(
    ("system", "environ", "folder"),
    [
        ("linux", {}, None),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "/h/.cache/eolscan"),
        ("linux", {"HOME": "/h", "EOLSCAN_CACHE": ""}, None),
        ("linux", {"HOME": "/h", "EOLSCAN_CACHE": "x"}, "/here/x"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/eolscan"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/eolscan/Cache"),
        ("win32", {}, None),
    ],
)
def test_the_cache_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, system: str, environ: dict[str, str], folder: str | None
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert dataset.cache_folder(environ, "/here") == folder


def contents(folder: Path) -> dict[str, bytes]:
    cache = folder / "cache"
    return {path.name: path.read_bytes() for path in cache.iterdir()} if cache.exists() else {}


def _patched(sources: Path) -> str:
    """Return code that works in the small checkout."""
    return (
        "import os, sys; from scanner import cli; from scanner.catalog import dataset; "
        f"dataset._SOURCES = {str(sources)!r}; dataset._COMPILED = {dataset._COMPILED!r}"
    )


def _surroundings(folder: Path) -> dict[str, Any]:
    # Coverage loads modules of its own into every process that it measures.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {"cwd": folder, "env": environ | {"PYTHONPATH": str(ROOT), "EOLSCAN_CACHE": str(folder / "cache")}}
