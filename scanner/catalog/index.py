"""purl → product, by the identifiers and families that product files list; CPE, system or image → products.

https://github.com/package-url/purl-spec. Identifiers are compared exactly, after both sides took the
form that their purl type knows as the same (a key, `pypi/django`); never by name, never by a part of it.
What a product lists itself comes first, then what follows from its repository, then families.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple, Protocol

from scanner.model import Evidence, EvidenceClass, EvidenceKind, Reason
from scanner.purl import DISTRO_HEADS, DISTRO_TYPES, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scanner.catalog.images import Tables
    from scanner.model import Family, Product
    from scanner.purl import Purl

# What the key of an image begins with, and where an image is whose name has no host.
IMAGE = "image/"
HUB = "docker.io"
_HUB_SUFFIXES = (".docker.io", ".docker.com")
# Purls of these types are images.
IMAGE_TYPES = frozenset({"docker", "oci"})
_ALPINE = "alpine"
_TYPE_NAMES = {_ALPINE: "apk"}
_VENDOR_NAMES = {"rpm/rhel": "rpm/redhat", "rpm/amazon": "rpm/amzn"}
_WITHOUT_CASE = frozenset(
    {"alpm", "apk", "bitbucket", "composer", "deb", "github", "golang", "hex", "npm", "nuget", "pypi", "rpm"}
)
_LOWER_HEADS = {f"pkg:{purl_type}": purl_type for purl_type in sorted(_WITHOUT_CASE)}
_CASED_HEADS = {f"pkg:{purl_type}": purl_type for purl_type in ("cargo", "gem", "generic", "maven")}
_SEPARATORS = re.compile(r"[-_.]+")
# More than the name tells what purls of these types are.
_NOT_BY_NAME = DISTRO_TYPES | IMAGE_TYPES | {"generic"}
_QUERY = r"[?#][^\n]*"
_BASES_REMEMBERED = 100_000
_ANY = ("",)

# Few scans ask for what these find, so they are compiled when one does.
# A backslash takes the meaning from the character after it.
_COLON = r"(?<!\\):"
_ESCAPED = r"\\(.)"
_CPE_NAMED = 3
_NAME_SHOWN = 60
_CPE_OPEN = frozenset({"", "*", "-"})

# https://www.freedesktop.org/software/systemd/man/latest/os-release.html: what an ID is made of; one
# release of what has this id may be another product's (`centos@9`).
_OS_ID = r"[a-z0-9][a-z0-9._-]*(?:@[0-9]+)?"
_OS_SPACES = str.maketrans(" _", "--")


class Found(NamedTuple):
    """The product that a purl belongs to, and the product's version that the purl's version stands for.

    `type` is the purl's type, `apk` also for `alpine`. `family` is set when a family
    led to the product, or says how the version is rewritten; `unresolvable` when it knows no version for this one.
    `reason` says of an image, and of what a family does not know, why it tells no version of the product; then
    there is no cycle to look for.
    """

    product: Product
    evidence: Evidence
    type: str
    version: str | None
    unresolvable: bool = False
    family: Family | None = None
    reason: Reason | None = None


class Known(Protocol):
    """What the index asks of the product data; `dataset.Catalogue` is one."""

    def product(self, name: str) -> Product | None:
        """Return a product by its id or one of its aliases."""

    def images(self) -> Tables:
        """Return what is known of container images beside the identifiers of products."""

    def find(self, key: str) -> tuple[Product, EvidenceKind] | None:
        """Return the product that has this key, and how it has it."""

    def index_keys(self) -> Sequence[str]:
        """Return every key by which `find` finds something."""

    def family_starts(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the names begin with in every namespace in which `families` finds something."""

    def packaged_names(self) -> Iterable[str]:
        """Return every name by which `find_packaged` finds something."""

    def families(self, base: str, name: str) -> Sequence[tuple[Product, Family]]:
        """Return the families of a namespace to which a name may belong; see `base_of`."""

    def find_cpe(self, key: str) -> Product | None:
        """Return the product that lists a CPE with this key; see `cpe_key`."""

    def find_packaged(self, name: str) -> Product | None:
        """Return the product that distributions package under this name."""

    def find_os(self, key: str) -> Product | None:
        """Return the product that lists an operating system's id with this key; see `os_key`."""


