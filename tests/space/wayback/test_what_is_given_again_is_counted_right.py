"""A row sent again is in the exposure list, and a form filled both ways is counted once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from catalog.store import reading, writing
from catalog.store.tables.grassroots import base_confirmations
from space.watch.exposure import Scope, exposed
from space.wayback.backflow.redelivery import redeliver
from space.wayback.backflow.subscriptions import listing
from space.wayback.burden.figures import figures
from space.wayback.forms.admission import admit
from space.wayback.forms.filling import Filled, submit
from tests.space.wayback.conftest import Town
from tests.space.wayback.test_forms_keep_what_deliveries_keep import FORM
from tests.space.wayback.test_recall_of_corrected_values import row


def lines(town: Town) -> list[tuple[str, int, int]]:
    span = Scope(since=town.now - timedelta(days=9), until=town.now + timedelta(days=9))
    with reading(town.engine) as connection:
        found = exposed(connection, span)
    return [(one.organisation, one.times, one.rows) for one in found if one.way == "backflow"]


def test_rows_that_were_sent_again_are_in_the_exposure_list(telling: Any) -> None:
    town = telling
    assert lines(town) == [("street", 1, 2)]
    with reading(town.engine) as connection:
        (subscription,) = listing(connection, "street")
    with writing(town.engine) as connection:
        redeliver(
            connection, subscription=subscription.id, row=row(town, 1), subject="clm_1", reason="claimed",
            by="王五", now=town.later(), kind="claim",
        )  # fmt: skip
    town.deliver()

    assert lines(town) == [("street", 2, 3)]


def test_a_form_confirmed_from_the_ledger_and_submitted_by_sheets_is_counted_once(telling: Any) -> None:
    town = telling
    admit(town.engine, FORM, by="王敏", now=town.now)
    with writing(town.engine) as connection:
        connection.execute(
            insert(base_confirmations).values(
                id="cfm_1", body="street", form=FORM.code, period="2026-09", rows=2, added=2, changed=0,
                removed=0, cells=20, seal="0" * 64, confirmed_by="王芳", confirmed_at=town.now,
                evidence_id="evd_1",
            )
        )  # fmt: skip

    def counted() -> tuple[int, int]:
        with reading(town.engine) as connection:
            (one,) = figures(connection, now=town.now, by=("body",))
        return one.forms, one.prefilled + one.computed + one.typed

    assert counted() == (1, 20)
    sheet = Filled(FORM.code, "2026-09", "street", town.person(1), {})
    made = submit(town.home, town.engine, sheet, by="王五", now=town.later())
    assert made.kept
    assert counted() == (2, 20), "the sheet is one of the rows that were confirmed"
