"""What each kind of link 挂接 states of its resource.

Decides which statements are whole and safe to keep; an invalid one cannot be built. No secret is part of
one: a call is authorised by a *reference* to a variable or a file. Whether the resource lives is judged
by the ``alive_*`` modules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from catalog.errors import CatalogError
from contracts.codes import valid

# A reference to a secret: a variable of this prefix, or a file in the installation's folder `secrets`.
SECRET: Final = re.compile(r"^(env:YBZ_SECRET_[A-Z0-9_]+|file:[A-Za-z0-9][A-Za-z0-9._-]*)$")
_HEADER: Final = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$")
_SHA256: Final = re.compile(r"^[0-9a-f]{64}$")
_METHODS: Final = ("GET", "POST")
# Anywhere in a name (`appSecret`), or as a word of it.
_SECRET_WORDS: Final = re.compile(
    r"token|secret|passw|passphrase|pwd|(app|api|access)[_-]?key|signature|credential|jwt|ticket|session"
    r"|(^|[_-])(pass|key|sign|sig|auth)($|[_-])",
    re.IGNORECASE,
)
_PERSONAL_CODES: Final = ("resident_id", "mobile", "bank_card")


class LinkError(CatalogError):
    """A link that cannot be made, found or changed."""


class Kind(StrEnum):
    """What an entry is tied to."""

    RELEASE = "release"  # a release of this installation
    INTERFACE = "interface"  # a service interface 服务接口
    FILE = "file"  # a file resource 文件下载
    JOB = "job"  # an exchange job of an existing platform 批量交换
    COMPONENT = "component"  # a model or component: an artefact, or a health endpoint


@dataclass(frozen=True, slots=True)
class ReleaseLink:
    """A release of this installation; it needs no statement."""

    kind = Kind.RELEASE

    @property
    def target(self) -> str:
        """What it is tied to, in one phrase."""
        return "the releases of this installation"


@dataclass(frozen=True, slots=True)
class InterfaceLink:
    """A service interface.

    Attributes:
        url: http or https; no account, secret or personal value in it.
        method: ``GET`` or ``POST``.
        fields: field of the contract → its name in the answer; empty: every field under its own name or
            business name.
        rows: where the rows lie in the answer, names joined by dots; empty: the answer itself.
        auth: reference to the secret; empty: none is sent.
        header, scheme: how the secret is sent: ``Authorization: Bearer …``.
        body: reference to the file or variable that holds the body of a POST; empty: ``{}``.
        may_be_empty: whether an answer without a row is as good as one with rows.
    """

    url: str
    method: str = "GET"
    fields: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""
    auth: str = ""
    header: str = "Authorization"
    scheme: str = "Bearer"
    body: str = ""
    may_be_empty: bool = False
    kind = Kind.INTERFACE

    def __post_init__(self) -> None:
        check_url(self.url)
        if self.method not in _METHODS:
            raise LinkError(f"method {self.method}: a probe asks by {' or '.join(_METHODS)}")
        _check_secret(self.auth)
        _check_secret(self.body)
        if self.body and self.method != "POST":
            raise LinkError("only a POST has a body — say `method` POST")
        if not _HEADER.match(self.header) or (self.scheme and not _HEADER.match(self.scheme)):
            raise LinkError("the header and scheme of the secret are plain words, e.g. Authorization, Bearer")

    @property
    def target(self) -> str:
        """What it is tied to, in one phrase."""
        return f"{self.method} {self.url}"


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file resource.

    Attributes:
        place: absolute path on this machine, or an address.
        sha256: digest of its bytes; empty where only its being there is tested.
        size_bytes: or None.
        modified_at: of a file on this machine when it was tied, or None.
    """

    place: str
    sha256: str = ""
    size_bytes: int | None = None
    modified_at: datetime | None = None
    kind = Kind.FILE

    def __post_init__(self) -> None:
        _check_place(self.place)
        _check_digest(self.sha256)

    @property
    def target(self) -> str:
        """What it is tied to, in one phrase."""
        return self.place


