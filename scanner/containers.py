"""Reads container images as trees of files: what `docker save` writes, and OCI layouts, as directories or archives.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md and, for layers and their whiteouts,
https://github.com/opencontainers/image-spec/blob/main/layer.md. No container engine is asked. Layers are read from the
front, one upon the other; only what a parser reads is kept, packed.
"""

from __future__ import annotations

import os
import posixpath
import re
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import blobs, claims, decode
from scanner.discover import is_of_system
from scanner.model import Location, Problem, ScanError
from scanner.packing import is_packed
from scanner.source import Source
from scanner.syntax.tar import Kind, TarError
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.blobs import Blobs
    from scanner.syntax.tar import Member, Stream

_LAYOUT: Final = "oci-layout"
_INDEX: Final = "index.json"
_MANIFEST: Final = "manifest.json"
_DIGEST: Final = re.compile(r"(sha256|sha384|sha512):([0-9a-f]{64,128})")
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"
_OWN: Final = ".wh..wh."
# What parsers ask for beside the files that they claim.
_BYSTANDERS: Final = frozenset({"REQUESTED", "debian_version", "direct_url.json", "rpmdb.sqlite-wal"})

# Engines take at most 127 layers; an archive for every machine has a dozen images.
_MOST_LAYERS: Final = 500
_MOST_IMAGES: Final = 24
_DEEPEST_INDEX: Final = 4
_MOST_LINKS: Final = 8
_MOST_TROUBLES: Final = 8
# A file that is read, and all that are kept, packed.
_LARGEST_FILE: Final = 128 << 20
_MOST_KEPT: Final = 64 << 20
_PIECE: Final = 1 << 18


class Image(NamedTuple):
    """An image: what it is called among others, and the names of its layers' blobs, the lowest first."""

    name: str
    layers: tuple[str, ...]


def is_image(path: str) -> bool:
    """Tell whether a path is that of an image, or of an archive which should hold one."""
    if os.path.isdir(path):
        return all(os.path.isfile(os.path.join(path, name)) for name in (_LAYOUT, _INDEX))
    return blobs.is_archive(path)


def files(path: str, shown: str) -> Iterator[Source | Problem]:
    """Yield what parsers read of an image, in the order of a walk, as its uppermost layers leave it.

    A file is shown as `image.tar:/etc/os-release`; what lies beside it is had from the image.
    """
    place = Location(shown)
    try:
        found = blobs.opened(path, shown)
        yield from (Problem(trouble, place) for trouble in found.troubles)
        images = list(dict.fromkeys(_images(found)))
    except _ERRORS as error:
        yield Problem(f"The image cannot be read: {_said(error)}", place)
        return
    if not images:
        yield Problem("This archive holds no container image.", place)
    if len(images) > _MOST_IMAGES:
        yield Problem(f"Of the {len(images):,} images here the first {_MOST_IMAGES} are read.", place)
    for image in images[:_MOST_IMAGES]:
        yield from _squashed(found, image, f"{shown}@{image.name}" if len(images) > 1 else shown, place)


_ERRORS: Final = (OSError, EOFError, ScanError, decode.ShapeError, TarError)


