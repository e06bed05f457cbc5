"""An agreement and a scenario bound what an operator asks for and holds; what ends above ends below."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from catalog.clocks.duties import duties
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.operation import operation_agreements
from contracts.canonical import digest
from policies.clocks import local_date
from policies.decision import Deny
from policies.machine import IllegalStep
from policies.operation import Party
from space.calls import jws
from space.errors import Refused
from space.money import invoices, statements
from space.operation import agreeing, reviews, scenarios, supplements
from space.operation.agreements import called, steps_of
from space.operation.disclosure import disclose, made_of
from space.operation.page import html
from space.operation.versions import SIGNED_TYPE
from space.requesting.answering import decide
from space.requesting.filing import submit
from space.requesting.statements import read
from tests.space.agreed import BODY, NUMBER, paper, scenario_paper
from tests.space.bureau_contracts import AIR, FIRMS
from tests.space.operation.conftest import ITEMS, PURPOSE, TITLE, act

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[tuple[str, str]]:
    """Code and place of every reason."""
    return {(reason.code, reason.where) for reason in refused.value.decision.reasons}


def ask(bureau: Any, items: Any = None, **stated: Any) -> Any:
    """File the operator's request under the agreement as it is, nothing being arranged for it."""
    document = {
        "applicant": bureau.operator, "purpose": PURPOSE, "use_until": "2030-11-30", "agreement": NUMBER,
        "implementing_body": BODY["code"], "scenario": TITLE, "vouched_by": "李强",
        "items": [{"dataset": name, "fields": list(f)} for name, f in (items or ITEMS).items()],
    }  # fmt: skip
    with writing(bureau.engine) as connection:
        day = local_date(bureau.clock())
        return submit(connection, read(connection, document | stated, day), bureau.clock())


def granted(bureau: Any, items: Any = None, **terms: Any) -> Any:
    """Ask, have it permitted, sign."""
    filed = ask(bureau, items)
    assert filed.missing == ()
    act(bureau, decide, filed.id, permit=True, basis="协议第3条", by="张磊")
    return bureau.sign(bureau.operator, items or ITEMS, **terms)


def owed(bureau: Any) -> set[tuple[str, str, str | None]]:
    """Rule, owner and last day of what agreements owe."""
    with reading(bureau.engine) as connection:
        found = duties(connection, local_date(bureau.clock()))
    kinds = ("agreement:", "disclosure:", "finding:")
    return {(d.rule, d.owner_code, str(d.due_on)) for d in found if d.subject.startswith(kinds)}


def test_a_draft_is_told_everything_it_lacks_at_once(bureau: Any) -> None:
    lacking = paper(
        bureau.operator, ["eco.nothing"], on=bureau.clock(), ends_on="2031-01-01", purposes=["curiosity"],
        products=[{"name": "报告"}], clauses={"security": "有"}, mode="free",
        body={**BODY, "person": ""},
    )  # fmt: skip

    with pytest.raises(Refused) as refused:
        act(bureau, agreeing.draft, lacking, by="王敏")

    found = codes(refused)
    for one in (
        ("agreement.term", "ends_on"), ("agreement.mode", "mode"), ("agreement.lacks", "body: person"),
        ("agreement.lacks", "purposes"), ("agreement.lacks", "products 1: standard"),
        ("agreement.lacks", "clauses: data_return"), ("agreement.catalogue", "eco.nothing revision 0"),
    ):  # fmt: skip
        assert one in found
    assert ("agreement.lacks", "clauses: security") not in found
    assert len([code for code, _ in found if code == "agreement.lacks"]) == 21


def test_two_persons_of_two_parties_sign_one_text_and_the_signature_holds(drafted: Any) -> None:
    with pytest.raises(IllegalStep, match="open now: redraft"):
        act(drafted, agreeing.sign, drafted.keys.signer, NUMBER, by="李强")
    act(drafted, agreeing.offer, NUMBER, by="王敏")
    with pytest.raises(Refused, match=r"agreement\.one_person"):
        act(drafted, agreeing.sign, drafted.keys.signer, NUMBER, by="王敏")

    signed = act(drafted, agreeing.sign, drafted.keys.signer, NUMBER, by="李强")

    assert (signed.state, signed.version, dict(signed.listed)) == (
        "in_force",
        1,
        {AIR.name: 1, FIRMS.name: 1},
    )
    stated = jws.verify(signed.versions[0]["signature"], drafted.keys.signer.public_raw, SIGNED_TYPE)
    assert (stated["body"], stated["operator"]) == ("王敏", "李强")
    assert digest(stated["document"]) == stated["digest"] == signed.versions[0]["digest"]
    with reading(drafted.engine) as connection:
        assert [s["event"] for s in steps_of(connection, signed.id)] == ["draft", "offer", "sign", "begin"]


