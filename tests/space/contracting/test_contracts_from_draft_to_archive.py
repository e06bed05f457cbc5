"""A contract on its way: what is offered and accepted, who signs, what is in force, what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from catalog.evidence import integrate
from catalog.evidence.verify import verify_store
from catalog.keys import KeyTrouble, ring_of
from catalog.keys.signers import Algorithm
from catalog.store import reading, writing
from catalog.store.tables.backflow import notices
from catalog.store.tables.contracting import (
    contract_breaches,
    contract_signatures,
    digital_contracts,
)
from catalog.store.tables.evidence import evidence_entries
from policies.decision import Deny
from space.contracting import breaches, deletions, duties, negotiating, performing, signing
from space.contracting.contracts import Side, by_id, of_grant, offers_of, signatures_of, steps_of
from space.errors import Refused, Unknown
from space.granting.grants import all_grants, verify
from space.granting.grants import by_id as grant_by_id
from space.granting.revocation import close_expired
from space.query.answered import Answered
from space.store import grant_row
from tests.space.bureau import Bureau
from tests.space.contracting.parties import (
    MANAGER,
    PERSONS,
    PROVIDER,
    TERMS,
    USER,
    Parties,
    conclude_in,
    new_key,
    sign_in,
)
from tests.stores import each_store, store_moved

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
ALL = "SELECT count(*) AS firms FROM market.firms"


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def refused(parties: Parties, act: Any) -> str:
    """The reason code an act is refused with."""
    with pytest.raises(Refused) as told:
        parties.act(act)
    return told.value.decision.reasons[0].code


@pytest.fixture(params=each_store())
def on_both(request: pytest.FixtureRequest, parties: Parties) -> Iterator[Parties]:
    """The parties with their store on one database or the other."""
    bureau: Bureau = parties.bureau
    with store_moved(request, bureau.home, bureau.engine) as engine:
        parties.bureau = replace(bureau, engine=engine)
        yield parties


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


# --- negotiation -----------------------------------------------------------------------------------------


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


# --- signatures ------------------------------------------------------------------------------------------


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


# --- in force --------------------------------------------------------------------------------------------


def test_a_suspended_contract_answers_nothing_until_the_same_side_resumes_it(on_both: Parties) -> None:
    parties, bureau = on_both, on_both.bureau
    held = parties.in_force()
    made = parties.stands(held.id)
    assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)

    parties.step(performing.suspend, made, Side.PROVIDER, why="安全核查")

    told = bureau.ask(held, BY_INDUSTRY)
    assert code(told) == "grant.suspended"
    assert code(bureau.ask(held, ALL)) == "grant.suspended"
    assert bureau.row(held).calls_used == 1
    for side in (Side.CONSUMER, Side.PLATFORM):
        assert refused(parties, resuming(parties, made.id, side)) == "procedure.step"
    parties.step(performing.suspend, made, Side.PLATFORM, why="平台核查")
    assert refused(parties, resuming(parties, made.id, Side.PROVIDER)) == "procedure.step"
    parties.step(performing.resume, made, Side.PLATFORM, why="核查完毕")
    assert isinstance(bureau.ask(held, ALL), Answered)
    messages = bureau.count(select(func.count()).select_from(notices).where(notices.c.subject == made.id))
    assert messages == 1 + 2 + 2, "the other side is told; both, where the platform acts"


def resuming(parties: Parties, named: str, side: Side) -> Any:
    return lambda connection: performing.resume(
        connection, named, side=side, by=PERSONS[side], why="w", now=parties.bureau.clock()
    )


def test_a_suspension_while_a_call_runs_withholds_its_answer(parties: Parties) -> None:
    held, bureau = parties.in_force(), parties.bureau
    real = bureau.pool

    class SuspendedMeanwhile:
        """The real pool; the contract is suspended between the run and the answer."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def run(self, *arguments: Any, **more: Any) -> Any:
            answer = real.run(*arguments, **more)
            parties.step(performing.suspend, parties.stands(held.id), Side.PROVIDER)
            return answer

    bureau.pool = SuspendedMeanwhile()  # type: ignore[assignment]

    assert code(bureau.ask(held, BY_INDUSTRY)) == "grant.ended_meanwhile"
    assert (bureau.row(held).calls_used, bureau.row(held).charged_fen) == (1, 0)


