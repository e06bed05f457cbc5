"""Whose a secret is and where it may be sent, as stated beside the secrets by whoever keeps them.

Decides that a secret goes with links of the department it is stated for, to the addresses it is stated for,
and nowhere else. What is stated for nobody is not sent. A refusal is the same whether or not there is a
secret of that name: it is given before the secret is looked for. How a call is made is
:mod:`catalog.linking.calling`'s.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from catalog.home import Home
from catalog.linking.calling import PORTS, NotReached
from catalog.linking.settings import SECRET, InterfaceLink, LinkError, check_url
from contracts.yaml_document import NotYaml, load

FOLDER: Final = "secrets"
# In the folder of the secrets, so that it is kept and sealed with them; it is itself none.
STATED: Final = "stated.yaml"
# In place of a department: links of every department.
INSTALLATION: Final = "installation"
# Of variables that hold a secret.
VARIABLE: Final = "YBZ_SECRET_"
_NAMES: Final = ("secret", "department", "to", "since", "by")
# Far more than the statements of a city.
_MOST_BYTES: Final = 1_000_000

Slot = Literal["auth", "body"]


class NotStated(LinkError):
    """A secret that is not stated for this department and this address, whether or not it is there."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A secret, whose it is and where it may be sent.

    Attributes:
        secret: its reference.
        department: code of the department whose links it may go with; ``installation``: any.
        to: scheme, host and port of the addresses it is for.
        since: first day it holds.
        by: who stated it.
    """

    secret: str
    department: str
    to: frozenset[str]
    since: date
    by: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of an installation, with what is stated about them; without a statement none is sent.

    Attributes:
        folder: where they are kept; None where there is no installation.
        statements: in the order they stand.
        sha256: of the file they stand in; empty where there is none.
        fault: why the file is not believed; empty where it is.
    """

    folder: Path | None = None
    statements: tuple[Statement, ...] = ()
    sha256: str = ""
    fault: str = ""

    def check(self, link: InterfaceLink, department: str, on: date) -> None:
        """Whether a link may carry what it names.

        Args:
            link: of an interface.
            department: code of the department of its entry.
            on: day, Asia/Shanghai.

        Raises:
            NotStated: one of its secrets is not stated for this department and address on this day.
        """
        wanted = [reference for reference in (link.auth, link.body) if reference]
        if wanted and self.fault:
            raise NotStated(
                "what is stated about secrets is not believed as it stands, so none is sent — whoever keeps "
                "them asks `ybz doctor`"
            )
        if not all(self._covers(reference, department, origin(link.url), on) for reference in wanted):
            raise NotStated(
                f"no secret of that name is stated for this department and this address — whoever keeps it "
                f"states both in {FOLDER}/{STATED} of the installation (docs/usage.md, Secrets of links)"
            )

    def value(self, link: InterfaceLink, slot: Slot, department: str, on: date) -> str:
        """What a link names as its ``auth`` or ``body``; read when it is needed, never kept.

        Raises:
            NotStated: as of :meth:`check`.
            NotReached: there is no such variable or file, others may read the file, or it is no text.
        """
        self.check(link, department, on)
        assert self.folder is not None
        reference = link.auth if slot == "auth" else link.body
        return _read(self.folder, reference, f"the secret of its `{slot}`")

    def kept(self) -> frozenset[str]:
        """References of every secret that is here, stated or not."""
        folder = self.folder
        files = () if folder is None or not folder.is_dir() else tuple(folder.iterdir())
        named = {f"file:{each.name}" for each in files if each.is_file() and each.name != STATED}
        return frozenset(named | {f"env:{name}" for name in os.environ if name.startswith(VARIABLE)})

    def _covers(self, reference: str, department: str, to: str, on: date) -> bool:
        return any(
            each.secret == reference
            and each.department in (department, INSTALLATION)
            and to in each.to
            and each.since <= on
            for each in self.statements
        )


# Where no installation is known: no secret is sent.
NONE: Final = Secrets()


def secrets_of(home: Home) -> Secrets:
    """The secrets of an installation as stated now; a file that is not believed states nothing."""
    folder = home.root / FOLDER
    path = folder / STATED
    try:
        if path.is_symlink():
            return Secrets(folder, fault="it is a link to a file elsewhere")
        if not path.is_file():
            return Secrets(folder)
        if stat.S_IMODE(path.stat().st_mode) & 0o022:
            return Secrets(folder, fault="others may write it — chmod 600")
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            return Secrets(folder, fault=f"it is longer than {_MOST_BYTES:,} bytes")
        statements = _statements(load(content.decode("utf-8")))
    except (OSError, UnicodeDecodeError):
        return Secrets(folder, fault="it cannot be read as text")
    except (NotYaml, LinkError) as error:
        return Secrets(folder, fault=str(error))
    return Secrets(folder, tuple(statements), hashlib.sha256(content).hexdigest())


def origin(url: str) -> str:
    """Scheme, host and port of an address: what is sent by https to a host is not sent to it in the clear.

    Raises:
        LinkError: it is no address a link may have.
    """
    parts = check_url(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or PORTS[parts.scheme]}"


def _statements(document: Any) -> list[Statement]:
    if document is None:
        return []
    if not isinstance(document, list):
        raise LinkError("it is no list of statements")
    return [_statement(each, f"statement {nth}") for nth, each in enumerate(document, 1)]


def _statement(told: Any, where: str) -> Statement:
    if not isinstance(told, dict) or set(told) != set(_NAMES):
        raise LinkError(f"{where} has not exactly the keys {', '.join(_NAMES)}")
    for name in ("secret", "department", "since", "by"):
        if not isinstance(told[name], str) or not told[name].strip():
            raise LinkError(f"{where}: `{name}` is no text — put it in quotes")
    if not SECRET.match(told["secret"]) or told["secret"] == f"file:{STATED}":
        raise LinkError(f"{where}: `secret` is written env:{VARIABLE}NAME or file:NAME")
    if not isinstance(told["to"], list) or not told["to"]:
        raise LinkError(f"{where}: `to` lists the addresses the secret is for")
    try:
        since = date.fromisoformat(told["since"])
    except ValueError:
        raise LinkError(f"{where}: `since` is a day, e.g. 2026-10-01") from None
    to = frozenset(_addresses(told["to"], where))
    return Statement(told["secret"], told["department"].strip(), to, since, told["by"].strip())


def _addresses(told: Iterable[Any], where: str) -> Iterable[str]:
    for each in told:
        try:
            parts = check_url(str(each))
        except LinkError as error:
            raise LinkError(f"{where}: {error}") from None
        if parts.path not in ("", "/") or parts.query:
            raise LinkError(f"{where}: `to` names http(s)://host[:port] alone, without a path")
        yield origin(str(each))


def _read(folder: Path, reference: str, what: str) -> str:
    """The value behind a reference; ``what`` names it in a refusal, which many may read."""
    where, _, name = reference.partition(":")
    if where == "env":
        value = os.environ.get(name, "")
    else:
        path = folder / name
        if not path.is_file() or path.is_symlink():
            raise NotReached(f"{what} is not there")
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise NotReached(f"{what} may be read by others — chmod 600")
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise NotReached(f"{what} cannot be read as text") from None
    if not value:
        raise NotReached(f"{what} is not there")
    return value