class Index:
    """Finds products by purl, by CPE, and by what tools call an operating system."""

    def __init__(self, known: Known) -> None:
        """Look things up in this product data."""
        self._known = known
        self._distros: dict[tuple[str, str], Found | None] = {}
        # Even a second import costs more than most look-ups.
        self._products_in: Callable[[str, Known], tuple[Found, ...]] | None = None

    def asked(self, purls: Sequence[object]) -> list[int]:
        """Return the numbers of the purls that may be known; of all others `find` and its like find nothing.

        Names are compared by letters and numbers alone, many at once: where most are unknown, this takes a tenth of
        the time. What is no purl may be known.
        """
        lines = _folded("\n".join(map(str, purls))).split("\n")
        names = self._names
        if len(lines) != len(purls):
            return list(range(len(purls)))
        keys = [line.rpartition("@")[0] for line in lines]
        bases = [key.rpartition("/")[0] for key in keys]
        known = names.keys.intersection(keys)
        together = "\n".join((*keys, ""))
        if "%" in together or "/\n" in together:  # names in an unusual writing
            known.update(key for key in keys if "%" in key or key.endswith("/"))
        special = {base: _heads(base, starts) for base in set(bases) if (starts := names.starts(base))}
        found = [
            number
            for number, key in enumerate(keys)
            if key in known or ((heads := special.get(bases[number])) is not None and key.startswith(heads))
        ]
        return [
            number
            for number in found
            if not keys[number].startswith(DISTRO_HEADS)
            or self._may_be_known(
                str(purls[number]), keys[number], _ANY if keys[number] in known else names.starts(bases[number])
            )
        ]

    def _may_be_known(self, purl: str, key: str, starts: tuple[str, ...]) -> bool:
        name = key.rpartition("/")[2]
        # A distribution's package is judged by the distribution, or by its bare name.
        if name and purl.startswith(DISTRO_HEADS) and "distro=" not in purl and "%" not in key:
            starts = self._names.packaged
        return name.startswith(starts)

    @cached_property
    def _names(self) -> _Names:
        return _Names(self._known)

    def find(self, purl: str) -> Found | None:
        """Return the product to which this purl belongs."""
        key = key_of(purl)
        if key is None:
            return None
        hit = self._known.find(key)
        if hit is None:
            base, _, name = key.rpartition("/")
            near = self._known.families(base, name)
            return _by_family(purl, name, near) if near else None
        product, kind = hit
        if kind is EvidenceKind.FAMILY:
            family = next(family for family in product.families if _has(family, key))
            return _found(purl, product, EvidenceKind.FAMILY, family_text(family), family)
        for family in product.families:
            # Some list a package of their own that counts its versions otherwise.
            if family.versions and _has(family, key):
                return _found(purl, product, EvidenceKind.FAMILY, family_text(family), family)
        wanted = "purl" if kind is EvidenceKind.IDENTIFIER else "derived"
        text = next(text for kind, text in product.identifiers if kind == wanted and key in keys_of(text))
        return _found(purl, product, kind, text)

    def find_cpe(self, cpe: str) -> Found | None:
        """Return the product that lists a CPE of the same part, vendor and product.

        Only for what is no package: operating systems, applications, and components without a purl.
        """
        parts = _cpe_parts(cpe)
        product = self._known.find_cpe(":".join(parts[:3])) if parts else None
        if product is None or parts is None:
            return None
        listed = next(text for kind, text in product.identifiers if kind == "cpe" and cpe_key(text) == cpe_key(cpe))
        return Found(product, evidence_by(product, EvidenceKind.CPE, listed), "", _cpe_version(parts))

    def find_packaged(self, purl: str) -> Found | None:
        """Return the product whose very name a distribution's package bears; None for packages of other types.

        Not for what is judged by its distribution.
        """
        parts = split(purl)
        if parts is None or _type(parts) not in DISTRO_TYPES:
            return None
        product = self._known.find_packaged(parts.name.lower())
        return _found(purl, product, EvidenceKind.IDENTIFIER, f"repology: {parts.name.lower()}") if product else None

    def find_distro(self, purl: str) -> Found | None:
        """Return the distribution whose package this is, by the purl's `distro`, and the release that this names.

        None for what is no package of a distribution, and for a distribution that no product is.
        """
        base, _, query = purl.partition("#")[0].partition("?")
        # Thousands of packages of one system say the same, and most cost no more than these look-ups.
        asked = base.partition("@")[0].rpartition("/")[0], f"&{query}".rpartition("&distro=")[2].partition("&")[0]
        if asked not in self._distros:
            self._distros[asked] = self._distro(*asked)
        return self._distros[asked]

    def _distro(self, head: str, value: str) -> Found | None:
        parts = split(f"{head}/any?distro={value}")
        text = parts.qualifiers.get("distro") if parts else None
        if parts is None or text is None or _type(parts) not in DISTRO_TYPES:
            return None
        namespace = parts.namespace or (_ALPINE if parts.type == _ALPINE else "")
        return self._system(text, namespace, f"distro={text}")

    def find_os(self, purl: str) -> Found | None:
        """Return the operating system that a purl names, whatever its type: `pkg:generic/debian@11`."""
        parts = split(purl)
        if parts is None:
            return None
        return self._system(f"{parts.name}-{parts.version}" if parts.version else parts.name, "", parts.name)

    def find_image(self, text: str) -> tuple[Found, ...]:
        """Return what a container image holds by its name and tag: its product, what is built in, its system.

        `text` is a purl (`docker`, `oci`) or a reference as `docker pull` takes it. Empty when no product
        data names the image. See `Found.reason` for what the tag leaves open.
        """
        if self._products_in is None:
            from scanner.catalog.images import products_in

            self._products_in = products_in
        return self._products_in(text, self._known)

    def _system(self, text: str, namespace: str, identifier: str) -> Found | None:
        from scanner.catalog.distros import system_of

        system = system_of(text, namespace, self._known.find_os)
        if system is None:
            return None
        return Found(system.product, evidence_by(system.product, EvidenceKind.OS, identifier), "", system.version)