def _said(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text if text.endswith(".") else f"{text}."


def _images(found: Blobs) -> Iterator[Image]:
    if found.has(_MANIFEST):
        # What `docker save` writes; newer ones write an index besides.
        for entry in decode.items(found.json(_MANIFEST), "The manifest"):
            table = decode.table(entry, "An image of the manifest")
            layers = [decode.text(name, "A layer") for name in decode.items(table.get("Layers"), "The list of layers")]
            tags = table.get("RepoTags") or [table.get("Config")]
            yield Image(str(tags[0]) if isinstance(tags, list) and tags else "", tuple(layers))
    elif found.has(_INDEX):
        yield from _indexed(found, _INDEX, "", 0)


def _indexed(found: Blobs, name: str, called: str, depth: int) -> Iterator[Image]:
    """Yield the images of a manifest, or of an index, which may name others."""
    document = decode.table(found.json(name), "The manifest")
    if "layers" in document:
        layers = (decode.table(layer, "A layer") for layer in decode.items(document["layers"], "The list of layers"))
        yield Image(called, tuple(_blob(layer) for layer in layers))
        return
    if depth > _DEEPEST_INDEX:
        msg = "the indexes name each other too deeply."
        raise ScanError(msg)
    for entry in decode.items(document.get("manifests"), "The list of manifests")[: 2 * _MOST_IMAGES]:
        table = decode.table(entry, "A manifest")
        if not _is_attestation(table):
            yield from _indexed(found, _blob(table), _called(table) or called, depth + 1)


def _blob(descriptor: decode.Table) -> str:
    digest = decode.text(descriptor.get("digest"), "A digest")
    parts = _DIGEST.fullmatch(digest)
    if parts is None:
        msg = f"{quoted(digest)} is no digest."
        raise ScanError(msg)
    return f"blobs/{parts[1]}/{parts[2]}"


def _is_attestation(descriptor: decode.Table) -> bool:
    # Builders put a statement beside the image that describes how it was made.
    notes = descriptor.get("annotations")
    return isinstance(notes, dict) and notes.get("vnd.docker.reference.type") == "attestation-manifest"


def _called(descriptor: decode.Table) -> str:
    notes, platform = descriptor.get("annotations"), descriptor.get("platform")
    if isinstance(platform, dict):
        return "/".join(str(platform[key]) for key in ("os", "architecture", "variant") if platform.get(key))
    name = notes.get("org.opencontainers.image.ref.name") if isinstance(notes, dict) else None
    return name if isinstance(name, str) else ""


def _squashed(found: Blobs, image: Image, shown: str, place: Location) -> Iterator[Source | Problem]:
    tree = _Tree()
    troubles = _laid(found, image, tree)
    if lost := tree.lost():
        # A name that a parser claims is a link to one that none does; the layers are read again for those.
        behind = _Tree(lost.__contains__)
        _laid(found, image, behind)
        tree.add(behind)
    yield from (Problem(trouble, place) for trouble in (*troubles, *tree.troubles))
    sources = list(tree.sources(shown))
    if not sources and not troubles:
        yield Problem("The image holds nothing that eolscan reads: no packages, and no lockfile.", place)
    yield from sources


def _laid(found: Blobs, image: Image, tree: _Tree) -> list[str]:
    """Lay all layers of an image upon each other; return what went wrong."""
    troubles: list[str] = []
    # A layer that comes twice overwrites all that it had brought itself.
    layers = [*reversed(dict.fromkeys(reversed(image.layers)))]
    for name in layers[:_MOST_LAYERS]:
        if len(troubles) > _MOST_TROUBLES:
            troubles.append("The layers above are not read.")
            break
        try:
            with found.open(name) as file:
                stream = found.stream(file, f"The layer {quoted(name)}")
                tree.lay(found.members(stream), stream)
        except _ERRORS as error:
            troubles.append(f"A layer of the image cannot be read to its end: {_said(error)}")
    if len(layers) > _MOST_LAYERS:
        troubles.append(f"Of the {len(layers):,} layers of the image the first {_MOST_LAYERS} are read.")
    return troubles


class _Layer:
    """What one layer changes: whiteouts hold for the layers below it, wherever in the layer they stand."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.links: dict[str, str] = {}
        self.gone: set[str] = set()
        self.opaque: set[str] = set()
        self.size = 0


class _Tree:
    """The files of an image that are wanted, by their paths, as the layers up to now leave them."""

    def __init__(self, wanted: Callable[[str], bool] | None = None) -> None:
        # Sentences, each once.
        self.troubles: dict[str, None] = {}
        self._wanted = wanted or _is_wanted
        self._files: dict[str, bytes] = {}
        self._links: dict[str, str] = {}
        self._folders: set[str] = set()
        self._size = 0

    def lay(self, members: Iterator[Member], stream: Stream) -> None:
        """Lay a layer upon the others; what comes before an error counts."""
        layer = _Layer()
        try:
            for member in members:
                path = blobs.inner(member.name)
                if path is None:
                    self.troubles["Names in the image that lead out of it are passed over."] = None
                else:
                    self._take(layer, path, member, stream)
        finally:
            self._change(layer)

    def lost(self) -> frozenset[str]:
        """Return what links lead to that was not wanted, and so is not known."""
        targets = {self._target(path) for path in self._links}
        return frozenset(target for target in targets if target not in self._files)

    def add(self, behind: _Tree) -> None:
        """Take the files that links lead to."""
        for path in self._links:
            content = behind._files.get(self._target(path))
            if content is not None:
                self._files[path] = content

    def sources(self, shown: str) -> Iterator[Source]:
        """Yield the files that parsers claim, in the order of a walk."""
        names: dict[str, list[str]] = {}
        for path in self._files:
            folder, _, name = path.rpartition("/")
            names.setdefault(folder, []).append(name)
        for folder in sorted(names, key=lambda folder: folder.split("/")):
            for name in sorted(names[folder], key=lambda name: (bool(claims.pinned_by(name)), name)):
                path = posixpath.join(folder, name)
                if is_of_system(path) and not claims.yields(path, names[folder]):
                    yield _Inside(self, shown, path)

    def content(self, path: str) -> bytes | None:
        """Return what is kept of a file, packed; None where nothing is."""
        return self._files.get(path, self._files.get(self._target(path)))

    def _take(self, layer: _Layer, path: str, member: Member, stream: Stream) -> None:
        folder, _, name = path.rpartition("/")
        if name.startswith(_WHITEOUT):
            if name == _OPAQUE:
                layer.opaque.add(folder)
            elif not name.startswith(_OWN):
                layer.gone.add(posixpath.join(folder, name.removeprefix(_WHITEOUT)))
            return
        # What has the same name below is gone, and so is what was in a folder that is none any more.
        self._size -= len(self._files.pop(path, b""))
        self._links.pop(path, None)
        if path in self._folders and member.kind is not Kind.FOLDER:
            layer.gone.add(path)
        if member.kind is not Kind.FOLDER and self._wanted(path):
            self._keep(layer, path, member, stream)

    def _keep(self, layer: _Layer, path: str, member: Member, stream: Stream) -> None:
        if member.kind is Kind.SYMLINK:
            # As the system would see it: nothing is above its root.
            folder = posixpath.dirname(path)
            layer.links[path] = posixpath.normpath(posixpath.join("/", folder, member.target)).lstrip("/")
        elif member.kind is Kind.LINK and (target := blobs.inner(member.target)):
            layer.links[path] = target
        elif member.kind is Kind.FILE and member.size > _LARGEST_FILE:
            self.troubles[f"{quoted(path)} has {member.size >> 20:,} MiB and is not read."] = None
        elif member.kind is Kind.FILE:
            content = _packed(stream, member.size)
            layer.size += len(content)
            if self._size + layer.size > _MOST_KEPT:
                self.troubles[f"There is more to read in the image than {_MOST_KEPT >> 20} MiB, packed."] = None
                layer.size -= len(content)
            else:
                layer.files[path] = content

    def _change(self, layer: _Layer) -> None:
        for gone in layer.gone:
            if gone in self._folders:
                self._clear(gone)
            self._files.pop(gone, None)
            self._links.pop(gone, None)
        for folder in layer.opaque:
            self._clear(folder)
        self._files |= layer.files
        self._links |= layer.links
        self._size = sum(map(len, self._files.values()))
        self._folders = {folder for path in (*self._files, *self._links) for folder in _above(path)}

    def _clear(self, folder: str) -> None:
        start = f"{folder}/" if folder else ""
        for kept in (self._files, self._links):
            for path in [path for path in kept if path.startswith(start)]:
                del kept[path]

    def _target(self, path: str) -> str:
        for _ in range(_MOST_LINKS):
            if path not in self._links:
                break
            path = self._links[path]
        return path


class _Inside(Source):
    """A file of an image; it is unpacked when it is read."""

    def __init__(self, tree: _Tree, shown: str, path: str) -> None:
        super().__init__(f"{shown}:/{path}", partial(BytesIO, tree.content(path) or b""))
        self._tree, self._shown, self._inner = tree, shown, path

    def beside(self, relative: str) -> Source | None:
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(self._inner), relative)).lstrip("/")
        return _Inside(self._tree, self._shown, path) if self._tree.content(path) is not None else None


def _is_wanted(path: str) -> bool:
    return is_of_system(path) or path.rpartition("/")[2] in _BYSTANDERS


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _packed(stream: Stream, size: int) -> bytes:
    """Read a file, and pack it as `Source` will unpack it; what is packed already stays as it is."""
    import zlib

    first = stream.read(min(size, _PIECE))
    left = size - len(first)
    packer = zlib.compressobj(1, wbits=31)
    parts = [first if is_packed(first) else packer.compress(first)]
    while left > 0 and (piece := stream.read(min(left, _PIECE))):
        left -= len(piece)
        parts.append(piece if is_packed(first) else packer.compress(piece))
    return b"".join(parts) if is_packed(first) else b"".join((*parts, packer.flush()))