def test_what_lies_outside_agreement_or_scenario_is_told_when_it_is_asked_for(standing: Any) -> None:
    filed = ask(
        standing, {"civil.population": ("sex",), AIR.name: ("station",)}, purpose="industry.finance",
        use_until="2031-06-30",
    )  # fmt: skip

    assert filed.state == "incomplete"
    told = [line.partition(":")[0] for line in filed.missing]
    assert told == [
        "scope.agreement.term", "scope.agreement.dataset", "scope.scenario.purpose", "scope.scenario.term",
        "scope.scenario.item", "scope.scenario.item",
    ]  # fmt: skip
    for stated, code in (
        ({"agreement": "没有的"}, "scope.agreement.missing"),
        ({"scenario": "没有的"}, "scope.scenario.missing"),
        ({"implementing_body": "11990100MB0000001X"}, "scope.agreement.party"),
    ):
        assert [line.partition(":")[0] for line in ask(standing, **stated).missing] == [code]


def test_an_entry_that_takes_something_back_needs_a_supplement_before_it_is_granted_again(
    standing: Any,
) -> None:
    filed = ask(standing)
    standing.recatalogue_air_with_a_person()

    with pytest.raises(Refused, match=r"scope\.agreement\.revision"):
        act(standing, decide, filed.id, permit=True, basis="协议第3条", by="张磊")
    act(standing, supplements.propose, NUMBER, {"add": [AIR.name]}, reason="目录更新", by="王敏")
    with pytest.raises(Refused, match=r"agreement\.supplement.*waits"):
        act(standing, supplements.propose, NUMBER, {"add": [AIR.name]}, reason="目录更新", by="王敏")
    assert ("agreement", standing.operator["code"], "None") in owed(standing)
    after = act(standing, supplements.countersign, standing.keys.signer, NUMBER, by="李强")

    assert (after.version, after.listed[AIR.name]) == (2, 2)
    assert act(standing, decide, filed.id, permit=True, basis="协议第3条", by="张磊").state == "permitted"


def test_a_supplement_that_takes_a_dataset_off_the_list_ends_the_grants_on_it(standing: Any) -> None:
    firms = granted(standing, {FIRMS.name: ("industry", "capital")})
    air = granted(standing, {AIR.name: ("pm25",)})

    act(standing, supplements.propose, NUMBER, {"remove": [AIR.name]}, reason="到期", by="王敏")
    assert standing.row(air).state == "in_force"
    act(standing, supplements.countersign, standing.keys.signer, NUMBER, by="李强")

    assert (standing.row(air).state, standing.row(firms).state) == ("revoked", "in_force")
    with pytest.raises(Refused, match=r"agreement\.supplement.*changes nothing"):
        act(standing, supplements.propose, NUMBER, {"remove": [AIR.name]}, reason="到期", by="王敏")


def test_a_suspended_agreement_answers_nothing_and_resumes_what_it_set_aside(standing: Any) -> None:
    held = granted(standing, {FIRMS.name: ("industry",)})
    filed = ask(standing)

    act(standing, agreeing.suspend, NUMBER, reason="安全事件", by="孙洁", office=Party.AUTHORITY)

    assert standing.row(held).state == "suspended"
    assert not isinstance(_asked(standing, held), dict)
    assert [line.partition(":")[0] for line in ask(standing).missing] == ["scope.agreement.not_in_force"]
    with pytest.raises(Refused, match=r"scope\.agreement\.not_in_force"):
        act(standing, decide, filed.id, permit=True, basis="协议第3条", by="张磊")
    with pytest.raises(Refused, match=r"scope\.agreement\.not_in_force"):
        standing.sign(standing.operator, {FIRMS.name: ("industry",)})
    act(standing, agreeing.resume, NUMBER, reason="已整改", by="王敏", office=Party.BODY)
    assert standing.row(held).state == "in_force"


def _asked(bureau: Any, held: Any) -> Any:
    answer = bureau.ask(held, BY_INDUSTRY)
    assert isinstance(answer, Deny) or isinstance(getattr(answer, "decision", None), Deny), answer
    return answer