class _Names:
    """What is known, by letters and numbers alone: whole keys, and what names begin with in a namespace."""

    def __init__(self, known: Known) -> None:
        self.keys = set(_folded("\n".join(f"pkg:{key}" for key in known.index_keys())).split("\n"))
        self.bases = {
            _folded(f"pkg:{base}"): tuple(map(_folded, starts)) for base, starts in known.family_starts().items()
        }
        bases = [base for base in self.bases if f"{base}/".startswith(DISTRO_HEADS)]
        self._distro_starts = tuple(start for base in bases for start in self.bases[base])
        self._packaged_names = known.packaged_names
        self.bases |= dict.fromkeys(bases, _ANY)

    @cached_property
    def packaged(self) -> tuple[str, ...]:
        """What the names of all begin with that may be a distribution's package, in whatever namespace."""
        distro = (key.rpartition("/")[2] for key in self.keys if key.startswith(DISTRO_HEADS))
        return tuple({*distro, *map(_folded, self._packaged_names()), *self._distro_starts})

    def starts(self, base: str) -> tuple[str, ...]:
        """Return what names that are asked for begin with in a namespace: anything, where more than names counts."""
        if (known := self.bases.get(base)) is not None:
            return known
        head, _, namespace = base.partition("/")
        plain = head.startswith("pkg:") and head[4:] not in _NOT_BY_NAME
        starts = () if plain and "@" not in namespace[1:] and "//" not in f"{base}/" and head[4:].isalnum() else _ANY
        if len(self.bases) < _BASES_REMEMBERED:
            self.bases[base] = starts
        return starts


def _heads(base: str, starts: tuple[str, ...]) -> tuple[str, ...]:
    return starts if starts == _ANY else tuple([f"{base}/{start}" for start in starts])


def _folded(text: str) -> str:
    text = text.lower().replace("%40", "@").replace("-", "").replace("_", "").replace(".", "")
    return re.sub(_QUERY, "", text) if "?" in text or "#" in text else text


def _by_family(purl: str, name: str, near: Sequence[tuple[Product, Family]]) -> Found | None:
    from scanner.catalog.families import fits

    fitting = [(product, family) for product, family in near if fits(family, name)]
    # A package of two products may be of either, and a wrong product is worse than none.
    if len({product.id for product, _ in fitting}) != 1:
        return None
    product, family = fitting[0]
    return _found(purl, product, EvidenceKind.FAMILY, family_text(family), family)


def _found(purl: str, product: Product, kind: EvidenceKind, text: str, family: Family | None = None) -> Found | None:
    parts = split(purl)
    if parts is None:
        return None
    version = _version(parts)
    evidence = evidence_by(product, kind, text)
    if version is None or family is None:
        return Found(product, evidence, _type(parts), version, family=family)
    from scanner.catalog.families import product_version

    of_product = product_version(family, version)
    if of_product is not None:
        return Found(product, evidence, _type(parts), of_product, family=family)
    from scanner.catalog.versions import cleaned

    # A commit is no release, however the family counts its own.
    why = cleaned(version.strip() or "-", _type(parts))
    reason = why if isinstance(why, Reason) else None
    return Found(product, evidence, _type(parts), None, unresolvable=True, family=family, reason=reason)


def evidence_by(product: Product, kind: EvidenceKind, text: str) -> Evidence:
    """Return what led to a product, before a cycle is known."""
    # What is older than the data is judged by the oldest cycle, so its class counts until a cycle is known.
    oldest = product.cycles[-1].evidence if product.cycles else EvidenceClass.VENDOR
    return Evidence(kind, text, oldest, product.source)


