"""Burden and satisfaction: counted from what was done, one rating a use, published with care."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.event import listen, remove

from catalog import revisions
from catalog.cataloging.errors import Refused as NotEntered
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from contracts.model import Party, ShareType, Sharing, UpdateCycle
from policies.access import OrganisationKind
from space.errors import Refused, Unknown
from space.identity.organisations import Organisation
from space.identity.organisations import register as register_organisation
from space.wayback.burden import publishing
from space.wayback.burden.figures import Burden, figures
from space.wayback.burden.publishing import public_row, publish
from space.wayback.burden.ratings import AlreadyRated, rate
from space.wayback.corrections.cases import answer
from space.wayback.forms.admission import Form, Item, admit
from space.wayback.forms.demands import ask, decide
from space.wayback.forms.filling import Filled, submit
from space.wayback.grassroots.confirming import confirm
from tests.space.wayback.conftest import CIVIL_AFFAIRS, POLICE, Town
from tests.space.wayback.ledger_town import prepare

FORM = Form(
    code="ELDER-02",
    title="独居老人月报",
    issuer=CIVIL_AFFAIRS.name,
    basis="民发〔2022〕73号",
    period=UpdateCycle.MONTHLY,
    subject_kind="person",
    items=(
        Item("name", "姓名", "civil.residents", "name", "id_card"),
        Item("phone", "联系电话", "civil.residents", "phone", "id_card"),
        Item("living_alone", "是否独居"),
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)
AUTHORITY = Organisation("11990100MB0000007X", "云州市数据局", OrganisationKind.AUTHORITY)


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    """One sheet with a correction, a month confirmed, a demand refused."""

    def work(town: Town) -> None:
        prepare(town)
        admit(town.engine, FORM, by="李四", now=town.later())
        with writing(town.engine) as connection:
            register_organisation(connection, AUTHORITY, town.now)
        values = {"phone": "13800000000", "living_alone": "是"}
        filled = Filled(FORM.code, "2026-09", "street", town.person(1), values, {"phone": "本人告知"})
        submit(town.home, town.engine, filled, by="王芳", now=town.later())
        confirm(town.home, town.engine, "street", FORM.code, "2026-09", by="王芳", now=town.later())
        again = Form(**{**{n: getattr(FORM, n) for n in Form.__dataclass_fields__}, "code": "ELDER-09"})
        demand, _ = ask(town.engine, again, reason="临时摸底", by="周敏", now=town.later())
        decide(
            town.engine, demand.id, admitted=False, basis="准入清单管理办法第5条", by="王敏", now=town.later()
        )

    town = settle("burden", work, tmp_path / "var")
    yield town
    town.engine.dispose()


def told(town: Town, **asked: Any) -> tuple[Burden, ...]:
    with reading(town.engine) as connection:
        return figures(connection, now=town.now, **asked)


def the_sheet(town: Town) -> tuple[str, str]:
    """Ids of the one submission and the one challenge."""
    from sqlalchemy import select

    from catalog.store.tables.forms import corrections, submissions

    with reading(town.engine) as connection:
        sheet = connection.execute(select(submissions.c.id)).scalar_one()
        return sheet, connection.execute(select(corrections.c.id)).scalar_one()


def answered(town: Town, days: int = 1) -> str:
    _, challenge = the_sheet(town)
    answer(
        town.engine, challenge, department_code=POLICE.code, accepted=False, reason="登记无误", by="赵平",
        now=town.later(days=days),
    )  # fmt: skip
    return challenge


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_cells_are_counted_by_who_filled_them(street: Town) -> None:
    (one,) = told(street, department=CIVIL_AFFAIRS.name, body="street")

    assert (one.body, one.department, one.month) == ("street", CIVIL_AFFAIRS.name, "2026-09")
    # The sheet: a name kept, a phone corrected, an item by hand; the month: two other lines of three.
    assert (one.forms, one.prefilled, one.computed, one.typed) == (2, 1 + 6, 0, 2)
    assert one.typed_share == 2 / 9


def test_a_form_that_is_refused_counts_with_what_it_would_have_asked_again(street: Town) -> None:
    (one,) = [burden for burden in told(street, by=("department",)) if burden.forms_stopped]

    assert (one.department, one.forms_stopped) == (CIVIL_AFFAIRS.name, 1)
    assert one.duplicates_avoided >= 2


def test_an_answer_in_time_and_one_too_late_are_told_apart(street: Town) -> None:
    (asked,) = told(street, department=POLICE.name)
    assert (asked.challenged, asked.answered, asked.overdue, asked.on_time_share) == (1, 0, 0, None)

    answered(street)
    (done,) = told(street, department=POLICE.name)
    assert (done.answered, done.on_time, done.on_time_share) == (1, 1, 1.0)


def test_a_challenge_nobody_answers_is_overdue_and_a_late_answer_is_not_on_time(street: Town) -> None:
    street.later(days=40)
    (asked,) = told(street, department=POLICE.name)
    assert asked.overdue == 1

    answered(street)
    (done,) = told(street, department=POLICE.name)
    assert (done.answered, done.on_time, done.overdue) == (1, 0, 0)


def test_figures_are_summed_over_what_is_not_told_apart(street: Town) -> None:
    (whole,) = told(street, by=())

    apart = told(street)
    assert (whole.body, whole.department, whole.month) == ("", "", "")
    assert whole.forms == sum(one.forms for one in apart)
    assert whole.challenged == sum(one.challenged for one in apart) == 1


def test_only_months_asked_for_count(street: Town) -> None:
    assert told(street, first="2026-10") == told(street, last="2026-08") == ()
    assert told(street, first="2026-09", last="2026-09") == told(street)


def test_a_completed_use_is_rated_once_and_a_small_sample_is_marked(street: Town) -> None:
    sheet, _ = the_sheet(street)
    rate(street.engine, "form", sheet, 4, body="street", by="王芳", now=street.later())

    (one,) = told(street, department=CIVIL_AFFAIRS.name, body="street")
    assert (one.ratings, one.score, one.small_sample) == (1, 4.0, True)
    with pytest.raises(AlreadyRated):
        rate(street.engine, "form", sheet, 5, body="street", by="王芳", now=street.later())


def test_what_is_not_completed_or_not_ones_own_is_not_rated(street: Town) -> None:
    sheet, challenge = the_sheet(street)
    with pytest.raises(Unknown):
        rate(street.engine, "correction", challenge, 5, body="street", by="王芳", now=street.now)
    with pytest.raises(Unknown):
        rate(street.engine, "form", sheet, 5, body="village", by="王芳", now=street.now)
    answered(street)

    assert (
        rate(street.engine, "correction", challenge, 2, body="street", by="王芳", now=street.now).department
        == POLICE.name
    )


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_outside_the_scale_is_refused(street: Town, score: int) -> None:
    sheet, _ = the_sheet(street)
    with pytest.raises(Refused) as refused:
        rate(street.engine, "form", sheet, score, body="street", by="王芳", now=street.now)

    assert codes(refused) == {"burden.score"}


def test_a_use_of_long_ago_is_no_longer_rated(street: Town) -> None:
    sheet, _ = the_sheet(street)
    with pytest.raises(Refused) as refused:
        rate(street.engine, "form", sheet, 3, body="street", by="王芳", now=street.now + timedelta(days=61))

    assert codes(refused) == {"burden.late"}


def test_small_figures_and_small_samples_are_not_published() -> None:
    few = Burden("street", "民政局", "2026-09", forms=2, prefilled=10, typed=2, ratings=3, score=4.5)
    many = Burden(
        "street", "民政局", "2026-09", forms=137, prefilled=1234, typed=300, answered=88, on_time=80,
        forms_stopped=1, ratings=30, score=4.5, small_sample=False,
    )  # fmt: skip

    hidden, shown = (public_row(one, date(2026, 10, 3)) for one in (few, many))
    assert (hidden["forms"], hidden["typed"], hidden["score"], hidden["small_sample"]) == ("", "", "", "是")
    assert (shown["forms"], shown["prefilled"], shown["score"]) == ("130", "1230", "4.5")
    assert (shown["forms_stopped"], shown["typed_share"]) == ("1", "0.2")


def test_the_months_that_are_over_become_a_dataset(street: Town) -> None:
    with pytest.raises(Refused) as early:
        publish(street.home, street.engine, AUTHORITY.code, by="王敏", now=street.now)
    assert codes(early) == {"burden.nothing"}

    street.now = datetime(2026, 10, 9, 4, tzinfo=UTC)
    done = publish(street.home, street.engine, AUTHORITY.code, by="王敏", now=street.now)

    with reading(street.engine) as connection:
        made = revisions.current(connection, done.dataset)
    assert (done.state, made.contract.department.name, made.contract.unit_free) == (
        "published", AUTHORITY.name, True,
    )  # fmt: skip
    with done.contract.with_suffix(".csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == done.rows
    assert {row["月份"] for row in rows} == {"2026-09"}
    assert all(row["填报份数"] == "" for row in rows)


def test_the_entry_of_the_table_and_its_evidence_are_one_transaction(street: Town) -> None:
    street.now = datetime(2026, 10, 9, 4, tzinfo=UTC)

    def told(connection: Connection) -> tuple[int, int]:
        """Acts on entries, and publications."""
        events = list(connection.execute(select(evidence_entries.c.event)).scalars())
        return sum(one.startswith("catalog:") for one in events), events.count("burden:table:publish")

    with reading(street.engine) as connection:
        before = told(connection)
    committed = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get("ybz_writing"):
            committed.append(told(connection))

    listen(street.engine, "commit", note)
    try:
        publish(street.home, street.engine, AUTHORITY.code, by="王敏", now=street.now)
    finally:
        remove(street.engine, "commit", note)

    assert committed
    assert all(entry > before[0] and published == 1 for entry, published in committed)


def test_a_table_whose_entry_is_refused_leaves_the_former_files_alone(
    street: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.now = datetime(2026, 10, 9, 4, tzinfo=UTC)
    done = publish(street.home, street.engine, AUTHORITY.code, by="王敏", now=street.now)
    files = (done.contract, done.contract.with_suffix(".csv"))
    before = [path.read_bytes() for path in files]
    made = publishing.contract(Party(AUTHORITY.name, AUTHORITY.code))
    withheld = replace(made, status="active", sharing=Sharing(type=ShareType.WITHHELD))
    monkeypatch.setattr(publishing, "contract", lambda _: withheld)
    street.now = datetime(2026, 11, 9, 4, tzinfo=UTC)

    with pytest.raises(NotEntered):
        publish(street.home, street.engine, AUTHORITY.code, by="王敏", now=street.now)

    assert [path.read_bytes() for path in files] == before


def test_a_street_does_not_publish_the_table(street: Town) -> None:
    with pytest.raises(Refused) as refused:
        publish(street.home, street.engine, "street", by="王芳", now=street.now)

    assert codes(refused) == {"burden.publisher"}
