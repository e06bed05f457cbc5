"""From calls to a frozen evaluation and what it takes off a payment; no former paper changes."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog.keys import Ring
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from contracts.canonical import canonical, digest
from policies.evaluation import Judge, Subject
from space.errors import Refused
from space.evaluation import acting, bonds, contesting, credited, evaluations, page, settling
from space.money import invoices, statements
from space.money.signed import sign
from space.money.statement_check import check
from tests.space.money.till import BODY, FIRM, Till

SPRING = datetime(2026, 6, 20, 4, 0, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 8, 4, 0, tzinfo=UTC)
CONTESTED = datetime(2026, 10, 30, 4, 0, tzinfo=UTC)
AUTUMN = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


def do(till: Till, function: Any, *words: Any, **more: Any) -> Any:
    with writing(till.engine) as connection:
        return function(connection, *words, now=till.now, **more)


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.decision.reasons[0].code


def terms(grant: str, **stated: Any) -> bonds.Terms:
    values: dict[str, Any] = {
        "kind": Subject.GRANT, "subject": grant, "scheme": "grant", "indicator": "availability",
        "period": "quarter", "share_percent": 20, "target": "0.99", "floor": "0.79",
        "valid_from": date(2026, 7, 1), "basis": "第8条",
    }  # fmt: skip
    return bonds.Terms(**values | stated)


def bound(till: Till, grant: str) -> bonds.Bound:
    """A bond that was proposed and accepted before its first day."""
    now, till.now = till.now, SPRING
    made = do(till, bonds.propose, terms(grant), by="王敏")
    made = do(till, bonds.accept, made.id, by="李强")
    till.now = now
    return made


def review(till: Till, made: str, mark: int, organisation: str, office: Judge, by: str) -> None:
    do(till, acting.review, made, mark=mark, words="依据", organisation=organisation, office=office, by=by)


def published(till: Till, grant: str) -> str:
    """The third quarter, reviewed and published in October: 18 answers of 20 paid calls, 500 fen each."""
    till.now = OCTOBER
    made: str = do(till, acting.open_, "grant", grant, "2026Q3", by="甲").id
    review(till, made, 90, BODY, Judge.SELF, "王敏")
    review(till, made, 60, FIRM, Judge.USER, "李强")
    do(till, acting.publish, made, by="甲")
    return made


def test_a_result_that_is_missed_is_credited_openly_and_no_former_paper_changes(
    either: Till, tmp_path: Path
) -> None:
    till, held = either, either.grant()
    bond = bound(till, held.id)
    for n in range(18):
        till.answer(held, f"q{n}")
    for n in range(2):
        till.lost(held, f"lost {n}")
    till.refused(held)
    made = published(till, held.id)

    with reading(till.engine) as connection:
        told = evaluations.view(connection, evaluations.by_id(connection, made))
    document = told["document"]
    assert evaluations.problems_of(document) == []
    availability, users = document["result"]["indicators"]
    assert (availability["value"], availability["of"], availability["left_out"]) == (18, 20, None)
    assert (availability["points"], users["points"], document["result"]["score"]) == (
        "0.00",
        "60.00",
        "24.00",
    )
    assert {row["outcome"]: row["count"] for row in document["rows"] if row["of"] == "calls"} == {
        "answered": 18, "lost": 2, "refused": 1,
    }  # fmt: skip
    changed = copy.deepcopy(document)
    changed["rows"][0]["count"] += 1
    assert evaluations.problems_of(changed)
    assert "不计入" not in page.evaluation(told)
    assert "异议截止日" in page.evaluation(told)

    objection = do(
        till, contesting.object_, made, indicator="availability", reason="故障在对方", organisation=BODY,
        office=Judge.SELF, by="王敏",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        do(till, acting.freeze, made, by="甲")
    assert code(refused) == "evaluation.window"
    till.now = CONTESTED
    with pytest.raises(Refused) as refused:
        do(till, acting.freeze, made, by="甲")
    assert code(refused) == "evaluation.open_objection"
    do(till, contesting.answer, objection, "rejected", basis="运行记录", by="甲")
    with pytest.raises(Refused) as refused:
        do(till, settling.settle, till.keys.signer, made, by="甲")
    assert code(refused) == "result.not_frozen"
    frozen = do(till, acting.freeze, made, by="甲")
    with reading(till.engine) as connection:
        text = evaluations.document_of(connection, made)
        entries = connection.execute(
            select(evidence_entries.c.body).where(evidence_entries.c.event == "space:evaluation:freeze")
        ).scalars()
        assert digest(text) == frozen.frozen_digest
        assert [frozen.frozen_digest in body for body in entries] == [True]
    assert text["objections"][0]["basis"] == "运行记录"

    with pytest.raises(Refused) as refused:
        do(till, settling.settle, till.keys.signer, made, by="甲")
    assert code(refused) == "result.unbilled"
    september = do(till, statements.close, till.keys.signer, FIRM, "2026-09", by="周敏")
    (invoice,) = do(till, invoices.issue, till.keys.signer, FIRM, "2026-09", by="周敏")
    # 0.90 stands 9/20 below 0.99 on the way to 0.79: 20% × 9000 × 9/20.
    (computed,) = do(till, settling.settle, till.keys.signer, made, by="甲")
    assert (computed["bond"], computed["earned"], computed["credit_fen"]) == (bond.id, "0.5500", 810)
    with pytest.raises(Refused) as refused:
        do(till, settling.settle, till.keys.signer, made, by="甲")
    assert code(refused) == "result.nothing"

    with reading(till.engine) as connection:
        assert statements.closed(connection, FIRM, "2026-09") == september
        after = invoices.by_number(connection, invoice.number)
        (note,) = (each for each in invoices.all_invoices(connection) if each.corrects)
    assert (after.signed, after.credited_fen, note.total_fen) == (invoice.signed, 810, -810)
    till.now = AUTUMN
    october = do(till, statements.close, till.keys.signer, FIRM, "2026-10", by="周敏")
    (line,) = october.document["results"]
    assert (line["credit_fen"], line["share_percent"], line["value"], line["of"]) == (810, 20, 18, 20)
    assert (october.document["total_fen"], credited.problems(line)) == (0, [])
    ring = Ring.single(till.keys.signer.public_raw)
    assert check(october, tmp_path, ring).differences == ()
    forged = copy.deepcopy(dict(october.document))
    forged["results"][0]["lines"][0]["computed_fen"] = 800
    wrong = check(sign(till.keys.signer, forged, "ybz-statement+jws"), tmp_path, ring)
    assert any("another credit" in each for each in wrong.differences)


def test_an_objection_that_is_upheld_makes_a_version_and_the_former_one_stays(till: Till) -> None:
    held = till.grant()
    for n in range(25):
        till.answer(held, f"q{n}")
    made = published(till, held.id)
    raise_ = {"organisation": FIRM, "office": Judge.USER, "by": "李强"}
    first = do(till, contesting.object_, made, indicator="users", reason="评价误填", **raise_)
    with reading(till.engine) as connection:
        former = canonical(evaluations.document_of(connection, made, 1))
    with pytest.raises(Refused) as refused:
        do(till, contesting.answer, first, "set_aside", basis="核实", by="李强")
    assert code(refused) == "evaluation.answer"
    after = do(till, contesting.answer, first, "set_aside", basis="核实属实", by="甲")
    with pytest.raises(Refused) as refused:
        do(till, contesting.answer, first, "rejected", basis="核实", by="甲")
    assert code(refused) == "evaluation.answered"
    second = do(till, contesting.object_, made, indicator="availability", reason="重新统计", **raise_)
    again = do(till, contesting.answer, second, "recounted", basis="重新统计", by="甲")
    with reading(till.engine) as connection:
        assert canonical(evaluations.document_of(connection, made, 1)) == former
        newest = evaluations.document_of(connection, made)
    assert (after.version, again.version, newest["result"]["left_out"]) == (2, 3, ["users"])
    assert newest["result"]["score"] == "100.00"
    till.now = datetime(2026, 12, 1, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        do(till, contesting.object_, made, indicator="users", reason="迟", **raise_)
    assert code(refused) == "evaluation.objection.late"


def test_an_indicator_below_its_sample_is_left_out_and_takes_nothing_off(till: Till) -> None:
    held = till.grant()
    bound(till, held.id)
    till.answer(held, "q")
    till.lost(held, "gone")
    made = published(till, held.id)
    till.now = CONTESTED
    do(till, acting.freeze, made, by="甲")
    do(till, statements.close, till.keys.signer, FIRM, "2026-09", by="周敏")
    do(till, invoices.issue, till.keys.signer, FIRM, "2026-09", by="周敏")
    (computed,) = do(till, settling.settle, till.keys.signer, made, by="甲")
    assert computed["left_out"] == "its sample of 2 is below the minimum of 20"
    assert (computed["credit_fen"], computed["credit_notes"]) == (0, [])
    with reading(till.engine) as connection:
        stated = statements.of_organisation(connection, till.keys.signer, FIRM, "2026-10", till.now)
    (line,) = stated.document["results"]
    assert (line["credit_fen"], credited.problems(line)) == (0, [])


def test_nothing_is_bound_backwards_beyond_the_limit_or_by_one_person(till: Till) -> None:
    held, told = till.grant(), []
    till.now = SPRING
    for wrong in (
        {"valid_from": date(2026, 6, 1)}, {"share_percent": 51}, {"target": "hoch"}, {"floor": "0.995"},
        {"indicator": "unknown"}, {"scheme": "operator", "indicator": "use"},
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            do(till, bonds.propose, terms(held.id, **wrong), by="王敏")
        told.append(code(refused))
    assert told == [
        "result.backwards", "result.share", "result.target", "result.target", "result.bond", "result.bond",
    ]  # fmt: skip
    made = do(till, bonds.propose, terms(held.id, share_percent=50), by="王敏")
    with pytest.raises(Refused) as refused:
        do(till, bonds.propose, terms(held.id, share_percent=1), by="王敏")
    assert code(refused) == "result.share"
    with pytest.raises(Refused) as refused:
        do(till, bonds.accept, made.id, by="王敏")
    assert code(refused) == "result.accept"
    till.now = OCTOBER
    with pytest.raises(Refused) as refused:
        do(till, bonds.accept, made.id, by="李强")
    assert code(refused) == "result.backwards"


def test_a_bond_is_over_after_its_last_day_and_its_share_is_free_again(till: Till) -> None:
    held = till.grant()
    till.now = SPRING
    with pytest.raises(Refused) as refused:
        do(till, bonds.propose, terms(held.id, valid_to=date(2026, 6, 30)), by="王敏")
    assert code(refused) == "result.span"
    short = do(till, bonds.propose, terms(held.id, share_percent=50, valid_to=date(2026, 9, 30)), by="王敏")
    do(till, bonds.accept, short.id, by="李强")
    with pytest.raises(Refused) as refused:
        do(till, bonds.propose, terms(held.id, share_percent=1, valid_from=date(2026, 9, 30)), by="王敏")
    assert code(refused) == "result.share"
    later = terms(held.id, share_percent=50, valid_from=date(2026, 10, 1))
    do(till, bonds.accept, do(till, bonds.propose, later, by="王敏").id, by="李强")

    def waiting(period: str) -> list[date | None]:
        made = do(till, acting.open_, "grant", held.id, period, by="甲").id
        with reading(till.engine) as connection:
            return [b.valid_to for b in settling.waiting(connection, evaluations.by_id(connection, made))]

    assert (waiting("2026Q3"), waiting("2026Q4")) == ([date(2026, 9, 30)], [None])


def test_an_evaluation_waits_for_its_period_its_reviews_and_is_made_once(till: Till) -> None:
    held = till.grant()
    made = do(till, acting.open_, "grant", held.id, "2026Q3", by="甲").id
    told = []
    for attempt in (
        lambda: do(till, acting.open_, "grant", held.id, "2026Q3", by="甲"),
        lambda: do(till, acting.publish, made, by="甲"),
        lambda: review(till, made, 101, FIRM, Judge.USER, "李强"),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        told.append(code(refused))
    review(till, made, 70, FIRM, Judge.USER, "李强")
    till.now = OCTOBER
    for attempt in (
        lambda: review(till, made, 70, FIRM, Judge.USER, "李强"),
        lambda: do(till, acting.publish, made, by="甲"),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        told.append(code(refused))
    assert told == [
        "evaluation.exists", "evaluation.not_over", "evaluation.mark", "evaluation.reviewed",
        "evaluation.reviews",
    ]  # fmt: skip
