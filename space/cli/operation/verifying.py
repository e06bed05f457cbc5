"""What ``ybz verify`` checks: a receipt's signature, and its leaf in the evidence log.

Needs the installation only for what is not given: the public key, a receipt named by id, the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog import keys
from catalog.errors import NotInitialised
from catalog.home import Home
from catalog.keys import Ring
from catalog.store import open_store, reading
from space.calls.jws import SignatureInvalid
from space.calls.proving import in_the_log, stated
from space.calls.receipts import by_id
from space.cli.sharing.verification import read_records
from space.errors import SpaceError
from space.replaying import replay
from space.supply.receipts import of_supply
from space.workspace.ending import deletion


def check(
    receipt: str, key: Path | None, *, replayed: bool = False, records: Path | None = None
) -> dict[str, Any]:
    """The verdict on a receipt.

    Args:
        receipt: a file that holds the signed text, or the id of a stored receipt.
        key: public key in PEM, or a published JWK set; the keys of this installation where None.
        replayed: whether answer and price are computed once more.
        records: file of the records of a verification, for its replay.

    Returns:
        ``{ok, states, evidence, problem}``, with ``replay`` where it was asked for.
    """
    home = Home.find()
    ring = _own_ring(home) if key is None else _given(key)
    path = Path(receipt)
    text = path.read_text(encoding="utf-8") if path.is_file() else _stored(home, receipt)
    try:
        states = stated(text, ring)
    except SignatureInvalid as error:
        return {"ok": False, "states": None, "evidence": None, "problem": str(error)}
    evidence, problem = _evidence(home, states, text, ring)
    verdict = {"ok": problem is None, "states": states, "evidence": evidence, "problem": problem}
    if replayed and problem is None:
        if evidence == ELSEWHERE:
            raise NothingHere("a replay needs the installation that answered: its releases are there")
        if "mechanism" not in states:
            raise NothingHere("only receipts of answers are replayed; this is one of a deletion")
        done = replay(open_store(home), home, states, None if records is None else read_records(records))
        why = "; ".join(done.findings) if not done.ok else None
        verdict |= {"ok": done.ok, "problem": why, "replay": done.to_document()}
    return verdict


class NothingHere(SpaceError):
    """What a replay would rest on is not here."""


# What is said where the log is not the one of this machine.
ELSEWHERE = "the evidence log is not here"


def _own_ring(home: Home) -> Ring:
    engine = open_store(home)  # where there is no installation, none must come about by looking
    with reading(engine) as connection:
        return keys.ring_of(connection, keys.load(home).signer)


def _given(path: Path) -> Ring:
    """The ring of a file: one public key in PEM, or a published JWK set."""
    raw = path.read_bytes()
    if not raw.lstrip().startswith(b"{"):
        return Ring.single(keys.public_from_pem(raw))
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise keys.KeyTrouble(f"{path} is neither a PEM nor a JWK set") from error
    return Ring.of_jwks(document)


def _stored(home: Home, receipt_id: str) -> str:
    with reading(open_store(home)) as connection:
        supplied = of_supply(connection, receipt_id)
        if supplied is not None:
            return supplied
        if receipt_id.startswith("del_"):
            return deletion(connection, receipt_id)
        return by_id(connection, receipt_id).jws


def _evidence(home: Home, states: Mapping[str, Any], text: str, ring: Ring) -> tuple[str, str | None]:
    """What the log says of a receipt, and why the receipt does not hold where that is so."""
    try:
        engine, own = open_store(home), _own_ring(home)
    except NotInitialised:
        return ELSEWHERE, None
    if not {key.key_id for key in ring.keys} & {key.key_id for key in own.keys}:
        return ELSEWHERE, None
    with reading(engine) as connection:
        found = in_the_log(connection, states, text, own)
    return found.said, found.problem
