"""Evidence attached to a case: photographs, scans and papers, kept sealed in the lake.

Decides which files are taken (kind by their first bytes, size and number by dated rules), who may attach and
who may read them: the reporter, the source department, and the level the case is before. The file at rest is
encrypted under a key made from the installation's; the evidence log holds the digest of the sealed file,
which says nothing of what is in it.

Source: NIST SP 800-38D (AES-GCM), RFC 5869 (HKDF).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine, func, insert, select

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.lake import files_of
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.corrections import correction_attachments
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, SpaceError, Unknown
from space.wayback.corrections.course import DISPUTED, Correction, correction

# What the sealing key is for; another use of the installation's key gives another one.
_PURPOSE: Final = b"ybz correction attachment"
# Length of a nonce of AES-GCM, in bytes (NIST SP 800-38D, section 8.2).
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
# Longest title, as the store holds it.
_TITLE: Final = 200


class SealBroken(SpaceError):
    """A sealed file is gone, was changed, or was sealed under another key."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Evidence of a case; not the file itself.

    Attributes:
        kind: of the file, by the rule ``attachment_types``.
        title: as its giver called it.
        size_bytes: of the file as it was given.
        sha256: of the sealed file, as the evidence log holds it.
    """

    id: str
    correction: str
    kind: str
    title: str
    size_bytes: int
    sha256: str
    organisation: str
    by: str
    at: datetime

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"at": self.at.isoformat()}


def attach(
    home: Home,
    connection: Connection,
    correction_id: str,
    content: bytes,
    *,
    title: str,
    organisation: str,
    by: str,
    now: datetime,
) -> Attachment:
    """Attach a file to a case that is under way.

    Args:
        home: the installation.
        connection: a writing transaction.
        correction_id: the case.
        content: of the file.
        title: what it is called; stays in the store.
        organisation: code of who gives it: the reporter or the source department.
        by: the person.
        now: aware instant.

    Returns:
        The attachment; its sealed file lies in the lake.

    Raises:
        Unknown: there is no such case, or it is another's.
        Refused: the file is none of the kinds, too large or one too many, or the case is settled.
    """
    kind = _kind(content, now)
    case = _party(connection, correction_id, organisation)
    reasons = (*_faults(connection, case, content, kind, now), *_untitled(title))
    if reasons or kind is None:
        raise Refused(Deny(reasons))
    made = new_id("att")
    sealed = _seal(home, made, content)
    path = Path("corrections") / case.id / f"{made}.sealed"
    digest = hashlib.sha256(sealed).hexdigest()
    told = {"attachment": made, "kind": kind, "sealed": digest, "organisation": organisation, "by": by}
    evidence_id = record(connection, event="correction:evidence:attach", subject=case.id, body=told, now=now)
    connection.execute(
        insert(correction_attachments).values(
            id=made, correction_id=case.id, kind=kind, title=title.strip(), size_bytes=len(content),
            path=path.as_posix(), sha256=digest, organisation=organisation, attached_by=by,
            attached_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    files_of(home).write(path.as_posix(), sealed)
    return Attachment(made, case.id, kind, title.strip(), len(content), digest, organisation, by, now)


def attachments(connection: Connection, correction_id: str) -> tuple[Attachment, ...]:
    """The evidence of a case, oldest first."""
    a = correction_attachments.c
    query = select(correction_attachments).where(a.correction_id == correction_id)
    return tuple(_attachment(row) for row in connection.execute(query.order_by(a.attached_at, a.id)))


def unsealed(
    home: Home, engine: Engine, attachment_id: str, *, organisation: str, by: str, now: datetime
) -> bytes:
    """The file as it was given, for a party of the case; every look is in the evidence log.

    Args:
        home: the installation.
        engine: its store.
        attachment_id: which.
        organisation: code of who looks; empty for the level a case is before, which works on the
            installation itself.
        by: the person.
        now: aware instant.

    Raises:
        Unknown: there is none, or its case is another's.
        SealBroken: the sealed file is not what was attached.
    """
    with writing(engine) as connection:
        query = select(correction_attachments).where(correction_attachments.c.id == attachment_id)
        row = connection.execute(query).first()
        if row is None:
            raise Unknown("attachment", attachment_id, "see `ybz correct show`")
        if organisation:
            _party(connection, row.correction_id, organisation)
        content = _open(home, row.id, row.path, row.sha256)
        told = {"attachment": row.id, "organisation": organisation, "by": by}
        record(connection, event="correction:evidence:read", subject=row.correction_id, body=told, now=now)
    return content


def _party(connection: Connection, correction_id: str, organisation: str) -> Correction:
    case = correction(connection, correction_id)
    if organisation not in (case.asker, case.department_code):
        raise Unknown("challenge", correction_id, "see `ybz correct list`")
    return case


def _kind(content: bytes, now: datetime) -> str | None:
    beginnings = rule("corrections", "attachment_types", local_date(now)).value
    return next(
        (kind for kind, first in beginnings.items() if content.startswith(bytes.fromhex(first))), None
    )


def _faults(
    connection: Connection, case: Correction, content: bytes, kind: str | None, now: datetime
) -> list[Reason]:
    day, found = local_date(now), []
    if case.state not in DISPUTED | {"rejected", "upheld_authority", "upheld_superior"}:
        found.append(Reason("correction.attachment.settled", "the case is settled", case.id))
    if kind is None:
        kinds = ", ".join(rule("corrections", "attachment_types", day).value)
        found.append(Reason("correction.attachment.kind", "the file is none of the kinds", "file", kinds))
    most = int(rule("corrections", "attachment_size", day).value)
    if len(content) > most:
        found.append(
            Reason("correction.attachment.size", "the file is too large", "file", f"up to {most} bytes")
        )
    a = correction_attachments.c
    there = connection.execute(select(func.count()).where(a.correction_id == case.id)).scalar_one()
    number = int(rule("corrections", "attachments", day).value)
    if there >= number:
        found.append(
            Reason(
                "correction.attachment.number", "the case has as many files as it may", case.id, f"{number}"
            )
        )
    return found


def _untitled(title: str) -> tuple[Reason, ...]:
    if 0 < len(title.strip()) <= _TITLE:
        return ()
    return (
        Reason("correction.attachment.title", "the file has no title, or too long a one", "title",
               f"1 to {_TITLE} characters"),
    )  # fmt: skip


def _seal(home: Home, name: str, content: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(home)).encrypt(nonce, content, name.encode())


def _open(home: Home, name: str, path: str, sha256: str) -> bytes:
    sealed = files_of(home).read(path) or b""
    if hashlib.sha256(sealed).hexdigest() != sha256:
        raise SealBroken(f"the file of {name} is missing or changed — restore `lake/corrections` from backup")
    try:
        return AESGCM(_key(home)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
    except InvalidTag as error:
        raise SealBroken(f"{name} was sealed under another key — restore `keys` from escrow") from error


def _key(home: Home) -> bytes:
    """The sealing key, made from the installation's; it is never stored."""
    return HKDF(SHA256(), _KEY_BYTES, None, _PURPOSE).derive(keys.load(home).pseudonym)


def _attachment(row: Any) -> Attachment:
    return Attachment(
        row.id, row.correction_id, row.kind, row.title, row.size_bytes, row.sha256, row.organisation,
        row.attached_by, row.attached_at,
    )  # fmt: skip
