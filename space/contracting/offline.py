"""Checking a contract without its installation: the document of ``ybz contract show --json`` and public keys.

Decides whether what the document states is what its signatures were made over. Keys are given by whoever
checks; a signature without a key is named, never taken for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.keys import algorithm_of, key_id, verify
from contracts.canonical import canonical, digest
from policies import odrl
from policies.odrl_constraints import OdrlError
from space.contracting.statements import PLATFORM, STATEMENT, SignatureUnreadable, decoded
from space.contracting.values import Side


def document_problems(document: Mapping[str, Any], keys: Mapping[str, bytes]) -> tuple[str, ...]:
    """What does not hold of a contract's document, in words; empty where all does.

    Args:
        document: of a contract in force or ended.
        keys: raw public key of each side, by its name.
    """
    try:
        return tuple(_problems(document, keys))
    except (KeyError, TypeError, AttributeError):
        return ("it is not the document of a contract",)


def _problems(document: Mapping[str, Any], keys: Mapping[str, bytes]) -> Iterator[str]:
    agreement, stated = document["agreement"], document["agreement_digest"]
    if agreement is None or digest(agreement) != stated:
        yield "the agreement is not the one that was signed"
        return
    try:
        agreed = odrl.read(agreement)
    except OdrlError as error:
        yield f"the agreement: {error}"
        return
    parties = (agreed.assigner, agreed.assignee, agreed.grant_id)
    if parties != (document["provider"], document["consumer"], document["grant"]):
        yield "the agreement is of other parties, or of another grant"
    for one in document["signatures"]:
        yield from _signature(document, one, keys)


def _signature(
    document: Mapping[str, Any], one: Mapping[str, Any], keys: Mapping[str, bytes]
) -> Iterator[str]:
    side = str(one["side"])
    own = {"provider": document["provider"], "consumer": document["consumer"]}
    signed = canonical(
        {
            "agreement": document["agreement_digest"],
            "contract": document["id"],
            "organisation": PLATFORM if side == Side.PLATFORM else own[side],
            "side": side,
            "signer": one["by"],
            "type": STATEMENT,
        }
    )
    raw = keys.get(side)
    if one["statement"].encode() != signed:
        yield f"the {side} signed another statement"
    elif raw is None:
        yield f"no key was given for the {side}"
    elif key_id(raw) != one["key"] or not _holds(raw, signed, one["signature"]):
        yield f"the signature of the {side} does not hold"


def _holds(raw: bytes, signed: bytes, signature: str) -> bool:
    try:
        return verify(algorithm_of(raw), raw, signed, decoded(signature))
    except SignatureUnreadable:
        return False
