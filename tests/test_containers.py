"""Container images: every way to keep one is read as the tree that its layers leave; what is hostile is a problem."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from scanner import containers
from scanner.corridor import dependencies
from scanner.model import Problem
from scanner.reading import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

OS_RELEASE = b"ID=debian\nVERSION_ID=12\n"
STATUS = "var/lib/dpkg/status"

# What a layer holds: content, or where a link leads (a second name with `=` before it), or a folder.
Content = bytes | str | None


def package(name: str) -> bytes:
    return f"Package: {name}\nStatus: install ok installed\nVersion: 1\n\n".encode()


def layer(files: Mapping[str, Content]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                member.size = len(content)
            elif content is None:
                member.type = tarfile.DIRTYPE
            else:
                member.type = tarfile.LNKTYPE if content.startswith("=") else tarfile.SYMTYPE
                member.linkname = content.removeprefix("=")
            archive.addfile(member, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def saved(path: Path, layers: Sequence[bytes], *, manifest: object = None) -> str:
    """Write what `docker save` writes."""
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    default = [{"Config": "c.json", "RepoTags": ["app:1"], "Layers": names}]
    content: dict[str, Content] = dict(zip(names, layers, strict=True))
    content["manifest.json"] = json.dumps(default if manifest is None else manifest).encode()
    path.write_bytes(layer(content))
    return str(path)


def blobs(layers: Sequence[bytes]) -> dict[str, Content]:
    """Return the files of an OCI layout with one image."""
    found: dict[str, Content] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    found["index.json"] = index(
        [added(found, json.dumps({"layers": [added(found, data) for data in layers]}).encode())]
    )
    return found


def index(manifests: Sequence[object]) -> bytes:
    return json.dumps({"manifests": manifests}).encode()


def added(found: dict[str, Content], data: bytes) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    found[f"blobs/sha256/{digest}"] = data
    return {"digest": f"sha256:{digest}", "size": len(data)}


def directory(path: Path, files: Mapping[str, Content]) -> str:
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        assert isinstance(content, bytes)
        target.write_bytes(content)
    return str(path)


def zstd(data: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression.zstd import compress
    else:
        from backports.zstd import compress
    return compress(data)


def names(path: str) -> list[str]:
    """Return the packages in an image, and no problem."""
    found, reading = dependencies(Request((path,), os.path.dirname(path), lambda: b""))
    assert reading.problems == []
    return [dependency.purl.rpartition("/")[2].partition("?")[0] for dependency in found]


def problems(path: str) -> list[str]:
    return [found.message for found in containers.files(path, "image.tar") if isinstance(found, Problem)]


def kept(path: str) -> dict[str, bytes]:
    return {found.path: found.data for found in containers.files(path, "image.tar") if not isinstance(found, Problem)}


# Every way to keep an image.

LAYERS = (layer({"etc/os-release": OS_RELEASE, STATUS: package("a")}), layer({STATUS: package("b")}))


@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstd])
@pytest.mark.parametrize("whole", [bytes, gzip.compress, zstd])
def test_an_archive_is_read_however_it_and_its_layers_are_packed(
    tmp_path: Path, packed: Callable[[bytes], bytes], whole: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "image"
    saved(path, [packed(data) for data in LAYERS])
    path.write_bytes(whole(path.read_bytes()))
    assert names(str(path)) == ["debian@12", "b@1"]


def test_a_layout_is_read_as_a_directory_and_as_an_archive(tmp_path: Path) -> None:
    layout = blobs([gzip.compress(data) for data in LAYERS])
    archive = tmp_path / "layout.tar"
    archive.write_bytes(layer(layout))
    assert names(directory(tmp_path / "layout", layout)) == names(str(archive)) == ["debian@12", "b@1"]


def test_places_are_inside_of_the_archive(tmp_path: Path) -> None:
    path = saved(tmp_path / "image.tar", LAYERS)
    found, reading = dependencies(Request(("image.tar",), str(tmp_path), lambda: b""))
    assert [place.location.path for place in found] == ["image.tar:/etc/os-release", f"image.tar:/{STATUS}"]
    assert [given.path for given in reading.inputs] == ["image.tar", *(place.location.path for place in found)]
    assert all(given.repo_path == given.path for given in reading.inputs)
    assert containers.is_image(path)


def test_the_packages_of_an_image_are_of_its_system(tmp_path: Path) -> None:
    path = saved(tmp_path / "image.tar", LAYERS)
    found, _ = dependencies(Request((path,), str(tmp_path), lambda: b""))
    assert found[1].purl == "pkg:deb/debian/b@1?distro=debian-12"


def test_several_images_are_told_apart_and_equal_ones_are_read_once(tmp_path: Path) -> None:
    entry = {"Config": "c", "RepoTags": ["one:1"], "Layers": ["0/layer.tar"]}
    manifest = [entry, entry, {**entry, "RepoTags": ["two:2"], "Layers": ["1/layer.tar"]}]
    path = saved(tmp_path / "image.tar", LAYERS, manifest=manifest)
    assert list(kept(path)) == [
        "image.tar@one:1:/etc/os-release",
        f"image.tar@one:1:/{STATUS}",
        f"image.tar@two:2:/{STATUS}",
    ]


def test_an_index_may_name_images_for_machines_and_what_is_no_image(tmp_path: Path) -> None:
    layout: dict[str, Content] = {"oci-layout": b"{}"}
    manifests = []
    for machine in ("amd64", "arm64"):
        manifest = json.dumps({"layers": [added(layout, layer({STATUS: package(machine)}))]})
        manifests.append({**added(layout, manifest.encode()), "platform": {"os": "linux", "architecture": machine}})
    statement = added(layout, json.dumps({"layers": [added(layout, b"{}")]}).encode())
    manifests.append({**statement, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
    layout["index.json"] = index([added(layout, index(manifests))])
    path = directory(tmp_path / "layout", layout)
    assert list(kept(path)) == [f"image.tar@linux/amd64:/{STATUS}", f"image.tar@linux/arm64:/{STATUS}"]


def test_layers_may_be_links_as_older_archives_have_them(tmp_path: Path) -> None:
    manifest = json.dumps([{"Layers": ["a/layer.tar"]}]).encode()
    path = tmp_path / "image.tar"
    path.write_bytes(layer({"b.tar": LAYERS[0], "a/layer.tar": "../b.tar", "manifest.json": manifest}))
    assert names(str(path)) == ["debian@12", "a@1"]


# The layers.


def tree(tmp_path: Path, *layers: Mapping[str, Content]) -> dict[str, bytes]:
    path = saved(tmp_path / "image.tar", [layer(files) for files in layers])
    return {name.partition(":/")[2]: data for name, data in kept(path).items()}


LOWER: dict[str, Content] = {"a/b/package-lock.json": b"1", "a/package-lock.json": b"2", "package-lock.json": b"3"}


@pytest.mark.parametrize(
    ("upper", "left"),
    [
        ({"a/.wh.b": b""}, {"a/package-lock.json": b"2", "package-lock.json": b"3"}),
        ({".wh.a": b""}, {"package-lock.json": b"3"}),
        ({".wh.package-lock.json": b""}, {"a/b/package-lock.json": b"1", "a/package-lock.json": b"2"}),
        ({"a/.wh..wh..opq": b""}, {"package-lock.json": b"3"}),
        ({".wh..wh..opq": b""}, {}),
        ({"a": b"a file in place of a folder"}, {"package-lock.json": b"3"}),
        ({"a": "elsewhere"}, {"package-lock.json": b"3"}),
        ({"./a/": None, "/a/b": None, ".wh..wh.plnk": b""}, LOWER),
        ({"a/package-lock.json": None}, {"a/b/package-lock.json": b"1", "package-lock.json": b"3"}),
        # Whiteouts speak of the layers below, wherever they stand.
        (
            {"a/package-lock.json": b"4", "a/.wh..wh..opq": b""},
            {"a/package-lock.json": b"4", "package-lock.json": b"3"},
        ),
        ({"a/package-lock.json": b"4", "a/.wh.package-lock.json": b""}, {**LOWER, "a/package-lock.json": b"4"}),
    ],
)
def test_a_layer_hides_what_is_below_it(tmp_path: Path, upper: dict[str, Content], left: dict[str, bytes]) -> None:
    assert tree(tmp_path, LOWER, upper) == left


def test_what_is_hidden_can_come_back(tmp_path: Path) -> None:
    assert tree(tmp_path, LOWER, {".wh.a": b""}, {"a/package-lock.json": b"5"}) == {
        "package-lock.json": b"3",
        "a/package-lock.json": b"5",
    }


@pytest.mark.parametrize("link", ["../usr/lib/os-release", "/usr/lib/os-release", "=usr/lib/os-release"])
def test_links_lead_to_what_is_in_the_image(tmp_path: Path, link: str) -> None:
    path = saved(tmp_path / "image.tar", [layer({"usr/lib/os-release": OS_RELEASE, "etc/os-release": link})])
    assert names(path) == ["debian@12"]


@pytest.mark.parametrize(
    "link", ["os-release-of-ours", "../../../../etc/os-release-of-ours", "=etc/os-release-of-ours"]
)
def test_what_only_a_link_names_is_read_too(tmp_path: Path, link: str) -> None:
    layers = [layer({"etc/os-release-of-ours": OS_RELEASE}), layer({"etc/os-release": link})]
    assert names(saved(tmp_path / "image.tar", layers)) == ["debian@12"]


def test_links_in_a_circle_and_into_nothing_are_no_files(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "etc/os-release": "../usr/lib/os-release",
        "usr/lib/os-release": "/etc/os-release",
        "package-lock.json": "nowhere",
        "etc/lsb-release": b"DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=20.04\n",
    }
    assert names(saved(tmp_path / "image.tar", [layer(files)])) == ["ubuntu@20.04"]


def test_what_a_walk_would_pass_over_is_passed_over(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "proc/1/package-lock.json": b"{}",
        "root/.cache/package-lock.json": b"{}",
        "usr/lib/python3/site-packages/six/tests/requirements.txt": b"six",
        "srv/node_modules/a/package.json": b"{}",
        "srv/node_modules/a/yarn.lock": b"",
        "srv/readme.md": b"",
    }
    assert list(tree(tmp_path, files)) == ["srv/node_modules/a/package.json"]


def test_long_and_foreign_names_are_read(tmp_path: Path) -> None:
    name = f"srv/{'ä' * 90}/{'b' * 120}/package-lock.json"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            member = tarfile.TarInfo(name)
            member.size = 2
            archive.addfile(member, io.BytesIO(b"{}"))
        assert list(kept(saved(tmp_path / "image.tar", [buffer.getvalue()]))) == [f"image.tar:/{name}"]


# What is hostile, or damaged.


def test_nothing_leads_out_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "package-lock.json").write_text("secret")
    monkeypatch.chdir(tmp_path / "work")
    hostile = layer(
        {"../package-lock.json": b"x", "/../../x/package-lock.json": b"x", "yarn.lock": "../../package-lock.json"}
    )
    manifest = [{"Layers": ["0/layer.tar", "../package-lock.json", "/etc/passwd"]}]
    path = saved(tmp_path / "work" / "image.tar", [hostile], manifest=manifest)
    assert kept(path) == {}
    assert len(problems(path)) == 3
    assert os.listdir(tmp_path / "work") == ["image.tar"]


def test_a_blob_that_is_a_link_out_of_the_layout_is_not_read(tmp_path: Path) -> None:
    layout = blobs(LAYERS)
    path = directory(tmp_path / "layout", layout)
    digest = hashlib.sha256(LAYERS[0]).hexdigest()
    blob = tmp_path / "layout" / "blobs" / "sha256" / digest
    blob.rename(tmp_path / "elsewhere")
    blob.symlink_to(tmp_path / "elsewhere")
    assert any("leads elsewhere" in message for message in problems(path))
    assert list(kept(path)) == [f"image.tar:/{STATUS}"]


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        [1],
        [{"Layers": 1}],
        [{"Layers": [{}]}],
        [{}],
        "text",
        [{"Layers": ["nowhere"]}],
        [{"Layers": [], "RepoTags": 1}],
    ],
)
def test_a_manifest_of_any_shape_is_a_problem(tmp_path: Path, manifest: object) -> None:
    path = saved(tmp_path / "image.tar", [], manifest=manifest)
    assert problems(path)
    _, reading = dependencies(Request((path,), str(tmp_path), lambda: b""))
    assert [given.unread for given in reading.inputs] == [True]


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"manifests": [{"digest": "sha256:../../x"}]}', b"\xff" * 9])
def test_an_index_of_any_shape_is_a_problem(tmp_path: Path, document: bytes) -> None:
    layout: dict[str, Content] = {"oci-layout": b"{}", "index.json": document}
    assert problems(directory(tmp_path / "layout", layout))


def test_an_index_that_names_itself_ends(tmp_path: Path) -> None:
    # No digest can be its own; a name in a chain can be as long as one likes.
    layout: dict[str, Content] = {"oci-layout": b"{}"}
    inner = index([])
    for _ in range(50):
        inner = index([added(layout, inner)] * 2)
    layout["index.json"] = inner
    assert any("too deeply" in message for message in problems(directory(tmp_path / "layout", layout)))


@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstd])
def test_what_comes_before_the_damage_is_read(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    noise = hashlib.shake_256(b"noise").digest(400_000)
    whole = packed(layer({"etc/os-release": OS_RELEASE, "noise": noise, STATUS: package("a")}))
    path = saved(tmp_path / "image.tar", [whole[:300_000], LAYERS[1]])
    assert list(kept(path)) == ["image.tar:/etc/os-release", f"image.tar:/{STATUS}"]
    assert len(problems(path)) == 1


def test_a_bomb_is_given_up(tmp_path: Path) -> None:
    bomb = gzip.compress(layer({"package-lock.json": bytes(100 << 20)}), 9)
    path = saved(tmp_path / "image.tar", [bomb, LAYERS[0]])
    assert f"image.tar:/{STATUS}" in kept(path)
    assert any("far more than a real file" in message for message in problems(path))


def test_there_is_an_end_to_layers_images_and_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_MOST_LAYERS", 2)
    monkeypatch.setattr(containers, "_MOST_IMAGES", 1)
    monkeypatch.setattr(containers, "_MOST_KEPT", 100)
    monkeypatch.setattr(containers, "_LARGEST_FILE", 1000)
    files: dict[str, Content] = {f"{number}/package-lock.json": b"{}" for number in range(9)}
    manifest = [{"Layers": ["0/layer.tar", "./0/layer.tar", "0//layer.tar"]}, {"Layers": ["0/layer.tar"]}]
    data = layer({**files, "package-lock.json": bytes(2000)})
    path = saved(tmp_path / "image.tar", [data], manifest=manifest)
    assert len(problems(path)) == 4
    assert 0 < len(kept(path)) < 9


def test_a_layer_that_comes_again_and_again_is_read_once(tmp_path: Path) -> None:
    manifest = [{"Layers": ["0/layer.tar", "1/layer.tar"] * 100_000}]
    path = saved(tmp_path / "image.tar", LAYERS, manifest=manifest)
    assert problems(path) == []
    assert kept(path)[f"image.tar:/{STATUS}"] == package("b")


def test_after_some_layers_that_cannot_be_read_the_rest_is_left(tmp_path: Path) -> None:
    manifest = [{"Layers": [f"nowhere-{number}" for number in range(400)]}]
    assert len(problems(saved(tmp_path / "image.tar", [], manifest=manifest))) == 10


def test_an_archive_without_an_image_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "sources.tar"
    path.write_bytes(layer({"package-lock.json": b"{}"}))
    assert problems(str(path)) == ["This archive holds no container image."]


def test_an_image_with_nothing_to_read_says_so(tmp_path: Path) -> None:
    path = saved(tmp_path / "image.tar", [layer({"app": b"binary"})])
    assert problems(path) == ["The image holds nothing that eolscan reads: no packages, and no lockfile."]