def test_a_suspended_grant_still_keeps_the_other_mode_out_and_ends_on_its_day(parties: Parties) -> None:
    held, bureau = parties.in_force(), parties.bureau
    parties.step(performing.suspend, parties.stands(held.id), Side.PROVIDER)

    with pytest.raises(Refused, match=r"grant\.mode\.mixed"):
        bureau.sign(
            bureau.department, bureau.trade, mode="dp",
            budget={"rho": 0.1, "rho_per_query": 0.01, "delta": 1e-8},
        )  # fmt: skip
    bureau.clock.now += timedelta(days=365)
    assert parties.act(lambda connection: close_expired(connection, bureau.clock())) == (held.id,)
    assert parties.stands(held.id).state == "completed"


def test_revoking_the_grant_terminates_its_contract_and_terminating_the_contract_revokes_the_grant(
    parties: Parties,
) -> None:
    first, second = parties.in_force(), parties.in_force(calls=5)

    parties.bureau.revoke(first)
    parties.step(
        lambda c, n, **k: performing.finish(c, n, "terminate", **k), parties.stands(second.id), Side.PLATFORM
    )

    assert parties.stands(first.id).state == parties.stands(second.id).state == "terminated"
    with reading(parties.bureau.engine) as connection:
        assert (
            grant_by_id(connection, first.id).state == grant_by_id(connection, second.id).state == "revoked"
        )
        verify(grant_by_id(connection, second.id), ring_of(connection, parties.bureau.keys.signer))


# --- deletion and breaches -------------------------------------------------------------------------------

KEPT = {"retention": {"days": 10, "proof_days": 5}, "breach": ["deletion: terminate", "declared: suspend"]}


def prove(parties: Parties, held: Any, *, by: str = USER) -> Any:
    bureau, key = parties.bureau, parties.keys[Side.CONSUMER]
    now = bureau.clock()
    signature = key.sign(deletions.to_sign(held.id, held.grantee, USER, now))
    return lambda connection: deletions.prove(
        connection, held, covers=now, by=by, key_id=key.key_id, signature=signature, now=bureau.clock()
    )


def test_while_a_proof_of_deletion_is_overdue_no_call_is_answered(parties: Parties) -> None:
    held, bureau = parties.in_force(retention=KEPT["retention"]), parties.bureau
    assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)
    bureau.clock.now += timedelta(days=15)
    assert isinstance(bureau.ask(held, ALL), Answered)
    bureau.clock.now += timedelta(days=1)

    assert code(bureau.ask(held, ALL)) == "grant.deletion_overdue"
    with pytest.raises(KeyTrouble):
        parties.act(prove(parties, held, by="别人"))
    parties.act(prove(parties, held))
    assert isinstance(bureau.ask(held, ALL), Answered)


def test_the_archive_waits_for_the_proof_of_everything_that_was_given(parties: Parties) -> None:
    held, bureau = parties.in_force(retention=KEPT["retention"]), parties.bureau
    assert isinstance(bureau.ask(held, ALL), Answered)
    bureau.revoke(held)

    def archive(connection: Any) -> Any:
        return performing.archive(connection, held.id, by="档案室", why="归档", now=bureau.clock())

    assert refused(parties, archive) == "contract.deletion_owed"
    parties.act(prove(parties, held))
    assert parties.act(archive).state == "archived"


def test_an_overdue_proof_has_the_consequence_the_contract_states_asked_or_not(parties: Parties) -> None:
    first, second = parties.in_force(**KEPT), parties.in_force(calls=9, **KEPT)
    bureau = parties.bureau
    for held in (first, second):
        assert isinstance(bureau.ask(held, BY_INDUSTRY), Answered)
    bureau.clock.now += timedelta(days=16)

    assert code(bureau.ask(first, ALL)) == "grant.deletion_overdue"
    assert parties.stands(first.id).state == "breached"
    assert code(bureau.ask(first, ALL)) == "grant.revoked"
    parties.act(lambda connection: duties.settle(connection, bureau.clock()))
    assert parties.stands(second.id).state == "breached"
    assert bureau.count(select(func.count()).select_from(contract_breaches)) == 2


def test_a_declared_breach_suspends_where_the_terms_say_so(parties: Parties) -> None:
    held, bureau = parties.in_force(**KEPT), parties.bureau

    followed = parties.act(
        lambda connection: breaches.declare(
            connection, held.id, side=Side.PROVIDER, by=MANAGER, why="转交第三方", now=bureau.clock()
        )
    )

    assert followed.state == "suspended_by_platform"
    assert code(bureau.ask(held, ALL)) == "grant.suspended"
    other = parties.in_force(calls=3)
    ended = parties.act(
        lambda connection: breaches.declare(
            connection, other.id, side=Side.PROVIDER, by=MANAGER, why="转交第三方", now=bureau.clock()
        )
    )
    assert ended.state == "breached", "without a term about it, a breach ends the contract"