@pytest.mark.parametrize("way", ["terminate", "expire", "scenario"])
def test_the_end_of_what_stands_above_ends_every_grant_in_the_same_transaction(
    standing: Any, way: str
) -> None:
    held = granted(standing, {FIRMS.name: ("industry",)})

    class Torn(Exception):
        pass

    def end(connection: Any) -> None:
        now = standing.clock()
        if way == "terminate":
            agreeing.terminate(connection, NUMBER, reason="违约", by="王敏", office=Party.BODY, now=now)
        elif way == "scenario":
            (one,) = scenarios.all_scenarios(connection, NUMBER)
            scenarios.end(connection, one.id, reason="研究结束", by="李强", office=Party.OPERATOR, now=now)
        else:
            agreeing.settle(connection, datetime(2031, 1, 1, 4, tzinfo=UTC))

    def torn() -> None:
        with writing(standing.engine) as connection:
            end(connection)
            raise Torn

    with pytest.raises(Torn):
        torn()
    assert standing.row(held).state == "in_force"
    with writing(standing.engine) as connection:
        end(connection)

    assert standing.row(held).state == "revoked"
    with reading(standing.engine) as connection:
        (one,) = scenarios.all_scenarios(connection, NUMBER)
        state = called(connection, NUMBER).state
    expected = {"terminate": "terminated", "expire": "expired", "scenario": "in_force"}
    assert (state, one.state) == (expected[way], "ended")


def test_a_scenario_says_why_it_needs_each_item_and_is_adopted_by_another_person(standing: Any) -> None:
    lacking = scenario_paper(
        NUMBER, "另一场景", PURPOSE, {"civil.population": ("sex",)}, risk={"level": "wild"}
    )
    lacking["items"] += [{"dataset": FIRMS.name, "fields": {"industry": " "}}]
    with pytest.raises(Refused) as refused:
        act(standing, scenarios.propose, lacking, by="李强")
    found = codes(refused)
    assert ("scenario.lacks", "items: market.firms.industry") in found
    assert ("scenario.lacks", "risk: measures") in found
    assert ("scope.agreement.dataset", "civil.population") in found
    with pytest.raises(Refused, match=r"scenario\.title"):
        act(standing, scenarios.propose, scenario_paper(NUMBER, TITLE, PURPOSE, ITEMS), by="李强")

    grave = scenario_paper(NUMBER, "另一场景", PURPOSE, ITEMS)
    grave["risk"]["level"] = "high"
    made = act(standing, scenarios.propose, grave, by="李强")
    with pytest.raises(Refused) as refused:
        act(standing, scenarios.adopt, made.id, by="李强")
    assert {code for code, _ in codes(refused)} == {"scenario.one_person", "scenario.authority"}
    assert act(standing, scenarios.adopt, made.id, by="孙洁", office=Party.AUTHORITY).state == "adopted"


def test_every_year_is_reviewed_once_with_the_facts_of_the_ledger_and_findings_are_owed(
    standing: Any,
) -> None:
    held = granted(standing, {FIRMS.name: ("industry", "capital")}, price_fen_per_call=500)
    standing.ask(held, BY_INDUSTRY)
    with pytest.raises(Refused, match=r"review\.nothing_due"):
        act(standing, reviews.review, NUMBER, {"conclusion": "好"}, by="王敏")
    standing.clock.now = datetime(2027, 1, 4, 4, tzinfo=UTC)
    body, operator = BODY["code"], standing.operator["code"]
    assert owed(standing) == {
        ("annual_review", body, "2027-03-01"),
        ("disclosure_day", body, "2027-03-31"),
        ("disclosure_day", operator, "2027-03-31"),
    }
    with pytest.raises(Refused) as refused:
        act(standing, reviews.review, NUMBER, {"findings": [{"words": "账目不清"}]}, by="王敏")
    assert {where for _, where in codes(refused)} == {"conclusion", "findings 1"}

    found = {"words": "账目不清", "owed_by": "operator"}
    made = act(standing, reviews.review, NUMBER, {"conclusion": "合格", "findings": [found]}, by="王敏")

    assert (made["until"], made["facts"]["calls"], made["facts"]["income_fen"]) == ("2026-12-31", 1, 500)
    assert ("agreement_finding", operator, "2027-02-01") in owed(standing)
    mended = act(standing, reviews.mend, made["findings"][0]["id"], answer="已分账", by="李强")
    assert mended["state"] == "mended"
    assert {rule for rule, *_ in owed(standing)} == {"disclosure_day"}
    standing.clock.now = datetime(2030, 7, 10, 4, tzinfo=UTC)
    assert ("expiry_notice", body, "2030-12-31") in owed(standing)