@cache
def family_text(family: Family) -> str:
    """Return a family as evidence shows it: `pkg:maven/org.springframework/spring-.*`.

    Of a long pattern it tells what all its names begin with.
    """
    name = family.name
    if len(name) > _NAME_SHOWN:
        from scanner.catalog.families import starts

        texts = sorted(start.text for start in starts(name))
        same = takewhile(lambda pair: pair[0] == pair[1], zip(texts[0], texts[-1], strict=False))
        name = "".join(first for first, _ in same) + "…"
    return "/".join(filter(None, (f"pkg:{family.type}", family.namespace.replace("@", "%40"), name)))


@cache
def base_of(family: Family) -> str | None:
    """Return what stands before the name in the keys of a family's packages; None when it is no purl type."""
    name = "x"
    key = key_of("/".join(filter(None, (f"pkg:{family.type}", family.namespace, name))))
    return key.rpartition("/")[0] if key else None


def _has(family: Family, key: str) -> bool:
    from scanner.catalog.families import fits

    base, _, name = key.rpartition("/")
    return base == base_of(family) and fits(family, name)


def os_key(text: str) -> str | None:
    """Return an operating system's id in the form in which ids are compared; None when it is none.

    Tools write `sles_sap` and `oracle linux`. The form is as long as the text.
    """
    key = text.lower().translate(_OS_SPACES)
    return key if re.fullmatch(_OS_ID, key) else None


def cpe_key(cpe: str) -> str | None:
    """Return part, vendor and product of a CPE 2.2 or 2.3 name; None when it is none, or leaves one of them open."""
    parts = _cpe_parts(cpe)
    return ":".join(parts[:3]) if parts else None


def _cpe_parts(cpe: str) -> list[str] | None:
    """Take a CPE name apart: https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf."""
    lower = cpe.strip().lower()
    if lower.startswith("cpe:2.3:"):
        parts = [re.sub(_ESCAPED, r"\1", part) for part in re.split(_COLON, lower)[2:]]
    elif lower.startswith("cpe:/"):
        from urllib.parse import unquote

        parts = [unquote(part).replace("\\", "") for part in re.split(_COLON, lower[5:])]
    else:
        return None
    return parts if len(parts) >= _CPE_NAMED and not _CPE_OPEN & set(parts[:_CPE_NAMED]) else None


def _cpe_version(parts: list[str]) -> str | None:
    version, update = (*parts[3:5], "", "")[:2]
    if version in _CPE_OPEN:
        return None
    # `13.0:sp2` is not 13.0.
    return version if update in _CPE_OPEN else f"{version}-{update}"


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
    key = key_of(identifier)
    if key is None:
        return ()
    # A product may list hundreds of packages, and each of them is looked at where one is found.
    if "repository_url" in identifier.lower() and (parts := split(identifier)) and parts.type == "oci":
        name = parts.name.lower()
        if parts.qualifiers.get("repository_url", "").rpartition("/")[2].lower() == name:
            return key, f"{key}/{name}"
    return (key,)


def _key(purl: str) -> str | None:
    parts = split(purl)
    if parts is None:
        return None
    purl_type, name, namespace = _type(parts), parts.name, parts.namespace
    if purl_type in IMAGE_TYPES:
        return image_key(parts)
    if purl_type in _WITHOUT_CASE:
        name, namespace = name.lower(), namespace.lower()
    if purl_type == "pypi":
        name, namespace = _SEPARATORS.sub("-", name), _SEPARATORS.sub("-", namespace)
    if parts.type == _ALPINE:
        namespace = namespace or _ALPINE
    return _with_vendor(f"{purl_type}/{namespace}/{name}" if namespace else f"{purl_type}/{name}")


def _with_vendor(key: str) -> str:
    vendor, _, name = key.rpartition("/")
    return f"{_VENDOR_NAMES[vendor]}/{name}" if vendor in _VENDOR_NAMES else key


def image_key(parts: Purl) -> str | None:
    """Return `image/host/path`: `docker` and `oci` purls name the same images in two ways."""
    path = f"{parts.namespace}/{parts.name}".strip("/").lower()
    url = parts.qualifiers.get("repository_url", "").lower()
    url = url.partition("://")[2] or url
    host, _, folder = url.strip("/").partition("/")
    if not host and parts.type == "oci":
        return None  # an image of this name, from wherever it may be
    first, slash, rest = path.partition("/")
    if not host and slash and ("." in first or ":" in first):
        host, path = first, rest  # a whole reference, as some tools write it
    host = HUB if not host or host.endswith(_HUB_SUFFIXES) else host
    if host == "quay.io":
        folder = folder.removeprefix("repository/")  # the address of its web page
    elif host == HUB and folder.startswith(("_/", "r/")):
        folder = folder.partition("/")[2]  # likewise
    path = _joined(folder, path)
    if host == HUB:
        path = path.removeprefix("library/")
    return f"{IMAGE}{host}/{path}"


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
    return parts.qualifiers.get("tag", parts.version) if parts.type in IMAGE_TYPES else parts.version
