"""What ``ybz verify`` checks: a receipt's signature, and its leaf in the evidence log.

Needs the installation only for what is not given: the public key, a receipt named by id, the log.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from catalog import keys
from catalog.errors import NotInitialised
from catalog.evidence.prove import NotIntegrated, inclusion_holds, prove_inclusion
from catalog.home import Home
from catalog.store import open_store, reading
from catalog.store.tables.evidence import evidence_entries
from space.calls import jws
from space.calls.jws import SignatureInvalid
from space.calls.receipts import by_id, verify
from space.workspace.ending import DELETION_TYPE, deletion


def check(receipt: str, key: Path | None) -> dict[str, Any]:
    """The verdict on a receipt.

    Args:
        receipt: a file that holds the signed text, or the id of a stored receipt.
        key: public key in PEM; this installation's where None.

    Returns:
        ``{ok, states, evidence, problem}``.
    """
    home = Home.find()
    public = _own_key(home) if key is None else keys.public_from_pem(key.read_bytes())
    path = Path(receipt)
    text = path.read_text(encoding="utf-8") if path.is_file() else _stored(home, receipt)
    try:
        states = _states(text, public)
    except SignatureInvalid as error:
        return {"ok": False, "states": None, "evidence": None, "problem": str(error)}
    evidence = _evidence(home, str(states["evidence"]), public)
    broken = evidence == BROKEN
    return {"ok": not broken, "states": states, "evidence": evidence, "problem": BROKEN if broken else None}


# What is said of the log, from best to worst.
PROVED = "its entry is in the evidence log, proved"
PENDING = "its entry is recorded and waits for the next checkpoint"
ELSEWHERE = "the evidence log is not here"
BROKEN = "its entry is not in this evidence log"


def _states(text: str, public: bytes) -> dict[str, Any]:
    """What a receipt of an answer states, or one of a deletion."""
    try:
        return jws.verify(text, public, DELETION_TYPE)
    except SignatureInvalid:
        return verify(text, public)


def _own_key(home: Home) -> bytes:
    open_store(home)  # where there is no installation, none must come about by looking
    return keys.load(home).signer.public_raw


def _stored(home: Home, receipt_id: str) -> str:
    with reading(open_store(home)) as connection:
        if receipt_id.startswith("del_"):
            return deletion(connection, receipt_id)
        return by_id(connection, receipt_id).jws


def _evidence(home: Home, leaf_hash: str, public: bytes) -> str:
    try:
        engine = open_store(home)
        here = _own_key(home) == public
    except NotInitialised:
        return ELSEWHERE
    if not here:
        return ELSEWHERE
    with reading(engine) as connection:
        found = select(evidence_entries.c.id).where(evidence_entries.c.leaf_hash == leaf_hash)
        entry_id = connection.execute(found).scalar()
        if entry_id is None:
            return BROKEN
        try:
            proof = prove_inclusion(connection, entry_id)
        except NotIntegrated:
            return PENDING
    return PROVED if inclusion_holds(proof, public) else BROKEN
