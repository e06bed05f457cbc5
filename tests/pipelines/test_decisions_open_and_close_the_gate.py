"""A finding the contract does not declare stops a real build until a person decides, and only that long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from catalog.classify import decisions, view
from catalog.classify.decisions import FIELD, Decision, Signed
from catalog.classify.reviews import decide_review, raise_review
from catalog.clocks.place import set_place
from catalog.releases.published import latest
from catalog.store import reading, writing
from catalog.store.tables.classification import classification_decisions, merge_reviews
from catalog.store.tables.evidence import evidence_entries
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    FieldType,
    Party,
    Source,
    SourceFormat,
    UnitRef,
    UnitRule,
    Use,
)
from pipelines.build import build
from pipelines.building.outcome import Outcome
from policies.machine import Office
from tests.pipelines.conftest import person

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
AS_OF = date(2026, 9, 24)
Found = Callable[..., Any]
Contracts = dict[str, Contract]


def built(town: Any, name: str, as_of: date = AS_OF) -> Outcome:
    (outcome,) = build(town.home, (name,), as_of)
    return outcome


def signed(by: str, office: Office) -> Signed:
    return Signed(by, office, NOW, "codes of the school, no persons", "minutes 12")


def overridden(town: Any, *, field: str = "remark", until: date | None = None) -> Decision:
    """The finding in the notes is a false positive, as two people sign where two must."""
    with writing(town.engine) as connection:
        subject = view.subject(connection, "school.notes", field, "resident_id", AS_OF)
        made = decisions.override(connection, subject, signed("张三", Office.STEWARD), until)
        if made.state == "awaiting":
            made = decisions.consent(connection, made.id, signed("李四", Office.SECURITY))
    return made


def test_an_override_releases_and_its_withdrawal_stops_again(found_town: Found, contracts: Contracts) -> None:
    town = found_town(contracts["school.notes"])
    stopped = built(town, "school.notes")
    assert stopped.state == "stopped"
    assert "or decide with `ybz classify`" in stopped.reason

    made = overridden(town)
    released = built(town, "school.notes")
    assert (released.state, built(town, "school.notes").state) == ("released", "unchanged")
    assert released.grade is not None
    assert stopped.grade is not None
    assert released.grade < stopped.grade

    with writing(town.engine) as connection:
        decisions.withdraw(connection, made.id, signed("王五", Office.STEWARD))
    again = built(town, "school.notes")
    assert (again.state, again.reason) == ("stopped", stopped.reason)
    with reading(town.engine) as connection:
        events = connection.execute(select(evidence_entries.c.event)).scalars().all()
        assert latest(connection, "school.notes") is not None  # the former release stays in service
    assert "catalog:classification:override" in events or "catalog:classification:propose" in events
    assert "catalog:classification:withdraw" in events


def test_a_decision_covers_no_longer_than_its_day(found_town: Found, contracts: Contracts) -> None:
    town = found_town(contracts["school.notes"])
    built(town, "school.notes")
    made = overridden(town, until=date(2026, 9, 30))
    assert built(town, "school.notes", date(2026, 9, 30)).state == "released"

    assert built(town, "school.notes", date(2026, 10, 1)).state == "stopped"

    with reading(town.engine) as connection:
        assert decisions.of(connection, made.id).state == "lapsed"


def test_another_kind_found_in_the_same_column_is_not_covered(
    found_town: Found, contracts: Contracts
) -> None:
    notes = contracts["school.notes"]
    town = found_town(replace(notes, fields=(notes.fields[0], Field("item", use=Use.DIMENSION))))
    town.write("notes.csv", ["code,item", *(f"s{n},{person(n)}" for n in range(40))])
    built(town, "school.notes")
    overridden(town, field="item")
    assert built(town, "school.notes").state == "released"

    town.write("notes.csv", ["code,item", *(f"s{n},lin{n}@qq.com" for n in range(40))])
    other = built(town, "school.notes")

    assert other.state == "stopped"
    assert other.reason.startswith("item: email found")


def test_a_field_declared_otherwise_is_decided_anew(found_town: Found, contracts: Contracts) -> None:
    notes = contracts["school.notes"]
    town = found_town(notes)
    built(town, "school.notes")
    made = overridden(town)
    code, remark = notes.fields
    town.catalogue(replace(notes, fields=(code, replace(remark, business_name="备注"))))

    assert built(town, "school.notes").state == "stopped"

    with reading(town.engine) as connection:
        assert "declared otherwise" in (decisions.of(connection, made.id).ended_why or "")


def test_a_confirmed_finding_still_waits_for_the_contract(found_town: Found, contracts: Contracts) -> None:
    notes = contracts["school.notes"]
    town = found_town(notes)
    built(town, "school.notes")
    with writing(town.engine) as connection:
        subject = view.subject(connection, "school.notes", "remark", "resident_id", AS_OF)
        decisions.confirm(connection, subject, signed("张三", Office.STEWARD))

    assert "(confirmed by 张三)" in built(town, "school.notes").reason

    code, remark = notes.fields
    declared = replace(remark, personal=True, sensitive=True, use=Use.NEVER)
    town.catalogue(replace(notes, fields=(code, declared)))
    assert built(town, "school.notes").state == "released"


def test_a_raise_lifts_the_release_and_only_a_signed_lowering_takes_it_back(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["school.notes"])
    built(town, "school.notes")
    overridden(town)
    usual = built(town, "school.notes").grade
    assert usual is not None
    with writing(town.engine) as connection:
        subject = view.subject(connection, "school.notes", "code", FIELD, AS_OF)
        decisions.raise_grade(connection, subject, signed("张三", Office.STEWARD), 4)
    lifted = built(town, "school.notes")
    assert (lifted.state, lifted.grade) == ("released", 4)

    with writing(town.engine) as connection:
        subject = view.subject(connection, "school.notes", "code", FIELD, AS_OF)
        made = decisions.lower(connection, subject, signed("张三", Office.STEWARD), usual)
    assert built(town, "school.notes").state == "unchanged"
    with writing(town.engine) as connection:
        decisions.consent(connection, made.id, signed("李四", Office.AUTHORITY))
    assert (built(town, "school.notes").state, built(town, "school.notes").grade) == ("released", usual)


BENEFITS = Contract(
    id="benefits",
    title="救助",
    schema="aid",
    table="benefits",
    department=Party("云州市民政局"),
    classification="基础/人口",
    units=(UnitRule("person", 1),),
    sources=(Source("aid", SourceFormat.CSV, "aid.csv", encoding="utf-8"),),
    fields=(
        Field(
            "id_card", key_position=1, check="resident_id", unit=UnitRef("person"), use=Use.IDENTIFIER,
            personal=True, sensitive=True,
        ),
        Field("amount", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=900, personal=True),
    ),
)  # fmt: skip


@pytest.fixture
def merged_town(found_town: Found, contracts: Contracts) -> Any:
    """A town where one dataset joins persons of two sources."""
    people = contracts["civil.people"]
    income = replace(people.field("income"), personal=True, sensitive=True, grade=4)
    people = replace(people, fields=(*people.fields[:2], income, people.fields[3]))
    aid = replace(BENEFITS, department=people.department, sharing=people.sharing)
    sql = "SELECT p.id_card, a.amount FROM civil.people AS p JOIN aid.benefits AS a ON a.id_card = p.id_card"
    merged = replace(
        contracts["theme.rich"],
        fields=(contracts["theme.rich"].fields[0], replace(aid.fields[1])),
        composed=Composed(Composition.UNIT_LEVEL, sql),
    )
    town = found_town(people, contracts["road.lamps"])
    ids = [line.split(",")[0] for line in town.lines()[1:20]]
    town.write("aid.csv", ["id_card,amount", *(f"{each},{n * 10}" for n, each in enumerate(ids))])
    town.catalogue(aid, merged)
    for name in ("civil.people", "aid.benefits"):
        assert built(town, name).state == "released", built(town, name).reason
    return town


def test_merging_two_personal_sources_raises_a_review_and_the_national_rule_goes_on(merged_town: Any) -> None:
    assert built(merged_town, "theme.rich").state == "released"

    with reading(merged_town.engine) as connection:
        (line,) = view.reviews(connection, everything=False)
    assert (line["dataset"], line["state"]) == ("theme.rich", "open")
    assert line["sources"] == {"aid.benefits": ["amount", "id_card"], "civil.people": ["id_card"]}


def test_a_place_may_hold_the_first_release_until_the_review_is_decided(merged_town: Any) -> None:
    with writing(merged_town.engine) as connection:
        set_place(connection, "330100", valid_from=date(2026, 1, 1), basis="local rules", by="张三", now=NOW)
    stopped = built(merged_town, "theme.rich")
    assert stopped.state == "stopped"
    assert "aid.benefits, civil.people, and the review of that is not decided" in stopped.reason

    with writing(merged_town.engine) as connection:
        sources, grade = view.merge(connection, "theme.rich", AS_OF)
        review = raise_review(connection, "theme.rich", sources, grade, NOW)
        decide_review(connection, review.id, "accept", signed("李四", Office.SECURITY))
    assert built(merged_town, "theme.rich").state == "released"

    with writing(merged_town.engine) as connection:
        decide_review(connection, review.id, "refuse", signed("李四", Office.AUTHORITY))
    refused = built(merged_town, "theme.rich")
    assert refused.state == "stopped"
    assert "was refused" in refused.reason


def test_a_refused_merge_is_not_released_even_where_reviews_are_only_noted(merged_town: Any) -> None:
    with writing(merged_town.engine) as connection:
        sources, grade = view.merge(connection, "theme.rich", AS_OF)
        review = raise_review(connection, "theme.rich", sources, grade, NOW)
        decide_review(connection, review.id, "refuse", signed("李四", Office.SECURITY))

    assert built(merged_town, "theme.rich").state == "stopped"


def test_a_merge_of_other_fields_is_another_review(merged_town: Any) -> None:
    with writing(merged_town.engine) as connection:
        sources, _ = view.merge(connection, "theme.rich", AS_OF)
        one = raise_review(connection, "theme.rich", sources, 4, NOW)
        assert raise_review(connection, "theme.rich", sources, 4, NOW) == one
        wider = {**sources, "civil.people": (*sources["civil.people"], "income")}
        assert raise_review(connection, "theme.rich", wider, 4, NOW).id != one.id
        assert len(connection.execute(select(merge_reviews)).all()) == 2


def test_an_override_of_a_lower_finding_does_not_cover_a_higher_one(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["school.notes"])
    built(town, "school.notes")
    made = overridden(town)
    with writing(town.engine) as connection:
        connection.execute(
            update(classification_decisions)
            .where(classification_decisions.c.id == made.id)
            .values(grade_before=made.grade_before - 1)
        )

    assert built(town, "school.notes").state == "stopped"
