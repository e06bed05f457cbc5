"""Duties without a clock of their own: announcements, replies to reports, sources that are gone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, update

from catalog.authority import claims
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.clocks.duties import duties
from catalog.organisations import units
from catalog.organisations.units import UnitKind
from catalog.store import writing
from catalog.store.tables.cataloging import entry_announcements
from catalog.store.tables.ledger import entries
from catalog.store.tables.reporting import monthly_replies, monthly_reports
from contracts.model import Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)


def _contract(*fields: Field) -> Contract:
    return Contract(
        id="people.residents", title="常住人口", schema="people", table="residents", status="active",
        department=Party("公安局", "A"), classification="基础/人口", fields=fields,
        sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
    )  # fmt: skip


@pytest.fixture
def town(engine: Engine) -> Engine:
    """One entry, its department and the authority in the tree."""
    made = _contract(Field(name="area"), Field(name="trade", element="industry_code"))
    catalogue_all(engine, [(made, None)], Acts(by="张三", reason="r", now=NOW))
    with writing(engine) as connection:
        for code, name, kind in (("A", "公安局", "department"), ("D", "数据局", "authority")):
            units.add(
                connection, code=code, name=name, kind=UnitKind(kind), valid_from=date(2020, 1, 1),
                basis="三定", by="a", now=NOW,
            )  # fmt: skip
    return engine


def _owed(connection: Connection, on: date = TODAY) -> list[tuple[str, str, str | None, str]]:
    return [
        (d.rule, d.owner_code, d.due_on and d.due_on.isoformat(), d.colour.value)
        for d in duties(connection, on)
    ]


def test_a_breaking_revision_is_owed_until_its_user_took_note(town: Engine) -> None:
    with writing(town) as connection:
        (entry_id,) = connection.execute(entries.select().with_only_columns(entries.c.id)).scalars()
        for number, breaks in ((1, True), (2, False)):
            connection.execute(
                insert(entry_announcements).values(
                    id=f"ann_{number}", entry_id=entry_id, from_revision=1, to_revision=2,
                    kind="subscription", target=f"sub_{number}", organisation="B", organisation_name="民政局",
                    breaks=breaks, reasons=[], effects=[], made_at=NOW,
                )
            )  # fmt: skip
        assert _owed(connection) == [("announcement", "B", None, "grey")]
        connection.execute(update(entry_announcements).values(acknowledged_by="李四", acknowledged_at=NOW))
        assert _owed(connection) == []


def test_a_report_waits_for_replies_and_then_for_the_authority(town: Engine) -> None:
    values: dict[str, Any] = {
        "id": "rpt_1", "period": "2026-08", "number": 1, "state": "drafted", "digest": "d1",
        "content": json.dumps({"ranking": [{"department": "公安局"}, {"department": "民政局"}]}),
        "reply_until": date(2026, 9, 29), "reply_provisional": False, "drafted_by": "a", "drafted_at": NOW,
        "evidence_id": "",
    }  # fmt: skip
    with writing(town) as connection:
        connection.execute(insert(monthly_reports).values(**values))
        connection.execute(
            insert(monthly_replies).values(
                id="rpl_1", report_id="rpt_1", department="民政局", text="数据已更新", to_digest="d1",
                replied_by="b", replied_at=NOW, evidence_id="",
            )
        )  # fmt: skip
        assert _owed(connection) == [("monthly_report_reply", "A", "2026-09-29", "yellow")]
        assert _owed(connection, date(2026, 9, 30)) == [("monthly_report_reply", "D", None, "grey")]
        connection.execute(update(monthly_reports).values(state="closed"))
        assert _owed(connection) == []


def test_a_source_whose_field_or_entry_is_gone_is_named_anew_by_the_authority(town: Engine) -> None:
    with writing(town) as connection:
        claims.claim(connection, "people.residents", "trade", basis="三定", by="张三", now=NOW)
        assert _owed(connection) == []
        connection.execute(update(entries).values(state="withdrawn"))
        assert _owed(connection) == [("one_source", "D", None, "grey")]
        connection.execute(update(entries).values(state="published"))
    catalogue_all(town, [(_contract(Field(name="area")), None)], Acts(by="张三", reason="r", now=NOW))
    with writing(town) as connection:
        assert ("one_source", "D", None, "grey") in _owed(connection)