@dataclass(frozen=True, slots=True)
class JobLink:
    """An exchange job of an existing platform; its runs come from that platform's imported logs."""

    platform: str
    job: str
    kind = Kind.JOB

    def __post_init__(self) -> None:
        if not self.platform.strip() or not self.job.strip():
            raise LinkError("an exchange job is named by its platform and its id there (`platform`, `job`)")

    @property
    def target(self) -> str:
        """What it is tied to, in one phrase."""
        return f"job {self.job} of {self.platform}"


@dataclass(frozen=True, slots=True)
class ComponentLink:
    """A model or component: an artefact with digest, format and version, or a health endpoint.

    Attributes:
        version: of the model or component.
        place: absolute path or address of the artefact; empty where there is a health endpoint.
        sha256, format: of the artefact.
        health: address that answers 2xx while it lives; empty where there is an artefact.
    """

    version: str
    place: str = ""
    sha256: str = ""
    format: str = ""
    health: str = ""
    kind = Kind.COMPONENT

    def __post_init__(self) -> None:
        if bool(self.place) == bool(self.health):
            raise LinkError(
                "a component has an artefact (`place`) or a health endpoint (`health`), one of them"
            )
        if not self.version.strip():
            raise LinkError("a component states its version (`version`)")
        if self.health:
            check_url(self.health)
            return
        _check_place(self.place)
        _check_digest(self.sha256)
        if not self.sha256 or not self.format:
            raise LinkError("an artefact states its digest and format (`sha256`, `format`)")

    @property
    def target(self) -> str:
        """What it is tied to, in one phrase."""
        return f"version {self.version}, {self.health or self.place}"


Settings = ReleaseLink | InterfaceLink | FileLink | JobLink | ComponentLink
_MADE: Final[Mapping[Kind, type[Settings]]] = {
    Kind.RELEASE: ReleaseLink,
    Kind.INTERFACE: InterfaceLink,
    Kind.FILE: FileLink,
    Kind.JOB: JobLink,
    Kind.COMPONENT: ComponentLink,
}


def to_document(settings: Settings) -> dict[str, Any]:
    """Plain JSON-able form, as stored."""
    document = asdict(settings)
    if document.get("modified_at"):
        document["modified_at"] = document["modified_at"].isoformat()
    return document


def from_document(kind: str, document: Mapping[str, Any]) -> Settings:
    """The settings :func:`to_document` wrote."""
    values = dict(document)
    if values.get("modified_at"):
        values["modified_at"] = datetime.fromisoformat(values["modified_at"])
    return _MADE[Kind(kind)](**values)


def is_address(place: str) -> bool:
    """Whether a place is an address, not a path."""
    return "://" in place


def check_url(url: str) -> SplitResult:
    """The parts of an address a probe may be tied to.

    Raises:
        LinkError: another scheme than http and https, an account, or what is secret or personal in it.
    """
    try:
        parts = urlsplit(url)
        named = (parts.hostname, parts.port)
    except ValueError:
        raise LinkError("the address is malformed — write http://host[:port]/path") from None
    if parts.scheme not in ("http", "https") or not named[0]:
        raise LinkError("an address begins with http:// or https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise LinkError("an address carries no account — give the secret by reference (`auth`)")
    if any(ord(c) < 33 or ord(c) > 126 for c in url) or parts.fragment:
        raise LinkError("an address is plain ASCII without spaces or fragment — encode other characters")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if _SECRET_WORDS.search(name):
            raise LinkError(f"the parameter {name} looks like a secret — give it by reference (`auth`)")
    values = [value for _, value in parse_qsl(parts.query)] + unquote(parts.path).split("/")
    if any(valid(code, value) for code in _PERSONAL_CODES for value in values):
        raise LinkError("the address holds a person's number — probe with a made-up one, in the body")
    return parts


def _check_place(place: str) -> None:
    if is_address(place):
        check_url(place)
    elif not PurePosixPath(place).is_absolute() or ".." in PurePosixPath(place).parts or "\0" in place:
        raise LinkError("a file is named by an absolute path without `..`, or by an http address")


def _check_digest(sha256: str) -> None:
    if sha256 and not _SHA256.match(sha256):
        raise LinkError("a digest is SHA-256 in 64 small hexadecimal digits")


def _check_secret(reference: str) -> None:
    if reference and not SECRET.match(reference):
        raise LinkError(
            "a secret is given by reference: env:YBZ_SECRET_NAME, or file:NAME in the folder `secrets` of "
            "the installation"
        )
