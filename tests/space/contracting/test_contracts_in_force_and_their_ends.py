"""A contract in force: suspended and resumed, revoked, its deletion proved, its breach answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog.keys import KeyTrouble, ring_of
from catalog.store import reading
from catalog.store.tables.backflow import notices
from catalog.store.tables.contracting import (
    contract_breaches,
)
from space.contracting import breaches, deletions, duties, performing
from space.contracting.values import Side
from space.errors import Refused
from space.granting.grants import by_id as grant_by_id
from space.granting.grants import verify
from space.granting.revocation import close_expired
from space.query.answered import Answered
from tests.space.contracting.parties import (
    MANAGER,
    PERSONS,
    USER,
    Parties,
)
from tests.space.contracting.steps import ALL, BY_INDUSTRY, code, refused


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
    told_before = 1 + 1 + 2  # the offer, its acceptance, each signature
    assert messages == told_before + 1 + 2 + 2, "the other side is told; both, where the platform acts"


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
