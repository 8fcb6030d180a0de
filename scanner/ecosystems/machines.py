"""The operating systems in images of machines, by the names that those who make them give: AMIs, boxes, cloud images.

https://cloud-images.ubuntu.com/locator/, https://wiki.debian.org/Cloud, https://cloud.google.com/compute/docs/images,
https://learn.microsoft.com/azure/virtual-machines/linux/cli-ps-findimage. A name may be a pattern (`*`), as filters for
images are. One that says no release says nothing here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.model import Dependency, Kind, Scope
from scanner.purl import make

if TYPE_CHECKING:
    from scanner.model import Location


def system(text: str, location: Location, scope: Scope = Scope.RUNTIME) -> Dependency | None:
    """Return the operating system, or the managed Kubernetes, that the name of an image tells, if any is known."""
    if len(text) > _LONGEST:
        return None
    lower = text.lower()
    for pattern, name in _patterns():
        if found := pattern.search(lower):
            return _named(name, [part for part in found.groups() if part], location, scope)
    return None


def azure(offer: str, sku: str, location: Location) -> Dependency | None:
    """Return the operating system of an image in Azure's marketplace, which offer and SKU tell together."""
    offer, sku = offer.strip().lower(), sku.strip().lower()
    if len(offer) + len(sku) > _LONGEST:
        return None
    for pattern, name in _AZURE:
        found = re.search(pattern, f"{offer} {sku}")
        if found:
            return _named(name, [part for part in found.groups() if part], location, Scope.RUNTIME)
    return None


def _named(name: str, parts: list[str], location: Location, scope: Scope) -> Dependency:
    version = ".".join(parts)
    # `9.4.20210101` and `8.2004` begin with a release and go on with a day.
    version = re.sub(r"\.[0-9]{4,}.*", "", version)
    name, _, version_of_name = name.partition("@")
    kind = Kind.RUNTIME if name in _RUNTIMES else Kind.OS
    version = version_of_name or version.replace(".r2", "-r2")
    return Dependency(make("generic", name, version), location, kind=kind, scope=scope, direct=True)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), name) for pattern, name in _NAMES)


# Longer than the name of any image.
_LONGEST: Final = 256

_UBUNTU: Final = "precise|trusty|xenial|bionic|focal|jammy|noble"
_DEBIAN: Final = "wheezy|jessie|stretch|buster|bullseye|bookworm|trixie"

# The first that fits counts; what the groups find makes the version.
_NAMES: Final = (
    (r"amazon-eks-(?:[a-z0-9]+-){0,4}?node-(?:al2023-[a-z0-9_]+-[a-z]+-)?(1\.[0-9]{2})\b", "amazon-eks"),
    (r"(?:\beks/optimized-ami/|bottlerocket[-/]aws-k8s-)(1\.[0-9]{2})\b", "amazon-eks"),
    (r"\bal2023-ami-", "amazon-linux@2023"),
    (r"\bamzn2-ami-", "amazon-linux@2"),
    (r"\bamzn-ami-[a-z*-]*(201[0-9]\.[0-9]{2})", "amazon-linux"),
    (r"\bamazon linux (20[0-9]{2}(?:\.[0-9]{2})?|2)\b", "amazon-linux"),
    (r"\bamazonlinux-?(2023|2)\b", "amazon-linux"),
    (r"ubuntu[-_/ ]?(?:[a-z*]+[-_ ]){0,4}(1[0-9]|2[0-9])[._-]?(04|10)(?![0-9])", "ubuntu"),
    (rf"ubuntu[-_/ ](?:[a-z]+[-_ ]){{0,2}}({_UBUNTU})(?![a-z])", "ubuntu"),
    (rf"^(?:hashicorp/)?({_UBUNTU})(?:32|64)$", "ubuntu"),
    (r"debian-?[-_/ ]?([1-9]|1[0-9])(?:\.[0-9]+)?(?![0-9])", "debian"),
    (rf"debian[-_/ ](?:contrib-)?({_DEBIAN})(?![a-z])", "debian"),
    (r"centos[-_/ ]?(?:stream[-_ /]?|linux[-_ ]stream[-_ ])([8-9]|10)(?![0-9])", "centos-stream"),
    (r"(?:generic|roboxes)/centos([89])s\b", "centos-stream"),
    (r"centos[-_/ ]?(?:linux[-_ ])?([5-8](?:\.[0-9]+)?)(?![0-9])", "centos"),
    (r"\bred hat enterprise linux[-_ ]([5-9](?:\.[0-9]+)?|10(?:\.[0-9]+)?)", "rhel"),
    (r"\brhel[-_ ]?(10(?:\.[0-9]+)?|[5-9](?:\.[0-9]+)?)(?![0-9])", "rhel"),
    (r"\bwindows(?:[-_ ]server)?[-_ ](2012|20[12][0-9])[-_ ]?(r2)?", "windows-server"),
    (r"\bfedora[-_/ ]?(?:cloud[-_ ]?(?:base[-_ ]?)?)?([23][0-9]|4[0-9])(?![0-9])", "fedora"),
    (r"\balma(?:linux)?[-_/ ]?(?:os[-_ ])?(10(?:\.[0-9]+)?|[89](?:\.[0-9]+)?)(?![0-9])", "almalinux"),
    (r"\brocky(?:[-_ ]?linux)?[-_/ ]?(10(?:\.[0-9]+)?|[89](?:\.[0-9]+)?)(?![0-9])", "rocky-linux"),
    (r"\boracle(?:linux)?[-_/ ]?(10|[5-9])(?:\.[0-9]+)?(?![0-9])", "oracle-linux"),
    (r"\bopensuse[-_/ ]?(?:leap[-_ ])?(15\.[0-9]|42\.[0-9]|16\.0)", "opensuse"),
    (r"\b(?:generic|roboxes)/alpine(3)([0-9]{1,2})\b", "alpine-linux"),
    (r"\bfreebsd[-_/ ](?:freebsd-)?(1[0-9]\.[0-9])", "freebsd"),
)

_AZURE: Final = (
    (r"^(?:ubuntuserver|0001-com-ubuntu-[a-z-]+|ubuntu-[0-9_]+-lts)\b.* ([0-9]{2})[._]([0-9]{2})", "ubuntu"),
    (r"^ubuntu-([0-9]{2})_([0-9]{2})-lts ", "ubuntu"),
    (r"^debian(?:-[0-9]+)?(?:-daily)? ([0-9]{1,2})\b", "debian"),
    (r"^centos(?:-lvm|-hpc)? ([5-8])", "centos"),
    (r"^rhel(?:-raw|-byos|-sap.*)? ([5-9])", "rhel"),
    (r"^windowsserver(?:semiannual)? (20[12][0-9])-?(r2)?", "windows-server"),
    (r"^(?:rockylinux\S*) (?:\S*rocky\S*)?([89])", "rocky-linux"),
    (r"^almalinux\S* ([89])", "almalinux"),
)

_RUNTIMES: Final = frozenset({"amazon-eks"})
