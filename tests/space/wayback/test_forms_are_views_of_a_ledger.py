"""A form is a view of the ledger: made for a month, shown with its differences, confirmed, pulled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from contracts.model import UpdateCycle
from policies.access import OrganisationKind
from space.errors import Refused, Unknown
from space.granting.stopping import stop
from space.identity.organisations import Organisation
from space.identity.organisations import register as register_organisation
from space.wayback.forms.admission import Form, Item, NotAdmitted, admit
from space.wayback.grassroots.confirming import AlreadyConfirmed, confirm, made, pull
from space.wayback.grassroots.keeping import add, change, close
from space.wayback.grassroots.views import View, span, view
from space.wayback.recall.postings import of_rows
from tests.space.wayback.conftest import CIVIL_AFFAIRS, POLICE, Town, identity
from tests.space.wayback.ledger_town import NAME, PHONE, acting, move, person, prepare

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
ITEMS = (NAME, PHONE, "living_alone")


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    """The ledger of September, then October with one phone, one tenant and one who left."""

    def months(town: Town) -> None:
        prepare(town)
        admit(town.engine, FORM, by="李四", now=town.later())
        with writing(town.engine) as connection:
            for code, name in ((CIVIL_AFFAIRS.code, CIVIL_AFFAIRS.name), (POLICE.code, POLICE.name)):
                department = Organisation(code, name, OrganisationKind.DEPARTMENT)
                register_organisation(connection, department, town.now)
        town.now = datetime(2026, 10, 12, 4, tzinfo=UTC)
        move(town, r2={"phone": "13711111111"})
        add(town.home, town.engine, acting(town), "person", identity(77), {"living_alone": "是"})
        close(town.engine, acting(town), person(town, 3).id, reason="迁出")

    town = settle("months", months, tmp_path / "var")
    yield town
    town.engine.dispose()


def october(town: Town, **asked: Any) -> View:
    with reading(town.engine) as connection:
        return view(connection, "street", ITEMS, "2026-10", now=town.now, **asked)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_a_view_shows_what_differs_from_the_month_before(street: Town) -> None:
    found = october(street)

    assert (found.before, len(found.standing)) == ("2026-09", 3)
    assert [found.count(c) for c in ("same", "added", "changed", "removed")] == [1, 1, 1, 1]  # type: ignore[arg-type]
    changed = next(line for line in found.lines if line.change == "changed")
    assert (changed.cells[1].before, changed.cells[1].value) == ("13900000002", "13711111111")


def test_a_view_says_who_answers_for_each_cell_and_masks_whom_it_is_about(street: Town) -> None:
    change(street.home, street.engine, acting(street), person(street, 1).id, {"living_alone": "否"})

    first = october(street).lines[0]

    assert first.identifier == "990101********" + identity(1)[-4:]
    assert [cell.authority for cell in first.cells] == [POLICE.name, POLICE.name, "清波街道"]
    assert [cell.source_responsible for cell in first.cells] == [True, True, False]


def test_last_month_is_the_same_whenever_it_is_asked_for(street: Town) -> None:
    with reading(street.engine) as connection:
        found = view(connection, "street", ITEMS, "2026-09", now=street.now)

    assert [line.cells[1].value for line in found.standing] == ["13900000001", "13900000002", "13900000003"]


def test_a_view_holds_only_records_that_fit(street: Town) -> None:
    found = october(street, where={"living_alone": ("是",)})

    assert [line.identifier[-4:] for line in found.standing] == [identity(77)[-4:]]


def test_a_disputed_value_is_flagged_in_the_view(street: Town) -> None:
    record = person(street, 1)
    change(street.home, street.engine, acting(street), record.id, {PHONE: "13800000000"}, reason="本人告知")

    assert october(street).lines[0].cells[1].disputed


@pytest.mark.parametrize("period", ["2026-13", "2026-10-40", "soon", "2026-Q5"])
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(Refused) as refused:
        span(period)

    assert codes(refused) == {"grassroots.period"}


def test_a_month_that_has_not_begun_is_refused(street: Town) -> None:
    with reading(street.engine) as connection, pytest.raises(Refused) as refused:
        view(connection, "street", ITEMS, "2026-11", now=street.now)

    assert codes(refused) == {"grassroots.period.ahead"}


def test_periods_have_their_days() -> None:
    assert span("2026") == (date(2026, 1, 1), date(2026, 12, 31))
    assert span("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert span("2026-02-28") == (date(2026, 2, 28), date(2026, 2, 28))


def test_a_form_is_confirmed_once_with_its_counts(street: Town) -> None:
    done = confirm(street.home, street.engine, "street", FORM.code, "2026-10", by="王芳", now=street.later())

    assert (done.rows, done.added, done.changed, done.removed, done.cells) == (3, 1, 1, 1, 9)
    with pytest.raises(AlreadyConfirmed):
        confirm(street.home, street.engine, "street", FORM.code, "2026-10", by="王芳", now=street.later())


def test_only_the_issuer_pulls_and_only_what_was_confirmed(street: Town) -> None:
    asked = (street.home, street.engine)
    with pytest.raises(Unknown):
        pull(*asked, CIVIL_AFFAIRS.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())
    confirm(*asked, "street", FORM.code, "2026-10", by="王芳", now=street.later())
    with pytest.raises(Refused) as refused:
        pull(*asked, POLICE.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())

    assert codes(refused) == {"grassroots.view.issuer"}
    found = pull(*asked, CIVIL_AFFAIRS.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())
    assert len(found.standing) == 3


def test_a_stopped_department_pulls_nothing_and_leaves_no_posting(street: Town) -> None:
    asked = (street.home, street.engine)
    confirm(*asked, "street", FORM.code, "2026-10", by="王芳", now=street.later())
    with writing(street.engine) as connection:
        stop(
            connection, "organisation", CIVIL_AFFAIRS.code, reason="疑似泄露", by="安全员", now=street.later()
        )

    with pytest.raises(Refused) as refused:
        pull(*asked, CIVIL_AFFAIRS.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())

    assert codes(refused) == {"stop.organisation"}
    with reading(street.engine) as connection:
        rows = {cell.row for line in october(street).standing for cell in line.cells if cell.row}
        assert list(of_rows(connection, "civil.residents", sorted(rows))) == []


def test_what_is_pulled_is_what_was_confirmed_whatever_changed_since(street: Town) -> None:
    asked = (street.home, street.engine)
    confirm(*asked, "street", FORM.code, "2026-10", by="王芳", now=street.later())
    change(street.home, street.engine, acting(street), person(street, 1).id, {"living_alone": "是"})

    found = pull(*asked, CIVIL_AFFAIRS.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())

    assert found.standing[0].cells[2].value is None


def test_a_pull_leaves_a_posting_for_every_row_of_a_department(street: Town) -> None:
    asked = (street.home, street.engine)
    confirm(*asked, "street", FORM.code, "2026-10", by="王芳", now=street.later())
    found = pull(*asked, CIVIL_AFFAIRS.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())

    row = found.standing[0].cells[0].row
    with reading(street.engine) as connection:
        (posted,) = of_rows(connection, "civil.residents", [row])
    assert posted.posting.items == ("name", "phone")
    assert (posted.posting.kind, posted.posting.receiver) == ("submission", CIVIL_AFFAIRS.code)


def test_a_form_the_ledger_cannot_make_says_what_is_lacking(street: Town) -> None:
    more = (*FORM.items, Item("shoe", "鞋码"))
    admit(
        street.engine,
        Form(**{n: getattr(FORM, n) for n in ("title", "issuer", "basis", "period", "subject_kind")},
             code="ELDER-03", items=more, valid_from=FORM.valid_from, valid_to=FORM.valid_to),
        by="李四",
        now=street.later(),
    )  # fmt: skip

    with reading(street.engine) as connection:
        assert made(connection, "street", "ELDER-03", "2026-10", street.now).lacking == ("shoe",)
    with pytest.raises(Refused) as refused:
        confirm(street.home, street.engine, "street", "ELDER-03", "2026-10", by="王芳", now=street.later())
    assert codes(refused) == {"grassroots.view.lacking"}


def test_a_form_that_is_not_on_the_list_is_not_made(street: Town) -> None:
    with reading(street.engine) as connection, pytest.raises(NotAdmitted):
        made(connection, "street", "NONE-01", "2026-10", street.now)


def test_confirming_and_pulling_put_no_value_into_the_evidence(street: Town) -> None:
    asked = (street.home, street.engine)
    confirm(*asked, "street", FORM.code, "2026-10", by="王芳", now=street.later())
    pull(*asked, CIVIL_AFFAIRS.code, "street", FORM.code, "2026-10", by="赵平", now=street.later())

    with reading(street.engine) as connection:
        log = "\n".join(str(row.body) for row in connection.execute(select(evidence_entries)))
    assert not any(value in log for value in ("13711111111", "居民1", identity(77), identity(1)))
