"""Alerts of life events: a list compared with the register under a grant; findings become cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import reading, writing
from catalog.store.tables.entitlements import entitlement_cases
from catalog.store.tables.evidence import evidence_entries
from contracts.codes import resident_check
from policies.clocks import local_date
from policies.rulebook import RuleError
from space.errors import Refused, Unknown
from space.granting.grants import Grant, all_grants, grant
from space.granting.revocation import revoke
from space.requesting.answering import decide
from space.requesting.filing import submit
from space.requesting.statements import read
from space.wayback.backflow.bodies import Body, register
from space.wayback.backflow.inbox import notices_of
from space.wayback.entitlements.alerts import Run, run
from space.wayback.entitlements.cases import AlreadyClosed, check, listing, settle
from space.wayback.entitlements.comparing import Claim, Registered, age, compare
from space.wayback.entitlements.comparisons import Comparison, Wanted, end, open_comparison
from space.wayback.entitlements.comparisons import listing as comparisons
from space.wayback.entitlements.rules import Entitlement, Excludes, Finding, entitlement, names
from space.wayback.grassroots.setting_up import bind
from tests.space.wayback.conftest import ALLOWANCE, CIVIL_AFFAIRS, EAST, FAR, WEST, Town
from tests.space.wayback.ledger_town import RESIDENTS, fed
from tests.space.wayback.places_town import enter_places, split_street

ON = date(2026, 9, 30)


def born(year: int, number: int) -> str:
    """A well-formed number of nobody born in that year."""
    first = f"990101{year}0101{number:03d}"
    return first + resident_check(first)


STAYS, LEFT, NEVER, YOUNG = born(1940, 1), born(1940, 2), born(1940, 3), born(1966, 4)
UNCLAIMED, OTHER_YOUNG, FAR_AWAY = born(1941, 5), born(1970, 6), born(1939, 7)
HOMES = {STAYS: EAST, LEFT: EAST, YOUNG: EAST, UNCLAIMED: EAST, OTHER_YOUNG: EAST, FAR_AWAY: FAR}


def residents(*without: str) -> list[dict[str, str]]:
    return [
        {"id_card": who, "name": "欧阳甲", "phone": "13900000000", "birth_date": "1940-01-01",
         "household_no": "H1", "area_code": home}
        for who, home in HOMES.items() if who not in without
    ]  # fmt: skip


def paid(*who: str) -> list[dict[str, str]]:
    return [
        {"id_card": one, "month": "2026-09", "amount": "100", "level": "一档", "area_code": EAST}
        for one in who
    ]


def granted(town: Town, columns: Sequence[str] = ("id_card", "area_code"), **terms: Any) -> Grant:
    """A grant of civil affairs over the register."""
    wanted = {
        "applicant": {"code": CIVIL_AFFAIRS.code, "name": CIVIL_AFFAIRS.name, "kind": "department"},
        "purpose": "governance.administration", "use_until": "2030-12-31",
        "legal_basis": "老年人权益保障法 第33条", "scenario": "津贴对象动态核查", "scope": "本单位",
        "method": "query", "vouched_by": "周敏",
        "items": [{"dataset": RESIDENTS.name, "fields": list(columns)}],
    }  # fmt: skip
    document = {
        "purpose": "governance.administration",
        "valid_to": "2030-09-23",
        "analyses": ["list", "verify"],
        "datasets": [{"name": RESIDENTS.name, "columns": list(columns)}],
    }
    with writing(town.engine) as connection:
        filed = submit(connection, read(connection, wanted, local_date(town.now)), town.now)
        for approver in ("张磊", "赵强"):  # the second where the rule asks for two
            filed = decide(
                connection, filed.id, permit=True, basis="政务数据共享条例 第20条", by=approver, now=town.now
            )
            if filed.state == "permitted":
                break
        return grant(
            connection, town.keys.signer, document | terms, to=CIVIL_AFFAIRS.code, by="张磊", now=town.now
        )


WANTED = Wanted(
    entitlement="old_age_allowance",
    dataset=ALLOWANCE.name,
    register=RESIDENTS.name,
    department=CIVIL_AFFAIRS.code,
    purpose="高龄津贴动态核查",
    basis="老年人权益保障法 第33条",
    others={},
)


def prepare(made: Town) -> None:
    """Two releases of the register: one person is in the first only; the street keeps a ledger."""
    acts = Acts(by="李四", reason="first entry", now=made.now, assessment="PIA-2026-1")
    catalogue_all(made.engine, [(RESIDENTS, None)], acts)
    made.publish(RESIDENTS, residents())
    made.publish(ALLOWANCE, paid(STAYS, LEFT, NEVER, YOUNG, FAR_AWAY))
    made.subscribe("street", RESIDENTS.name)
    made.deliver()
    bind(made.engine, "street", RESIDENTS.name, "person", "", by="王芳", now=made.later())
    fed(made)
    made.publish(RESIDENTS, residents(LEFT))


def prepare_opened(made: Town) -> None:
    """The same with a grant and a comparison."""
    prepare(made)
    granted(made)
    open_comparison(made.engine, WANTED, by="周敏", now=made.later())


@pytest.fixture
def town(settle: Any, tmp_path: Path) -> Iterator[Town]:
    one = settle("alerts", prepare_opened, tmp_path / "var")
    yield one
    one.engine.dispose()


def take_grants_back(town: Town) -> None:
    with writing(town.engine) as connection:
        for held in all_grants(connection, CIVIL_AFFAIRS.code):
            revoke(connection, held.id, reason="任务结束", by="张磊", now=town.later())


@pytest.fixture
def opened(town: Town) -> Comparison:
    with reading(town.engine) as connection:
        (one,) = comparisons(connection)
    return one


def ran(town: Town, held: Comparison) -> Run:
    return run(town.home, town.engine, held.id, by="周敏", now=town.later())


def cases(town: Town, **only: Any) -> Any:
    with reading(town.engine) as connection:
        return listing(connection, local_date(town.now), **only)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


# --- what is found ---------------------------------------------------------------------------------------


def test_each_event_is_found_and_told_from_the_others(town: Town, opened: Comparison) -> None:
    done = ran(town, opened)

    assert done.compared == 5
    assert done.found == {"below_age": 1, "left_register": 1, "not_claiming": 1, "not_in_register": 1}
    assert (done.opened, done.gone) == (4, 0)


def test_a_case_goes_to_the_department_and_the_body_of_the_area(town: Town, opened: Comparison) -> None:
    ran(town, opened)

    (unclaimed,) = [one for one in cases(town, body="street") if one.finding == "not_claiming"]
    assert (unclaimed.department_code, unclaimed.area) == (CIVIL_AFFAIRS.code, EAST)
    assert unclaimed.record
    assert len(cases(town, department=CIVIL_AFFAIRS.code)) == 4
    with reading(town.engine) as connection:
        for inbox in ("street", CIVIL_AFFAIRS.code):
            line = notices_of(connection, inbox)[-1]
            assert line.message == f"{ALLOWANCE.name}: 4 cases to look at"


@pytest.mark.parametrize(("home", "answers"), [(EAST, "east"), (WEST, "west")])
def test_a_case_goes_to_the_body_the_region_tree_names(
    town: Town, opened: Comparison, home: str, answers: str
) -> None:
    enter_places(town)
    register(town.engine, Body("east", "清东街道", "990101007"), town.now)
    register(town.engine, Body("west", "清西街道", "990101008"), town.now)
    split_street(town, "2026-09-01")  # 东升社区 keeps a code that begins as the street that is no more
    rows = [row | {"area_code": home} if row["id_card"] == UNCLAIMED else row for row in residents(LEFT)]
    town.publish(RESIDENTS, rows)
    ran(town, opened)

    (unclaimed,) = [one for one in cases(town) if one.finding == "not_claiming"]
    assert (unclaimed.area, unclaimed.body) == (home, answers)
    assert cases(town, body="street") == ()


def test_the_same_releases_are_not_compared_twice(town: Town, opened: Comparison) -> None:
    first = ran(town, opened)

    again = ran(town, opened)

    assert (again.id, again.repeated) == (first.id, True)
    assert len(cases(town)) == 4


def test_a_finding_that_is_no_more_closes_its_case_and_comes_back_as_another(
    town: Town, opened: Comparison
) -> None:
    ran(town, opened)
    town.publish(RESIDENTS, residents())
    gone = ran(town, opened)
    town.publish(RESIDENTS, residents(LEFT))
    back = ran(town, opened)

    assert (gone.gone, back.opened) == (1, 1)
    states = Counter(one.state for one in cases(town) if one.finding == "left_register")
    assert states == {"gone": 1, "open": 1}


def test_a_settled_case_is_not_opened_again(town: Town, opened: Comparison) -> None:
    ran(town, opened)
    left = next(one for one in cases(town) if one.finding == "left_register")
    done = settle(
        town.engine, left.id, department=CIVIL_AFFAIRS.code, outcome="unfounded", answer="号码更正，人在",
        by="周敏", now=town.later(),
    )  # fmt: skip
    town.publish(ALLOWANCE, paid(STAYS, LEFT, NEVER, YOUNG))

    assert (done.state, done.outcome) == ("settled", "unfounded")
    assert ran(town, opened).opened == 1  # who is far away and no longer claims
    with pytest.raises(AlreadyClosed):
        settle(
            town.engine, left.id, department=CIVIL_AFFAIRS.code, outcome="confirmed", answer="x", by="y",
            now=town.now,
        )  # fmt: skip


def test_the_body_checks_a_case_at_the_door(town: Town, opened: Comparison) -> None:
    ran(town, opened)
    unclaimed = next(one for one in cases(town) if one.finding == "not_claiming")
    due = local_date(town.now) + timedelta(days=5)

    task = check(town.engine, unclaimed.id, body="street", person="王芳", due_on=due, by="主任", now=town.now)

    assert (task.case, task.subject, task.person) == (unclaimed.id, unclaimed.record, "王芳")
    with pytest.raises(Unknown):
        check(town.engine, unclaimed.id, body="village", person="x", due_on=due, by="y", now=town.now)


def test_a_person_the_ledger_does_not_know_is_not_checked_at_the_door(town: Town, opened: Comparison) -> None:
    ran(town, opened)
    never = next(one for one in cases(town) if one.finding == "not_in_register")
    with pytest.raises(Refused) as refused:
        check(
            town.engine,
            never.id,
            body="street",
            person="王芳",
            due_on=local_date(town.now),
            by="x",
            now=town.now,
        )

    assert codes(refused) == {"entitlement.record"}


def test_a_case_is_overdue_after_its_last_day(town: Town, opened: Comparison) -> None:
    ran(town, opened)
    due = cases(town)[0].due_on

    with reading(town.engine) as connection:
        assert not any(one.overdue for one in listing(connection, due))
        assert all(one.overdue for one in listing(connection, due + timedelta(days=1)))


def test_neither_a_case_nor_the_evidence_holds_a_number(town: Town, opened: Comparison) -> None:
    ran(town, opened)

    with reading(town.engine) as connection:
        rows = connection.execute(select(entitlement_cases)).all()
        log = connection.execute(select(evidence_entries)).all()
    told = f"{rows} {log}"
    assert not any(who in told for who in (*HOMES, NEVER, "欧阳甲"))


# --- by what right ---------------------------------------------------------------------------------------


def test_without_a_grant_nothing_is_compared(town: Town) -> None:
    take_grants_back(town)
    with pytest.raises(Refused) as refused:
        open_comparison(town.engine, WANTED, by="周敏", now=town.now)

    assert codes(refused) == {"entitlement.grant"}


@pytest.mark.parametrize(
    "lacking",
    [{"analyses": ["aggregate", "verify"]}, {"columns": ("id_card",)}],
    ids=["no analysis that lists", "no area"],
)
def test_a_grant_that_opens_too_little_does_not_do(town: Town, lacking: dict[str, Any]) -> None:
    take_grants_back(town)
    granted(town, **lacking)
    with pytest.raises(Refused) as refused:
        open_comparison(town.engine, WANTED, by="周敏", now=town.now)

    assert codes(refused) == {"entitlement.grant"}


def test_a_comparison_stops_with_its_grant(town: Town, opened: Comparison) -> None:
    take_grants_back(town)

    with pytest.raises(Refused) as refused:
        ran(town, opened)
    assert codes(refused) == {"entitlement.grant"}
    assert cases(town) == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": " "}, "entitlement.purpose"),
        ({"basis": ""}, "entitlement.basis"),
        ({"others": {"some_list": "a.b"}}, "entitlement.list"),
        ({"department": "11990100MB0000001X"}, "entitlement.department"),
        ({"dataset": "welfare.nothing"}, "entitlement.dataset"),
    ],
)
def test_a_comparison_states_what_it_is_for(town: Town, changed: dict[str, Any], code: str) -> None:
    wanted = {name: getattr(WANTED, name) for name in Wanted.__dataclass_fields__} | changed
    with pytest.raises(Refused) as refused:
        open_comparison(town.engine, Wanted(**wanted), by="周敏", now=town.now)

    assert code in codes(refused)


def test_an_ended_comparison_is_not_run(town: Town, opened: Comparison) -> None:
    end(town.engine, opened.id, by="周敏", now=town.later())
    with pytest.raises(Unknown):
        ran(town, opened)
    with pytest.raises(Unknown):
        end(town.engine, opened.id, by="周敏", now=town.later())


# --- the comparison itself -------------------------------------------------------------------------------

RULE = Entitlement("x", "某补贴", frozenset(Finding), 80, (Excludes("other", {"kind": ("特困",)}),), "s", "c")


def found(claims: Sequence[Claim], register: Mapping[str, str], **more: Any) -> set[tuple[str, str]]:
    told = Registered({who: (f"r{who}", area) for who, area in register.items()}, more.get("before", ()))
    others = {"other": more.get("other", [])}
    return {(one.finding.value, one.person) for one in compare(RULE, claims, told, others, ON)}


def claim(person: str, **more: Any) -> Claim:
    return Claim(person, f"row{person}", more.pop("area", ""), more, "2026-09")


def test_two_rows_of_one_person_claim_twice() -> None:
    one = Claim(STAYS, "a", EAST, {}, "2026-09")
    assert ("claims_twice", STAYS) in found([one, Claim(STAYS, "b", EAST, {}, "2026-09")], {STAYS: EAST})
    assert found([one, Claim(STAYS, "b", EAST, {}, "2026-08")], {STAYS: EAST}) == set()


def test_only_rows_that_exclude_each_other_are_a_double_claim() -> None:
    poor, other = claim(STAYS, kind="特困"), claim(STAYS)
    assert ("double_claim", STAYS) in found([poor], {STAYS: EAST}, other=[other])
    assert found([claim(STAYS, kind="低保")], {STAYS: EAST}, other=[other]) == set()
    assert found([poor], {STAYS: EAST}) == set()


@pytest.mark.parametrize(
    ("day", "years"), [(date(2020, 1, 1), 80), (date(2019, 12, 31), 79), (date(2026, 9, 30), 86)]
)
def test_age_is_told_by_the_day(day: date, years: int) -> None:
    assert age(STAYS, day) == years


def test_a_number_without_a_day_has_no_age() -> None:
    assert age("990101199902310010", ON) is None


people = st.sets(st.builds(born, st.integers(1930, 1960), st.integers(0, 9)), max_size=12)


@settings(max_examples=25, deadline=None)
@given(people, people, people)
def test_everybody_on_the_list_is_in_the_register_left_it_or_never_was(
    listed: set[str], now: set[str], before: set[str]
) -> None:
    told = found([claim(one) for one in listed], dict.fromkeys(now, EAST), before=before)
    by = {name: {who for finding, who in told if finding == name} for name in Finding}

    assert by[Finding.LEFT_REGISTER] | by[Finding.NOT_IN_REGISTER] == listed - now
    assert by[Finding.LEFT_REGISTER] == (listed - now) & before
    assert by[Finding.NOT_CLAIMING] == {one for one in now - listed if (age(one, ON) or 0) >= 80}
    assert by[Finding.BELOW_AGE] == {one for one in listed if (age(one, ON) or 0) < 80}


def test_every_shipped_entitlement_can_be_read() -> None:
    assert {entitlement(name, ON).name for name in names(ON)} == set(names(ON))
    with pytest.raises(RuleError):
        entitlement("none", ON)
