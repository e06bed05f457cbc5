"""Signatures of a contract: by registered keys over the agreement itself, and every change is seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from catalog.keys import KeyTrouble, ring_of
from catalog.keys.signers import Algorithm
from catalog.store import reading, writing
from catalog.store.tables.contracting import (
    contract_signatures,
    digital_contracts,
)
from space.contracting import signing
from space.contracting.contracts import of_grant, signatures_of
from space.contracting.values import Side
from space.errors import Refused
from space.granting.grants import all_grants
from tests.space.contracting.parties import (
    MANAGER,
    PROVIDER,
    Parties,
    conclude_in,
    new_key,
    sign_in,
)
from tests.space.contracting.steps import refused


def test_nothing_is_signed_before_an_offer_is_accepted(parties: Parties) -> None:
    with pytest.raises(Refused, match=r"contract\.not_agreed"):
        signing.to_sign(parties.offered(), Side.PROVIDER)


def test_a_signature_counts_only_from_a_registered_key_of_the_party_over_this_agreement(
    parties: Parties,
) -> None:
    made, other = parties.agreed(), parties.agreed(calls=7)
    mine, theirs = parties.keys[Side.PROVIDER], parties.keys[Side.CONSUMER]
    stranger, right = new_key(), signing.to_sign(made, Side.PROVIDER)

    for key, statement in (
        (stranger, right),
        (theirs, right),
        (mine, signing.to_sign(other, Side.PROVIDER)),
        (mine, signing.to_sign(made, Side.CONSUMER)),
        (mine, right + b" "),
    ):
        with pytest.raises(KeyTrouble):
            parties.act(
                lambda connection, key=key, statement=statement: signing.sign(
                    connection, made.id, side=Side.PROVIDER, by=MANAGER, key_id=key.key_id,
                    signature=key.sign(statement), now=parties.bureau.clock(),
                )
            )  # fmt: skip
    assert parties.stands(made.id).state == "agreed"


def test_a_party_may_sign_with_sm2_and_sm3(parties: Parties) -> None:
    parties.register(Side.CONSUMER, new_key(Algorithm.SM2))
    held = parties.in_force()

    with reading(parties.bureau.engine) as connection:
        contract = of_grant(connection, held.id)
        assert contract is not None
        algorithms = {one.side: one.algorithm for one in signatures_of(connection, contract.id)}
        assert signing.problems(connection, contract, ring_of(connection, parties.bureau.keys.signer)) == ()
    assert algorithms == {Side.PROVIDER: "Ed25519", Side.CONSUMER: "sm2sig_sm3", Side.PLATFORM: "Ed25519"}


def test_the_platform_signs_only_what_holds_and_may_still_be_granted(parties: Parties) -> None:
    made = parties.agreed()
    for side in (Side.PROVIDER, Side.CONSUMER):
        parties.act(lambda connection, side=side: sign_in(parties, connection, made.id, side))
    s = contract_signatures.c
    with writing(parties.bureau.engine) as connection:
        kept = connection.execute(select(s.signature).where(s.side == "provider")).scalar_one()
        connection.execute(
            update(contract_signatures).where(s.side == "provider").values(signature=kept[::-1])
        )

    assert refused(parties, lambda c: conclude_in(parties, c, made.id)) == "contract.signature"
    with writing(parties.bureau.engine) as connection:
        connection.execute(update(contract_signatures).where(s.side == "provider").values(signature=kept))
    parties.bureau.clock.now += timedelta(days=400)
    assert refused(parties, lambda c: conclude_in(parties, c, made.id)) == "grant.time.past"
    with reading(parties.bureau.engine) as connection:
        assert all_grants(connection) == ()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (digital_contracts, "agreement", "{}"),
        (digital_contracts, "agreement_digest", "0" * 64),
        (contract_signatures, "signed_by", "冒名者"),
        (contract_signatures, "organisation", PROVIDER),
        (contract_signatures, "key_id", "0" * 16),
        (contract_signatures, "statement", "{}"),
    ],
)
def test_a_changed_row_of_a_contract_is_seen(parties: Parties, table: Any, column: str, value: str) -> None:
    held = parties.in_force()
    ring = ring_of_store(parties)
    with writing(parties.bureau.engine) as connection:
        connection.execute(update(table).values({column: value}))
        found = of_grant(connection, held.id)
        assert found is not None
        assert signing.problems(connection, found, ring) != ()


def ring_of_store(parties: Parties) -> Any:
    with reading(parties.bureau.engine) as connection:
        return ring_of(connection, parties.bureau.keys.signer)
