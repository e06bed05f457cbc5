"""Versions of an agreement 协议文本: text, catalogue list, and the signatures of both parties under them.

Decides what a version holds, and that two persons of two parties sign one text. The first version is the
agreement (:mod:`space.operation.agreeing`), each further one a supplement
(:mod:`space.operation.supplements`).

Source: 发改数据规〔2025〕27号.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog import revisions
from catalog.keys import Signer
from catalog.store.tables.operation import operation_listed, operation_versions
from contracts.canonical import canonical, digest
from policies.decision import Deny, Reason
from space.calls import jws
from space.errors import Refused
from space.identity.one_person import is_one
from space.operation import standing
from space.operation.agreements import Agreement, Drafted

SIGNED_TYPE: Final = "ybz-operation+jws"


def write_version(
    connection: Connection, agreement_id: str, version: int, drafted: Drafted, *, by: str, reason: str,
    now: datetime, **values: Any,
) -> None:  # fmt: skip
    """Write a version with its catalogue list."""
    stated = {
        "state": "drafted", "document": canonical(drafted.document).decode(),
        "digest": digest(drafted.document), "reason": reason, "made_by": by, "made_at": now, **values,
    }  # fmt: skip
    connection.execute(
        insert(operation_versions).values(agreement_id=agreement_id, version=version, **stated)
    )
    found = {name: revisions.number(connection, name, at).digest for name, at in drafted.listed.items()}
    connection.execute(
        insert(operation_listed),
        [
            {
                "agreement_id": agreement_id, "version": version, "dataset": name, "revision": at,
                "digest": found[name],
            }
            for name, at in sorted(drafted.listed.items())
        ],
    )  # fmt: skip


def countersigned(
    connection: Connection, signer: Signer, agreement: Agreement, version: int, *, by: str, now: datetime
) -> None:
    """Put the operator's name under a version, and the installation's signature over text and names.

    Raises:
        Refused: the same person signed for the implementing body.
    """
    v = operation_versions.c
    this = (v.agreement_id == agreement.id) & (v.version == version)
    row = connection.execute(select(operation_versions).where(this)).one()
    if is_one(connection, row.body_person, by):
        raise Refused(
            Deny(
                (
                    Reason(
                        "agreement.one_person",
                        "one person does not sign for both parties",
                        "by",
                        "a person of the operator signs",
                    ),
                )
            )
        )
    signed = {
        "agreement": agreement.number, "version": version, "digest": row.digest,
        "document": standing.document_of(connection, agreement.id, version), "body": row.body_person,
        "operator": by, "signed_at": now.isoformat(),
    }  # fmt: skip
    values = {
        "state": "signed", "operator_person": by, "operator_signed_at": now,
        "signature": jws.sign(signer, signed, SIGNED_TYPE),
    }  # fmt: skip
    connection.execute(update(operation_versions).where(this).values(**values))
