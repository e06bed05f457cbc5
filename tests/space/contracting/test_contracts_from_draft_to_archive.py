"""A contract on its way from draft to archive, and what of it is in the evidence log."""

from __future__ import annotations

from sqlalchemy import select

from catalog.evidence import integrate
from catalog.evidence.verify import verify_store
from catalog.keys import ring_of
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from space.contracting import negotiating, performing, signing
from space.contracting.contracts import by_id, offers_of, signatures_of, steps_of
from space.contracting.values import Side
from space.query.answered import Answered
from space.store import grant_row
from tests.space.contracting.parties import (
    MANAGER,
    PROVIDER,
    TERMS,
    USER,
    Parties,
    conclude_in,
    sign_in,
)
from tests.space.contracting.steps import BY_INDUSTRY, code


def test_from_a_draft_to_the_archive_with_a_counter_offer_and_three_signatures(on_both: Parties) -> None:
    parties, bureau = on_both, on_both.bureau
    made = parties.draft()
    assert (made.state, made.provider, made.consumer) == ("draft_by_provider", PROVIDER, parties.consumer)
    made = parties.step(negotiating.offer, made, Side.PROVIDER)
    countered = parties.act(
        lambda connection: negotiating.counter(
            connection, made.id, TERMS | {"calls": 5000, "rates": ["60/minute"]}, side=Side.CONSUMER, by=USER,
            why="每日批量分析", now=bureau.clock(),
        )
    )  # fmt: skip
    assert countered.state == "offered_by_consumer"
    parties.act(
        lambda connection: negotiating.accept(
            connection, made.id, 2, side=Side.PROVIDER, by=MANAGER, why="", now=bureau.clock()
        )
    )
    for side in (Side.CONSUMER, Side.PROVIDER):
        with reading(bureau.engine) as connection:
            assert grant_row(connection, made.grant_id) is None
        parties.act(lambda connection, side=side: sign_in(parties, connection, made.id, side))
    held = parties.act(lambda connection: conclude_in(parties, connection, made.id))

    assert held.id == made.grant_id
    assert held.terms.calls == 5000
    assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)
    parties.step(lambda c, n, **k: performing.finish(c, n, "complete", **k), made, Side.CONSUMER)
    assert code(bureau.ask(held, BY_INDUSTRY)) == "grant.expired"
    parties.act(
        lambda connection: performing.archive(
            connection, made.id, by="档案室", why="归档", now=bureau.clock()
        )
    )

    with reading(bureau.engine) as connection:
        ended = by_id(connection, made.id)
        offers, signatures = offers_of(connection, made.id), signatures_of(connection, made.id)
        taken = [one["event"] for one in steps_of(connection, made.id)]
        wrong = signing.problems(connection, ended, ring_of(connection, bureau.keys.signer))
    assert (ended.state, wrong) == ("archived", ())
    assert offers[0].differences == ()
    assert set(offers[1].differences) == {"calls: 1000 → 5000", "rates: + 60/minute"}
    assert (offers[1].made_by, offers[1].why) == (USER, "每日批量分析")
    assert {one.side for one in signatures} == {Side.PROVIDER, Side.CONSUMER, Side.PLATFORM}
    assert taken == ["draft", "offer", "counter", "accept", "sign", "sign", "sign", "complete", "archive"]


def test_every_step_offer_and_signature_is_in_the_evidence_log_and_no_reason_is(parties: Parties) -> None:
    held = parties.in_force()
    parties.step(performing.suspend, parties.stands(held.id), Side.PROVIDER, why="核查一件事")

    bureau = parties.bureau
    with reading(bureau.engine) as connection:
        rows = connection.execute(select(evidence_entries.c.event, evidence_entries.c.body)).all()
    events = [row.event for row in rows]
    for wanted in (
        "space:contract:draft", "space:contract:state_terms", "space:contract:offer", "space:contract:accept",
        "space:contract:sign", "space:contract:keep_signature", "space:grant:sign", "space:contract:suspend",
        "space:grant:suspend",
    ):  # fmt: skip
        assert wanted in events
    assert not any("核查一件事" in row.body for row in rows)
    integrate(bureau.engine, bureau.keys.signer, bureau.clock())
    with reading(bureau.engine) as connection:
        assert verify_store(connection, bureau.keys.signer.public_raw).ok
