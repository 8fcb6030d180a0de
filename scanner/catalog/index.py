"""purl → product, by the identifiers that product files list.

https://github.com/package-url/purl-spec. Identifiers are compared exactly, after both sides took the
form that their purl type knows as the same (a key, `pypi/django`); never by name, never by a part of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from scanner.model import Evidence, EvidenceClass, EvidenceKind
from scanner.purl import split

if TYPE_CHECKING:
    from scanner.model import Product
    from scanner.purl import Purl

# A purl of these types is a package that a distribution made: the distribution's support counts.
DISTRO_TYPES = frozenset({"apk", "deb", "rpm"})

_HUB = "docker.io"
_HUB_SUFFIXES = (".docker.io", ".docker.com")
_IMAGE_TYPES = frozenset({"docker", "oci"})
_TYPE_NAMES = {"alpine": "apk"}
_VENDOR_NAMES = {"rpm/rhel": "rpm/redhat", "rpm/amazon": "rpm/amzn"}
_WITHOUT_CASE = frozenset(
    {"alpm", "apk", "bitbucket", "composer", "deb", "github", "golang", "hex", "npm", "nuget", "pypi", "rpm"}
)
_LOWER_HEADS = {f"pkg:{purl_type}": purl_type for purl_type in sorted(_WITHOUT_CASE)}
_CASED_HEADS = {f"pkg:{purl_type}": purl_type for purl_type in ("cargo", "gem", "generic", "maven")}
_SEPARATORS = re.compile(r"[-_.]+")


class Found(NamedTuple):
    """The product that lists a purl as its own, and the version the purl has.

    `type` is the purl's type, `apk` also for `alpine`; see DISTRO_TYPES.
    """

    product: Product
    evidence: Evidence
    type: str
    version: str | None


class Known(Protocol):
    """What the index asks of the product data; `dataset.Catalogue` is one."""

    def find(self, key: str) -> tuple[str, ...]:
        """Return the ids of the products that list an identifier with this key."""

    def product(self, name: str) -> Product | None:
        """Return a product by its id or one of its aliases."""


class Index:
    """Finds products by purl."""

    def __init__(self, known: Known) -> None:
        """Look things up in this product data."""
        self._known = known

    def find(self, purl: str) -> Found | None:
        """Return the product that lists this purl among its identifiers.

        Where several products list it, the one whose id comes first is taken.
        """
        key = key_of(purl)
        ids = self._known.find(key) if key else ()
        if not ids or key is None:
            return None
        product, parts = self._known.product(ids[0]), split(purl)
        if product is None or parts is None:
            return None
        identifier = next(text for kind, text in product.identifiers if kind == "purl" and key in keys_of(text))
        evidence = Evidence(EvidenceKind.IDENTIFIER, identifier, EvidenceClass.VENDOR, product.source)
        return Found(product, evidence, _type(parts), _version(parts))


def key_of(purl: str) -> str | None:
    """Return the key of a purl, whatever its version and qualifiers; None when it is no purl.

    Purls that are told apart as text cost about a microsecond; the unusual ones go the long way.
    """
    base, at, rest = purl.rpartition("@")
    head, _, path = (base if at else rest.rstrip()).partition("/")
    if path.startswith("%40"):  # an npm scope, as most tools write it
        path = f"@{path[3:]}"
    if not path or path[0] == "/" or path[-1] == "/" or "%" in path or "?" in path or "#" in path:
        return _key(purl)
    if (lower := _LOWER_HEADS.get(head)) is not None:
        path = path.lower()
        if lower == "pypi" and not path.isalnum():
            path = _SEPARATORS.sub("-", path)
        return f"{lower}/{path}" if lower != "rpm" else _with_vendor(f"rpm/{path}")
    if (cased := _CASED_HEADS.get(head)) is not None:
        return f"{cased}/{path}"
    return _key(purl)


def keys_of(identifier: str) -> tuple[str, ...]:
    """Return the keys under which a product's identifier is found.

    They are one, but for images: `repository_url` may or may not hold the image's own name, so
    `oci/etcd?repository_url=host/etcd` stands for `host/etcd` as well as for `host/etcd/etcd`.
    """
    key, parts = key_of(identifier), split(identifier)
    if key is None or parts is None:
        return ()
    url = parts.qualifiers.get("repository_url", "")
    if parts.type == "oci" and url.rpartition("/")[2].lower() == parts.name.lower():
        return key, f"{key}/{parts.name.lower()}"
    return (key,)


def _key(purl: str) -> str | None:
    parts = split(purl)
    if parts is None:
        return None
    purl_type, name, namespace = _type(parts), parts.name, parts.namespace
    if purl_type in _IMAGE_TYPES:
        return _image_key(parts)
    if purl_type in _WITHOUT_CASE:
        name, namespace = name.lower(), namespace.lower()
    if purl_type == "pypi":
        name, namespace = _SEPARATORS.sub("-", name), _SEPARATORS.sub("-", namespace)
    if parts.type == "alpine":
        namespace = namespace or "alpine"
    return _with_vendor(f"{purl_type}/{namespace}/{name}" if namespace else f"{purl_type}/{name}")


def _with_vendor(key: str) -> str:
    vendor, _, name = key.rpartition("/")
    return f"{_VENDOR_NAMES[vendor]}/{name}" if vendor in _VENDOR_NAMES else key


def _image_key(parts: Purl) -> str | None:
    """Return `image/host/path`: `docker` and `oci` purls name the same images in two ways."""
    path = f"{parts.namespace}/{parts.name}".strip("/").lower()
    url = parts.qualifiers.get("repository_url", "").lower()
    url = url.partition("://")[2] or url
    host, _, folder = url.strip("/").partition("/")
    if not host and parts.type == "oci":
        return None  # an image of this name, from wherever it may be
    host = _HUB if not host or host.endswith(_HUB_SUFFIXES) else host
    if host == "quay.io":
        folder = folder.removeprefix("repository/")  # the address of its web page
    path = _joined(folder, path)
    if host == _HUB:
        path = path.removeprefix("library/")
    return f"image/{host}/{path}"


def _joined(folder: str, path: str) -> str:
    if not folder or path == folder or path.startswith(f"{folder}/"):
        return path
    if folder.endswith(f"/{path}"):
        return folder
    return f"{folder}/{path}"


def _type(parts: Purl) -> str:
    return _TYPE_NAMES.get(parts.type, parts.type)


def _version(parts: Purl) -> str | None:
    # The version of an `oci` purl is a digest, and its tag a qualifier.
    return parts.qualifiers.get("tag", parts.version) if parts.type in _IMAGE_TYPES else parts.version
