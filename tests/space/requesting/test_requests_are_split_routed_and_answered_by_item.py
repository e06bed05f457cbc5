"""A request is one case an owner: routed by its chain, timed by its sharing type, answered by item."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from catalog.clocks.duties import duties
from catalog.clocks.running import ClockError
from catalog.store import reading, writing
from policies import rulebook
from policies.approval import Chain, Seat, Side
from policies.clocks import local_date
from policies.machine import IllegalStep
from space.errors import Refused
from space.requesting import answering, chains, filing
from space.requesting.requests import by_id, history

TRADE = {"market.firms": ("industry", "capital")}
WEATHER = {"eco.air": ("station", "pm25")}
BASIS = "政务数据共享条例 第20条"


def decide(bureau: Any, named: str, *, permit: bool = True, by: str = "张磊", **more: Any) -> Any:
    """Answer now."""
    with writing(bureau.engine) as connection:
        return answering.decide(
            connection, named, permit=permit, by=by, now=bureau.clock(), **({"basis": BASIS} | more)
        )


def act(bureau: Any, function: Any, *words: Any, **more: Any) -> Any:
    """Take a step now."""
    with writing(bureau.engine) as connection:
        return function(connection, *words, now=bureau.clock(), **more)


def owed(bureau: Any) -> list[tuple[str, str, str | None]]:
    """Rule, owner and last day of what requests owe."""
    with reading(bureau.engine) as connection:
        found = duties(connection, local_date(bureau.clock()))
    return [(d.rule, d.owner, str(d.due_on)) for d in found if d.subject.startswith(("case:", "request:"))]


def seated(bureau: Any, dataset: str, *seats: Seat, share: str = "any") -> None:
    """Let the owner state a chain."""
    stated = chains.Stated(dataset, share, 0, Chain(seats), "内部审批规定", local_date(bureau.clock()))
    act(bureau, chains.state, stated, by="李四")


def test_data_of_two_owners_are_two_cases_each_under_its_own_clock(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {**TRADE, **WEATHER})

    assert {(c.owner, c.rule, c.state) for c in filed.cases} == {
        ("市场监管局", "answer_conditional", "first"),
        ("生态环境局", "answer_unconditional", "first"),
    }
    assert owed(bureau) == [
        ("answer_unconditional", "生态环境局", "2026-09-28"),
        ("answer_conditional", "市场监管局", "2026-10-15"),
    ]
    assert filed.due_on == date(2026, 10, 15)


def test_what_one_owner_permits_is_supplied_while_the_other_still_looks(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {**TRADE, **WEATHER})
    weather = next(case for case in filed.cases if case.owner == "生态环境局")

    after = decide(bureau, weather.id)

    assert after.state == "permitted"
    assert after.answered_at is None
    assert (after.covers("eco.air", "pm25"), after.covers("market.firms", "industry")) == (True, False)
    assert ("supply", "生态环境局", "2026-10-29") in owed(bureau)
    bureau.sign(bureau.department, WEATHER)
    assert [rule for rule, *_ in owed(bureau)] == ["answer_conditional"]
    with pytest.raises(Refused, match=r"grant\.request"):
        bureau.sign(bureau.department, TRADE)


def test_permitting_a_table_is_never_permitting_its_other_columns(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)

    with pytest.raises(Refused, match=r"request\.ground"):
        decide(bureau, filed.id, items={"market.firms.industry"})
    after = decide(bureau, filed.id, items={"market.firms.industry"}, ground="condition_not_met")

    assert {item.field: item.answer for item in after.items} == {
        "industry": "permitted",
        "capital": "refused",
    }
    with pytest.raises(Refused, match=r"grant\.request\.item.*market\.firms\.capital"):
        bureau.sign_under(after, bureau.department, TRADE)
    assert bureau.sign(bureau.department, {"market.firms": ("industry",)}).kind == "sharing"


def test_a_yes_to_some_items_says_nothing_of_what_another_owner_holds(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {**TRADE, **WEATHER})

    after = decide(bureau, filed.id, items={"eco.air.station", "eco.air.pm25"})

    assert {case.owner: case.state for case in after.cases} == {
        "市场监管局": "first",
        "生态环境局": "permitted",
    }
    with pytest.raises(Refused, match=r"request\.item_not_waited"):
        decide(bureau, filed.id, items={"eco.air.pm25"}, ground="beyond_duties")


def test_a_refusal_rests_on_a_listed_ground_that_fits_and_is_cited_where_it_has_to_be(bureau: Any) -> None:
    weather = bureau.file(bureau.department, WEATHER)
    trade = bureau.file(bureau.department, TRADE)

    for named, ground in ((weather.id, "condition_not_met"), (trade.id, "no_time"), (trade.id, "")):
        with pytest.raises(Refused, match=r"request\.ground"):
            decide(bureau, named, permit=False, ground=ground)
    with pytest.raises(Refused, match=r"request\.citation"):
        decide(bureau, trade.id, permit=False, ground="state_secret", basis="不宜提供")
    after = decide(bureau, trade.id, permit=False, ground="state_secret", basis="保守国家秘密法 第2条")
    assert {(item.answer, item.ground) for item in after.items} == {("refused", "state_secret")}


def test_an_owner_may_have_unconditional_data_given_at_once(bureau: Any) -> None:
    seated(bureau, "eco.air", share="unconditional")

    filed = bureau.file(bureau.department, WEATHER)

    assert (filed.state, filed.cases[0].state) == ("permitted", "permitted")
    assert [step.event for step in _steps(bureau, filed.id)] == ["file", "at_once"]
    with pytest.raises(Refused, match=r"chain\.at_once"):
        seated(bureau, "market.firms", share="conditional")


def test_a_chain_of_named_people_is_walked_in_order_and_by_nobody_else(bureau: Any) -> None:
    seated(
        bureau, "market.firms", Seat(Side.FIRST, persons=("王一",)), Seat(Side.SECOND, persons=("王二",)),
        Seat(Side.AUTHORITY, "11990100MB0000008X", "数据局", ("孙洁",)),
    )  # fmt: skip
    filed = bureau.file(bureau.department, TRADE)

    with pytest.raises(IllegalStep, match=r"open now: .*to_second.*by the first"):
        decide(bureau, filed.id, office=Side.AUTHORITY, by="孙洁")
    with pytest.raises(Refused, match=r"request\.not_approver.*王一"):
        decide(bureau, filed.id, by="王二")
    for person, state in (("王一", "second"), ("王二", "authority"), ("孙洁", "permitted")):
        assert decide(bureau, filed.id, by=person).cases[0].state == state


def test_a_delegate_stands_in_on_the_days_of_the_delegation_only(bureau: Any) -> None:
    seated(bureau, "market.firms", Seat(Side.FIRST, persons=("王一",)), Seat(Side.SECOND))
    filed = bureau.file(bureau.department, TRADE)
    day = local_date(bureau.clock())
    span = (day + timedelta(days=1), day + timedelta(days=3))
    made = act(
        bureau, chains.delegate, "11990100MB0000002X", "王一", "赵三", span=span, reason="出差", by="王一"
    )  # fmt: skip

    with pytest.raises(Refused, match=r"request\.not_approver"):
        decide(bureau, filed.id, by="赵三")
    bureau.clock.later(days=1)
    decide(bureau, filed.id, by="赵三")
    step = _steps(bureau, filed.id)[-1]
    assert (step.made_by, step.for_person, step.state) == ("赵三", "王一", "second")
    for twice in ("赵三", "王一"):
        with pytest.raises(Refused, match=r"request\.same_person"):
            decide(bureau, filed.id, by=twice)
    act(bureau, chains.undelegate, made, by="王一")
    other = bureau.file(bureau.department, TRADE)
    with pytest.raises(Refused, match=r"request\.not_approver"):
        decide(bureau, other.id, by="赵三")


def test_where_the_rule_says_so_two_people_answer_and_neither_is_the_applicant(bureau: Any) -> None:
    bureau.home.rules.mkdir(parents=True, exist_ok=True)
    (bureau.home.rules / "requests.yaml").write_text(
        "rules:\n  - {name: two_persons, value: {conditional: 3}, source: x, valid_from: 2026-01-01,"
        " confidence: policy}\n",
        encoding="utf-8",
    )
    rulebook.lay_over(bureau.home.rules)
    filed = bureau.file(bureau.department, TRADE, vouched_by="发展改革委 周敏")

    with pytest.raises(Refused, match=r"request\.own"):
        decide(bureau, filed.id, by="周敏")
    assert decide(bureau, filed.id, by="市监局 周敏").state == "submitted"  # another of that name
    with pytest.raises(Refused, match=r"request\.same_person"):
        decide(bureau, filed.id, by="市监局 周敏")
    assert decide(bureau, filed.id, by="李四").state == "permitted"


def test_what_a_provider_lacks_is_told_once_and_the_clock_waits_for_it(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)
    case = filed.cases[0].id
    act(bureau, answering.give_back, case, ["用途说明", "数据接收人"], by="张磊")

    assert owed(bureau) == [("answer_conditional", "市场监管局", "None")]
    with pytest.raises(Refused, match=r"request\.not_submitted"):
        decide(bureau, filed.id)
    bureau.clock.later(days=20)
    with pytest.raises(Refused, match=r"request\.lacks_open"):
        act(bureau, filing.complete, case, ["月报"], by="周敏")
    act(bureau, filing.complete, case, ["月报", "周敏"], by="周敏")
    assert owed(bureau) == [("answer_conditional", "市场监管局", "2026-10-27")]
    with pytest.raises(Refused, match=r"request\.returned_once"):
        act(bureau, answering.give_back, case, ["还要一份"], by="张磊")


def test_an_answer_is_extended_once_by_the_authority_and_the_request_is_due_then(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE)
    case = filed.cases[0].id
    with pytest.raises(Refused, match=r"request\.extension\.one_person"):
        act(bureau, answering.extend, case, reason="数据量大", approved_by="张磊", by="张磊")

    after = act(bureau, answering.extend, case, reason="数据量大", approved_by="孙洁", by="张磊")

    assert after.due_on == date(2026, 10, 29)
    step = _steps(bureau, filed.id)[-1]
    assert (step.event, step.made_by, step.reason) == ("extend", "孙洁", "数据量大")
    with pytest.raises(ClockError, match="extended once"):
        act(bureau, answering.extend, case, reason="还要", approved_by="孙洁", by="张磊")
    weather = bureau.file(bureau.department, WEATHER)
    with pytest.raises(Refused, match=r"request\.not_extended"):
        act(bureau, answering.extend, weather.cases[0].id, reason="忙", approved_by="孙洁", by="张磊")


def test_a_withdrawal_ends_what_waits_and_keeps_what_was_answered(bureau: Any) -> None:
    filed = bureau.file(bureau.department, {**TRADE, **WEATHER})
    weather = next(case for case in filed.cases if case.owner == "生态环境局")
    decide(bureau, weather.id)

    after = act(bureau, filing.withdraw, filed.id, reason="任务取消", by="周敏")

    assert {case.owner: case.state for case in after.cases} == {
        "市场监管局": "withdrawn",
        "生态环境局": "permitted",
    }
    assert after.state == "permitted"
    assert [rule for rule, *_ in owed(bureau)] == ["supply"]
    gone = bureau.file(bureau.department, TRADE)
    assert act(bureau, filing.withdraw, gone.id, reason="任务取消", by="周敏").state == "withdrawn"


def test_open_data_are_asked_for_without_an_agreement_and_only_where_the_entry_is_open(bureau: Any) -> None:
    filed = bureau.file(bureau.operator, WEATHER, kind="open", agreement="")

    assert filed.kind == "open"
    assert filed.missing == ("items: eco.air is not open: its entry says so 开放属性",)


def test_a_request_vouched_by_an_organisation_or_by_an_unknown_method_is_incomplete(bureau: Any) -> None:
    filed = bureau.file(bureau.department, TRADE, vouched_by="发展改革委", method="carrier pigeon")

    assert [line.partition(":")[0] for line in filed.missing] == ["method", "vouched_by"]
    assert [step.event for step in _steps(bureau, filed.id)] == ["return"]


def _steps(bureau: Any, request_id: str) -> Any:
    with reading(bureau.engine) as connection:
        assert by_id(connection, request_id)
        return history(connection, request_id)
