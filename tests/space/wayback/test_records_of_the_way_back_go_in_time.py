"""What is kept beside the data goes when its rule says so, with proof; a recall then says "not retained"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from catalog.evidence import record
from catalog.places.knowing import registers_behind
from catalog.releases.published import latest
from catalog.releases.retention import named_releases
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.form_workbooks import form_handout_sheets, form_handouts
from catalog.store.tables.recall import postings
from policies.rulebook import rule
from space.wayback.forms.admission import admit
from space.wayback.recall import retaining
from space.wayback.recall.following import tell_of
from tests.space.wayback.conftest import POPULATION, Town
from tests.space.wayback.places_town import VISITS, catalogue_visits, enter_places, visit
from tests.space.wayback.test_forms_keep_what_deliveries_keep import FORM
from tests.space.wayback.test_recall_of_corrected_values import answered, opened, shown


@pytest.fixture
def street(telling: Any) -> Iterator[Town]:
    return telling


def kept(town: Town, table: Any) -> int:
    with reading(town.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def years_on(town: Town, years: int) -> datetime:
    return town.now.replace(year=town.now.year + years) + timedelta(days=1)


def test_postings_go_after_the_years_of_their_rule_and_the_log_says_how_many(street: Town) -> None:
    town = street
    shown(town, "street")
    shown(town, "village", "unmasking")
    years = int(rule("retention", "postings", town.now.date()).value)
    assert years == 3, "个人信息保护法 第56条"
    assert retaining.drop_old(town.engine, years_on(town, years - 1)).postings == 0

    gone = retaining.drop_old(town.engine, years_on(town, years))

    assert (gone.postings, kept(town, postings)) == (2, 0)
    assert retaining.drop_old(town.engine, years_on(town, years)).postings == 0
    with reading(town.engine) as connection:
        said = select(evidence_entries.c.body).where(evidence_entries.c.event == retaining.POSTINGS)
        (told,) = connection.execute(said).scalars().all()
    assert json.loads(told)["count"] == 2
    assert town.person(1) not in told


def test_a_recall_says_what_is_not_retained_and_nothing_while_all_is(street: Town) -> None:
    town = street
    case = answered(town, opened(town))
    assert tell_of(town.home, town.engine, case.id, town.now).to_document()["not_retained"] is None
    shown(town, "street")
    now = years_on(town, 3)
    retaining.drop_old(town.engine, now)

    found = tell_of(town.home, town.engine, case.id, now)

    assert found.not_retained == retaining.years_before(now, 3)
    assert found.to_document()["not_retained"].startswith("2026-")


def test_sheets_that_were_handed_out_and_never_came_back_go_after_their_days(street: Town) -> None:
    town = street
    admit(town.engine, FORM, by="王敏", now=town.now)
    with writing(town.engine) as connection:
        proof = record(connection, event="form:handout:make", subject="hdo_1", body={}, now=town.now)
        connection.execute(
            insert(form_handouts).values(
                id="hdo_1", form=FORM.code, period="2026-09", body="street", workbook="0" * 64, roster=0,
                sheets=1, prefilled=1, computed=0, asked=0, made_by="王五", made_at=town.now,
                evidence_id=proof,
            )
        )  # fmt: skip
        connection.execute(
            insert(form_handout_sheets).values(handout="hdo_1", number=1, subject_id=town.person(1), cells=[])
        )
    days = int(rule("retention", "handout_sheets", town.now.date()).value)
    assert retaining.drop_old(town.engine, town.now + timedelta(days=days)).sheets == 0

    assert retaining.drop_old(town.engine, town.now + timedelta(days=days, hours=1)).sheets == 1

    assert kept(town, form_handout_sheets) == 0
    with reading(town.engine) as connection:
        said = connection.execute(
            select(evidence_entries.c.body).where(evidence_entries.c.event == retaining.SHEETS)
        ).scalar_one()
    assert town.person(1) not in said


def test_a_register_rows_were_attributed_by_is_named_for_its_years_and_not_after(street: Town) -> None:
    town = street
    enter_places(town)
    catalogue_visits(town)
    town.publish(VISITS, [visit(town, 1)])
    town.subscribe("street", VISITS.name, fields=("remark",))
    with reading(town.engine) as connection:
        assert registers_behind(connection, None) == frozenset(), "nothing was attributed yet"
        register = latest(connection, POPULATION.name)
    town.deliver()
    town.publish(POPULATION, town.residents("990101001001"))  # what nothing was attributed by

    with reading(town.engine) as connection:
        years = int(rule("retention", "attribution_registers", town.now.date()).value)
        assert register is not None
        assert registers_behind(connection, None) == {register.id}
        assert registers_behind(connection, town.now) == frozenset()
        assert register.id in named_releases(connection, town.now.replace(year=town.now.year + years - 1))
