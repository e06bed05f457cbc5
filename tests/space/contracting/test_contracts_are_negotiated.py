"""Offers and counter-offers: who may accept what, who is in charge, when a negotiation lapses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catalog.store import reading
from space.contracting import duties, negotiating, signing
from space.contracting.values import Side
from space.errors import Refused, Unknown
from space.wayback.backflow.inbox import notices_of
from tests.space.contracting.parties import (
    MANAGER,
    PERSONS,
    TERMS,
    USER,
    Parties,
    sign_in,
)
from tests.space.contracting.steps import refused


def test_each_step_of_a_negotiation_is_told_to_the_side_that_did_not_take_it(parties: Parties) -> None:
    def told(side: Side) -> set[str]:
        with reading(parties.bureau.engine) as connection:
            found = notices_of(connection, parties.code(side))
        return {one.message.removeprefix(f"contract {made.id} ") for one in found if one.subject == made.id}

    made, now = parties.draft(), parties.bureau.clock()
    assert told(Side.CONSUMER) == set(), "of a draft nobody else knows"
    parties.step(negotiating.offer, made, Side.PROVIDER, why="请过目")
    offered = {"has an offer that waits for your answer: 请过目"}
    assert told(Side.CONSUMER) == offered
    parties.act(
        lambda connection: negotiating.counter(
            connection, made.id, TERMS | {"calls": 10}, side=Side.CONSUMER, by=USER, why="够用", now=now
        )
    )
    countered = {"has an offer that waits for your answer: 够用"}
    assert told(Side.PROVIDER) == countered
    parties.act(
        lambda connection: negotiating.accept(
            connection, made.id, 2, side=Side.PROVIDER, by=MANAGER, why="", now=now
        )
    )
    parties.act(lambda connection: sign_in(parties, connection, made.id, Side.PROVIDER))
    parties.step(negotiating.withdraw, made, Side.CONSUMER, why="不需要了")
    assert told(Side.CONSUMER) - offered == {
        "is agreed and waits for both signatures", "was signed by the other side",
    }  # fmt: skip
    assert told(Side.PROVIDER) - countered == {"is negotiated no further: 不需要了"}


def test_only_the_last_offer_is_accepted_and_only_by_the_other_side(parties: Parties) -> None:
    made, now = parties.offered(), parties.bureau.clock()

    def accept(number: int, side: Side) -> Any:
        return lambda connection: negotiating.accept(
            connection, made.id, number, side=side, by=PERSONS[side], why="", now=now
        )

    assert refused(parties, accept(1, Side.PROVIDER)) == "procedure.step"
    parties.act(
        lambda connection: negotiating.counter(
            connection, made.id, TERMS | {"calls": 10}, side=Side.CONSUMER, by=USER, why="够用", now=now
        )
    )
    assert refused(parties, accept(1, Side.PROVIDER)) == "contract.offer.superseded"
    assert refused(parties, accept(2, Side.CONSUMER)) == "procedure.step"
    assert parties.act(accept(2, Side.PROVIDER)).state == "agreed"


def test_a_counter_offer_changes_something_says_why_and_may_be_granted(parties: Parties) -> None:
    made, now = parties.offered(), parties.bureau.clock()

    def counter(why: str = "w", **changed: Any) -> Any:
        return lambda connection: negotiating.counter(
            connection, made.id, TERMS | changed, side=Side.CONSUMER, by=USER, why=why, now=now
        )

    assert refused(parties, counter()) == "contract.offer.same"
    assert refused(parties, counter(" ", calls=5)) == "contract.reason"
    assert refused(parties, counter(purpose="industry.research")) == "grant.request.purpose"
    assert refused(parties, counter(disclosure={"k": 2})) == "grant.disclosure.too_weak"
    wide = [{"name": "market.firms", "columns": ["uscc"]}]
    assert refused(parties, counter(datasets=wide)) == "grant.request.item"
    with pytest.raises(Unknown):
        parties.act(
            lambda connection: negotiating.offer(
                connection, "con_none", side=Side.PROVIDER, by=MANAGER, why="", now=now
            )
        )
    assert parties.stands(made.id).offers == 1


def test_a_contract_names_the_persons_in_charge_and_they_alone_sign(parties: Parties) -> None:
    with pytest.raises(Refused, match=r"contract\.in_charge"):
        parties.act(
            lambda connection: negotiating.draft(
                connection, {k: v for k, v in TERMS.items() if k != "in_charge"}, to=parties.consumer,
                side=Side.PROVIDER, by=MANAGER, why="w", now=parties.bureau.clock(),
            )
        )  # fmt: skip
    made, key = parties.agreed(), parties.keys[Side.PROVIDER]
    signature = key.sign(signing.to_sign(made, Side.PROVIDER))

    def sign(by: str) -> Any:
        return lambda connection: signing.sign(
            connection, made.id, side=Side.PROVIDER, by=by, key_id=key.key_id, signature=signature,
            now=parties.bureau.clock(),
        )  # fmt: skip

    assert refused(parties, sign("别人")) == "contract.signer"
    assert parties.act(sign(MANAGER)).state == "signed_by_provider"


def test_a_negotiation_lapses_when_its_terms_are_over(parties: Parties) -> None:
    made = parties.offered()
    bureau = parties.bureau

    assert parties.act(lambda connection: duties.settle(connection, bureau.clock())) == ()
    bureau.clock.now += timedelta(days=366)
    assert parties.act(lambda connection: duties.settle(connection, bureau.clock())) == (made.id,)
    assert parties.stands(made.id).state == "withdrawn"