def test_a_disclosure_says_of_either_side_what_the_ledger_knows_and_every_figure_what_it_counts(
    standing: Any,
) -> None:
    held = granted(standing, {FIRMS.name: ("industry", "capital")}, price_fen_per_call=500)
    standing.ask(held, BY_INDUSTRY)
    standing.ask(held, BY_INDUSTRY)
    standing.ask(held, "SELECT uscc FROM market.firms")
    body, operator = BODY["code"], standing.operator["code"]
    with pytest.raises(Refused, match=r"disclosure\.year_runs"):
        act(standing, disclose, 2026, "operator", operator, by="李强")
    standing.clock.now = datetime(2027, 3, 1, 4, tzinfo=UTC)

    made, told = act(standing, disclose, 2026, "operator", operator, by="李强")
    _, other = act(standing, disclose, 2026, "implementing-body", body, by="王敏")

    figures = {each["code"]: each["value"] for each in told["figures"]}
    assert figures == {
        "agreements": 1, "scenarios": 1, "datasets": 2, "products": 1, "grants": 1, "calls": 2,
        "free_calls": 0, "calls_refused": 1, "calls_lost": 0, "income": "10.00", "credited": "0.00",
    }  # fmt: skip
    assert any("2026-09 月度对账单尚未结账" in line for line in told["lacks"])
    assert all(each["definition"] and each["unit"] and each["source"] for each in told["figures"])
    priced = {"product": "query", "unit": "call", "price_fen": 500, "answers": 2, "calls": 2}
    assert told["prices"] == [{"purpose": PURPOSE, **priced, "amount_fen": 1000}] == other["prices"]
    assert {c["ceiling_fen_per_call"] for c in other["ceilings"] if c["class"] != "industry"} == {0}
    assert f"{NUMBER}: {AIR.name} 尚未登记（发改数据规〔2025〕26号）" in told["lacks"]
    signer = standing.keys.signer
    stated = act(standing, statements.close, signer, operator, "2026-09", by="周敏")
    act(standing, invoices.issue, signer, operator, "2026-09", by="周敏")
    standing.clock.later(hours=1)
    _, later = act(standing, disclose, 2026, "operator", operator, by="李强")
    assert later["statements"] == [
        {"organisation": operator, "month": "2026-09", "state": "closed", "digest": stated.digest,
         "amount_fen": stated.document["total_fen"]}
    ]  # fmt: skip
    assert later["account"]["cost"]["fees"] == stated.document["total_fen"] == 1000
    assert not any("对账单" in line for line in later["lacks"])
    page = html(told, digest(told))
    assert page.startswith("<!doctype html>")
    assert all(word in page for word in ("应答次数", TITLE, "10.00", digest(told), "口径", "状态：有效"))
    assert not any(code in page for code in ("in_force", "industry.research", ">query<", "+00:00"))
    assert not {rule for rule, *_ in owed(standing)} & {"disclosure_day"}
    with reading(standing.engine) as connection:
        kept, _ = made_of(connection, 2026, "operator", operator)
        entry = connection.execute(
            select(evidence_entries.c.body).where(evidence_entries.c.subject == made)
        ).scalar_one()
    assert kept["document"] == told
    assert json.loads(entry)["digest"] == digest(told) == kept["digest"]


def test_an_agreement_of_a_later_day_begins_by_itself_and_is_asked_under_from_then_on(bureau: Any) -> None:
    document = paper(bureau.operator, [FIRMS.name], on=bureau.clock(), starts_on="2026-10-01")
    act(bureau, agreeing.draft, document, by="王敏")
    act(bureau, agreeing.offer, NUMBER, by="王敏")
    signed = act(bureau, agreeing.sign, bureau.keys.signer, NUMBER, by="李强")
    assert signed.state == "signed"

    bureau.clock.later(days=10)

    assert act(bureau, agreeing.settle) == (NUMBER,)
    assert act(bureau, agreeing.settle) == ()
    with reading(bureau.engine) as connection:
        a = operation_agreements.c
        assert connection.execute(select(a.state).where(a.number == NUMBER)).scalar_one() == "in_force"
        assert called(connection, NUMBER).starts_on == date(2026, 10, 1)
