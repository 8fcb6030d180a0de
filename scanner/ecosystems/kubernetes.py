"""Images that the values of Kubernetes manifests and Helm charts name, wherever they stand.

https://kubernetes.io/docs/concepts/containers/images/ and https://helm.sh/docs/chart_best_practices/values/. Containers
are known by the lists that they stand in. Other resources and charts have names of their own for what holds an image:
there, what says which tag or digest it means is taken for one, and nothing else.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import oci
from scanner.model import Dependency

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Problem
    from scanner.syntax.yaml import Path, Places


def images(value: object, path: Path, places: Places) -> Iterator[Dependency | Problem]:
    """Yield the images in a value that stands at a path of a document, in the order of the file.

    A container whose image is none is a problem; a template of it is nothing.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from images(item, (*path, index), places)
    elif isinstance(value, dict):
        yield from _of_table(value, path, places)


def is_template(text: str) -> bool:
    """Tell whether a text is a template of YAML, which need not be YAML before it is rendered."""
    return _rendered().search(text) is not None


def _of_table(table: Table, path: Path, places: Places) -> Iterator[Dependency | Problem]:
    yield from _parted(table, path, places)
    # An image that is a volume has a reference.
    contained = len(path) > 1 and path[-2] in _CONTAINERS
    for key, value in table.items():
        here = (*path, key)
        if not isinstance(value, str):
            yield from images(value, here, places)
        elif contained and key == "image":
            yield from _container(value, here, places)
        elif key == "image" or key.endswith("Image") or (key == "reference" and path[-1:] == ("image",)):
            yield from _sure(value, table, here, places)


def _container(text: str, path: Path, places: Places) -> Iterator[Dependency | Problem]:
    found = oci.image(text, places.text(path, text))
    if isinstance(found, Dependency) or _TEMPLATE not in text:
        yield found


def _sure(text: str, table: Table, path: Path, places: Places) -> Iterator[Dependency]:
    # `image: nginx` with `imageTag: 1.19` beside it, as older charts have it, or a whole reference.
    tag = table.get("imageTag", table.get("tag")) if path[-1] == "image" else None
    known = oci.reference(text)
    if known is None or _TEMPLATE in text or "repository" in table:
        return
    if known.tag is None and known.digest is None:
        known = known._replace(tag=tag) if isinstance(tag, str) and tag else None
    if known is not None:
        yield from _image(known, text, path, places)


def _parted(table: Table, path: Path, places: Places) -> Iterator[Dependency]:
    # `{registry, repository, tag, digest}`, with `image` or `name` for `repository` only where the key above says so.
    keys = ("repository", "name") if path and str(path[-1]).lower().endswith("image") else ("repository",)
    key = next((key for key in keys if isinstance(table.get(key), str)), None)
    if key is None or not {"tag", "digest"}.intersection(table):
        return
    tag, digest, registry = (_or_empty(table.get(name)) for name in ("tag", "digest", "registry"))
    if not isinstance(tag, str) or not isinstance(digest, str) or not isinstance(registry, str):
        return
    text = str(table[key])
    whole = f"{registry}/{text}" if registry and not text.startswith(f"{registry}/") else text
    known = oci.reference(whole)
    if known is not None:
        known = known._replace(tag=tag or known.tag, digest=digest or known.digest)
        yield from _image(known, text, (*path, key), places)


def _image(known: oci.Reference, text: str, path: Path, places: Places) -> Iterator[Dependency]:
    parts = known.name, f":{known.tag}" if known.tag else "", f"@{known.digest}" if known.digest else ""
    found = oci.image("".join(parts), places.text(path, text))
    if isinstance(found, Dependency):
        yield found


def _or_empty(value: object) -> object:
    return "" if value is None else value


@cache
def _rendered() -> re.Pattern[str]:
    # In quotes it is a value like any other.
    import re

    return re.compile(r"^[ \t]*+(?:(?:- |[\w.-]++:)[ \t]*+)*+\{\{", re.MULTILINE)


_CONTAINERS: Final = frozenset({"containers", "initContainers", "ephemeralContainers"})
_TEMPLATE: Final = "{{"
