"""Whoever ends a grant: what runs under it is cut off, what rests on it ends, and the other side is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.backflow import notices
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.queries import reservations, usages
from catalog.store.tables.supplies import grant_endings
from policies.access import Role
from policies.decision import Deny
from space.errors import Refused
from space.granting import stopping
from space.granting.revocation import close_expired, give_back
from space.identity.tokens import holder, issue
from tests.space.grants.books import in_order


def told(bureau: Any, organisation: str) -> list[Any]:
    """The notices of an organisation."""
    with reading(bureau.engine) as connection:
        return list(connection.execute(select(notices).where(notices.c.organisation == organisation)).all())


def code(answer: Any) -> str:
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def returned(bureau: Any, held: Any) -> None:
    """The holder gives its grant back."""
    with writing(bureau.engine) as connection:
        give_back(connection, held.id, holder=held.grantee, reason="任务结束", by="周敏", now=bureau.clock())


def test_a_running_query_is_killed_when_its_grant_is_revoked(busy: Any, asking: Any) -> None:
    held = busy.held(busy.trade)
    call = asking(held)

    busy.revoke(held)

    assert code(call.ended()) == "grant.ended_meanwhile"
    in_order(busy)
    with reading(busy.engine) as connection:
        (used,) = connection.execute(select(usages).where(usages.c.grant_id == held.id)).all()
        (ending,) = connection.execute(select(grant_endings)).all()
    assert (used.outcome, used.reason, used.price_fen) == ("lost", "grant.ended_meanwhile", 0)
    assert (ending.side, ending.calls_under_way) == ("grantor", 1)


def test_a_running_query_is_killed_when_its_holder_gives_the_grant_back(busy: Any, asking: Any) -> None:
    held = busy.held(busy.trade)
    call = asking(held)

    returned(busy, held)

    assert code(call.ended()) == "grant.ended_meanwhile"
    assert code(busy.ask(held, "SELECT count(*) FROM market.firms")) == "grant.expired"


def test_a_running_query_is_killed_when_the_last_day_is_over(busy: Any, asking: Any) -> None:
    held = busy.held(busy.trade)
    call = asking(held)

    busy.clock.now = busy.clock().replace(year=held.terms.valid_to.year + 1)

    assert code(call.ended()) == "grant.ended_meanwhile"
    with writing(busy.engine) as connection:
        close_expired(connection, busy.clock())
    in_order(busy)


@pytest.mark.parametrize(
    "kind", ["dataset", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("organisation", "all"))]
)
def test_a_running_query_is_killed_by_a_stop(busy: Any, asking: Any, kind: str) -> None:
    held = busy.held(busy.trade)
    call = asking(held)

    name = {"dataset": "market.firms", "organisation": held.grantee, "all": ""}[kind]
    with writing(busy.engine) as connection:
        stopping.stop(connection, kind, name, reason="疑似泄露", by="安全员", now=busy.clock())

    assert code(call.ended()) == f"stop.{kind}"
    with reading(busy.engine) as connection:
        (paid,) = connection.execute(select(reservations)).all()
    assert paid.state == "lost"
    assert busy.row(held).state == "in_force"


def test_the_grantee_is_told_who_ended_its_grant_and_why(busy: Any) -> None:
    held = busy.held(busy.trade)

    busy.revoke(held)

    (notice,) = told(busy, held.grantee)
    assert (notice.kind, notice.subject) == ("ending", held.id)
    assert "任务结束" in notice.message
    assert told(busy, held.grantor) == []


def test_the_grantor_is_told_when_a_grant_is_given_back(busy: Any) -> None:
    held = busy.held(busy.trade)

    returned(busy, held)

    (notice,) = told(busy, held.grantor)
    assert "given back" in notice.message
    assert told(busy, held.grantee) == []


def test_both_sides_are_told_when_the_term_is_over(busy: Any) -> None:
    held = busy.held(busy.trade)
    busy.clock.now = busy.clock().replace(year=held.terms.valid_to.year + 1)

    with writing(busy.engine) as connection:
        over = close_expired(connection, busy.clock())

    assert held.id in over
    assert any(n.subject == held.id for n in told(busy, held.grantee))
    assert any(n.subject == held.id for n in told(busy, held.grantor))


@pytest.mark.full
def test_nobody_gives_back_what_another_holds(busy: Any) -> None:
    held = busy.held(busy.trade)

    with pytest.raises(Refused, match=r"grant\.not_held"), writing(busy.engine) as connection:
        give_back(connection, held.id, holder="91990100MA0000002X", reason="x", by="x", now=busy.clock())
    assert busy.row(held).state == "in_force"


def test_a_token_issued_for_a_grant_opens_no_other_and_ends_with_it(busy: Any) -> None:
    from space.query.admit import Question

    held = busy.held(busy.people)
    other = busy.held(busy.weather)
    with writing(busy.engine) as connection:
        issued = issue(
            connection, held.grantee, role=Role.CLIENT, by="张磊", days=10, now=busy.clock(), grant_id=held.id
        )
    with reading(busy.engine) as connection:
        caller = holder(connection, issued.secret, busy.clock())
    assert caller is not None
    refused = busy.gateway.ask(
        caller, Question(other.id, other.terms.purpose, "SELECT count(*) FROM eco.air")
    )
    assert code(refused) == "grant.not_held"

    busy.revoke(held)

    with reading(busy.engine) as connection:
        assert holder(connection, issued.secret, busy.clock()) is None
        row = connection.execute(select(client_tokens).where(client_tokens.c.id == issued.id)).one()
    assert row.revoked_at == busy.clock()


def test_every_end_is_evidence_with_its_grant_and_holds_no_reason(busy: Any) -> None:
    held = busy.held(busy.trade)

    busy.revoke(held)

    with reading(busy.engine) as connection:
        said = connection.execute(select(evidence_entries).where(evidence_entries.c.subject == held.id)).all()
    ends = [row for row in said if row.event == "space:grant:revoke"]
    assert len(ends) == 1
    assert "任务结束" not in ends[0].body


@pytest.mark.full
def test_a_grant_ends_once(busy: Any) -> None:
    held = busy.held(busy.trade)
    busy.revoke(held)

    with pytest.raises(Refused, match=r"revoke\.not_in_force"):
        returned(busy, held)
    assert len(told(busy, held.grantee)) == 1


def test_a_stop_is_one_act_and_its_lifting_takes_two(busy: Any) -> None:
    now = busy.clock()
    with writing(busy.engine) as connection:
        made = stopping.stop(connection, "dataset", "eco.air", reason="疑似泄露", by="安全员", now=now)
    assert made.datasets == ("eco.air", "eco.figures")

    with pytest.raises(Refused, match=r"stop\.standing"), writing(busy.engine) as connection:
        stopping.stop(connection, "dataset", "eco.air", reason="again", by="安全员", now=now)
    with pytest.raises(Refused, match=r"stop\.not_proposed"), writing(busy.engine) as connection:
        stopping.agree_lift(connection, made.id, by="王敏", now=now)
    with writing(busy.engine) as connection:
        waiting = stopping.propose_lift(connection, made.id, reason="已核实", by="安全员", now=now)
    assert waiting.state == "waits"
    with pytest.raises(Refused, match=r"stop\.same_person"), writing(busy.engine) as connection:
        stopping.agree_lift(connection, made.id, by="安全员", now=now)
    with writing(busy.engine) as connection:
        lifted = stopping.agree_lift(connection, made.id, by="王敏", now=now)
    assert lifted.state == "lifted"
    with pytest.raises(Refused, match=r"stop\.lifted"), writing(busy.engine) as connection:
        stopping.propose_lift(connection, made.id, reason="x", by="王敏", now=now)
