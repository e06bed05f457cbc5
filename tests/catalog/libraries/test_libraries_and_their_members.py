"""Basic, theme and special-topic libraries: who keeps them, what they hold, what a check finds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.errors import UnknownDataset
from catalog.libraries import checking, filling, keeping, kept
from catalog.libraries.kept import Demand, LibraryError
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.libraries import libraries, library_checks, library_members
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    Use,
)
from policies.decision import Permit
from policies.machine import IllegalStep, Office, machine
from ybz import ybz

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
OWNER = Party("云州市公安局", "11990100MA0009KN7Y")
WHY = Demand("全市人口基础信息共享", "发改数据〔2025〕1306号 第13条")
TASK = replace(WHY, ends_on=date(2026, 12, 31), reference="req_1")
PEOPLE = Contract(
    id="people",
    title="人口",
    schema="civil",
    table="people",
    department=OWNER,
    classification="基础/人口",
    status="active",
    sharing=Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例"),
    units=(UnitRule("person", 1),),
    fields=(Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER), Field("ward", use=Use.DIMENSION)),
)
FIRMS = replace(PEOPLE, id="firms", table="firms", title="法人")
JOINED = replace(
    PEOPLE,
    id="joined",
    table="joined",
    title="人口专题",
    composed=Composed(Composition.UNIT_LEVEL, "SELECT p.id_card, p.ward FROM civil.people AS p"),
)


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    acts = Acts(by="张三", reason="first", now=NOW, assessment="PIA")
    catalogue_all(engine, [(PEOPLE, None), (FIRMS, None), (JOINED, None)], acts)
    return engine


def basic(connection: Connection, name: str = "population", subject: str = "population") -> kept.Library:
    told: dict[str, Any] = {"title": "人口库", "owner": OWNER, "demand": WHY, "by": "张三", "now": NOW}
    return keeping.add(connection, name, "basic", subject=subject, **told)


def special(connection: Connection, name: str = "jobs") -> kept.Library:
    return keeping.add(
        connection, name, "special", title="就业专题", owner=OWNER, demand=TASK, by="张三", now=NOW
    )


def join(connection: Connection, name: str, dataset: str, part: str = "source", *sources: str) -> None:
    filling.join(connection, name, dataset, part, sources, by="张三", now=NOW)


def found(connection: Connection, name: str, now: datetime = NOW) -> set[str]:
    return {r.code for r in checking.check(connection, name, by="张三", now=now).findings}


def test_a_library_holds_its_members_with_their_part_and_sources(ledger: Engine) -> None:
    with writing(ledger) as connection:
        basic(connection)
        join(connection, "population", "civil.people")
        join(connection, "population", "civil.joined", "composed", "civil.people")
        members = kept.members(connection, "population")
        assert [(m.dataset, m.part, m.sources) for m in members] == [
            ("civil.joined", "composed", ("civil.people",)),
            ("civil.people", "source", ("civil.people",)),
        ]
        assert found(connection, "population") == set()
        events = connection.execute(select(evidence_entries.c.event)).scalars().all()
    assert [e for e in events if ":library:" in e] == [
        "catalog:library:open", "catalog:library:join", "catalog:library:join", "catalog:library:check",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "subject", "demand"),
    [
        ("basic", "weather", WHY),
        ("basic", "", WHY),
        ("theme", "population", WHY),
        ("special", "population", TASK),
        ("special", "", WHY),
        ("basic", "space", TASK),
        ("basic", "space", replace(WHY, basis=" ")),
        ("basic", "space", replace(WHY, task="")),
        ("special", "", replace(TASK, ends_on=date(2026, 9, 1))),
        ("other", "", WHY),
    ],
)
def test_a_library_without_what_it_must_state_is_refused(
    ledger: Engine, kind: str, subject: str, demand: Demand
) -> None:
    with writing(ledger) as connection, pytest.raises(LibraryError):
        keeping.add(
            connection, "x", kind, title="t", owner=OWNER, demand=demand, subject=subject, by="张三", now=NOW
        )


def test_there_is_one_basic_library_of_a_subject_and_a_name_is_given_once(ledger: Engine) -> None:
    with writing(ledger) as connection:
        basic(connection)
        with pytest.raises(LibraryError, match="there is one of each"):
            basic(connection, "people")
        with pytest.raises(LibraryError, match="already"):
            basic(connection, "population", "credit")


def test_a_member_is_of_the_ledger_and_of_the_part_its_contract_says(ledger: Engine) -> None:
    with writing(ledger) as connection:
        basic(connection)
        with pytest.raises(UnknownDataset):
            join(connection, "population", "civil.none")
        with pytest.raises(LibraryError, match=r"say so .`part`: composed"):
            join(connection, "population", "civil.joined")
        with pytest.raises(LibraryError, match="names the datasets it draws on"):
            join(connection, "population", "civil.joined", "composed")
        join(connection, "population", "civil.people")
        with pytest.raises(LibraryError, match="already"):
            join(connection, "population", "civil.people")


def test_a_check_finds_what_is_missing(ledger: Engine) -> None:
    with writing(ledger) as connection:
        special(connection)
        assert found(connection, "jobs") == {"library.empty"}
        join(connection, "jobs", "civil.joined", "composed", "civil.firms")
        assert found(connection, "jobs") == {"library.member.source"}
        late = datetime(2027, 6, 1, 8, tzinfo=UTC)
        assert found(connection, "jobs", late) == {
            "library.member.source", "library.review", "library.task_over",
        }  # fmt: skip
        keeping.review(connection, "jobs", reason="任务延续", by="张三", now=late)
        assert "library.review" not in found(connection, "jobs", late)
        kept = connection.execute(select(library_checks.c.passed)).scalars().all()
    assert kept == [False] * 4


def test_items_come_from_their_authoritative_source(ledger: Engine) -> None:
    from catalog.store.tables.ledger import authorities

    named = replace(PEOPLE, fields=(replace(PEOPLE.fields[0], element="resident_id"), PEOPLE.fields[1]))
    catalogue_all(ledger, [(named, None)], Acts(by="张三", reason="x", now=NOW, assessment="PIA"))
    with writing(ledger) as connection:
        basic(connection)
        join(connection, "population", "civil.people")
        assert found(connection, "population") == {"library.item.unnamed"}
        connection.execute(
            authorities.insert().values(
                element="resident_id", department="d", department_code="c", dataset="civil.firms",
                field="id_card", named_at=NOW, basis="b",
            )
        )  # fmt: skip
        assert found(connection, "population") == {"library.item.elsewhere"}
        connection.execute(authorities.update().values(dataset="civil.people"))
        assert found(connection, "population") == set()


def test_a_closed_special_topic_library_keeps_its_history(ledger: Engine) -> None:
    with writing(ledger) as connection:
        special(connection)
        join(connection, "jobs", "civil.people")
        join(connection, "jobs", "civil.firms")
        filling.leave(connection, "jobs", "civil.firms", reason="不再需要", by="张三", now=NOW)
        later = NOW + timedelta(days=90)
        keeping.close(connection, "jobs", reason="任务结束", by="张三", now=later, office=Office.STEWARD)
    with reading(ledger) as connection:
        assert kept.listing(connection) == ()
        ((closed, members),) = kept.listing(connection, closed=True)
        former = kept.members(connection, "jobs", former=True)
    assert (closed.state, closed.close_reason, closed.closed_at) == ("closed", "任务结束", later)
    assert members == 1
    assert {(m.dataset, m.leave_reason) for m in former} == {
        ("civil.people", None),
        ("civil.firms", "不再需要"),
    }


def test_a_basic_library_is_closed_by_the_authority_alone(ledger: Engine) -> None:
    with writing(ledger) as connection:
        basic(connection)
        with pytest.raises(LibraryError, match="the data authority closes it"):
            keeping.close(connection, "population", reason="x", by="张三", now=NOW, office=Office.STEWARD)
        closed = keeping.close(
            connection, "population", reason="机构改革", by="李四", now=NOW, office=Office.AUTHORITY
        )
        assert closed.state == "closed"
        assert basic(connection, "population2").state == "open"


def test_the_functions_take_no_step_the_table_does_not_have(ledger: Engine) -> None:
    def close(connection: Connection, office: Office) -> None:
        keeping.close(connection, "jobs", reason="x", by="张三", now=NOW, office=office)

    told: dict[str, Any] = {"by": "张三", "now": NOW}
    acts: dict[tuple[str, Office], Any] = {
        ("join", Office.STEWARD): lambda c: join(c, "jobs", "civil.people"),
        ("leave", Office.STEWARD): lambda c: filling.leave(c, "jobs", "civil.people", reason="x", **told),
        ("review", Office.STEWARD): lambda c: keeping.review(c, "jobs", reason="x", **told),
        **{("check", o): lambda c, o=o: checking.check(c, "jobs", office=o, **told) for o in Office},
        **{("close" if o is Office.AUTHORITY else "end", o): lambda c, o=o: close(c, o) for o in Office},
    }
    table = machine("library")
    with writing(ledger) as connection:
        special(connection)
        join(connection, "jobs", "civil.firms")

    def written() -> list[int]:
        tables = (libraries, library_members, library_checks, evidence_entries)
        with reading(ledger) as connection:
            return [connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables]

    refused = 0
    for state in ("open", "closed"):
        for (event, office), act in acts.items():
            if isinstance(table.check(state, event, office), Permit):
                continue
            before = written()
            with pytest.raises(IllegalStep) as denied, writing(ledger) as connection:
                act(connection)
            assert denied.value.denial.reasons[0].allowed
            assert written() == before
            refused += 1
        if state == "open":
            with writing(ledger) as connection:
                close(connection, Office.STEWARD)
    assert refused > len(acts)


def test_libraries_are_kept_by_command(ledger: Engine) -> None:
    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(ybz, ["library", *words])
        assert result.exit_code == status, result.output
        return result.output

    owner = ("--owner", OWNER.name, "--owner-code", OWNER.code)
    why = ("--task", "就业分析", "--basis", "市政府会议纪要", "--demand", "req_9")
    run("add", "jobs", "special", "--title", "就业专题", *owner, *why, "--ends-on", "2099-12-31")
    assert "nothing of it" not in run("member", "jobs", "civil.joined")
    shown = json.loads(run("show", "jobs", "--json"))
    assert [(m["part"], m["sources"]) for m in shown["members"]] == [("composed", ["civil.people"])]
    assert "nothing to mend" in run("check", "jobs")
    run("member", "jobs", "civil.joined", "--leave", "换源")
    assert "no member" in run("check", "jobs", status=1)
    run("review", "jobs", "--reason", "仍需")
    run("close", "jobs", "--reason", "结束")
    assert "closed" in run("list", "--all")
