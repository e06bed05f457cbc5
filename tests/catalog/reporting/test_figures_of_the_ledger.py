"""Every figure has a definition, an instant and the rows behind it; what cannot be known is not assessed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, insert

from catalog.inventory.accounting import confirm
from catalog.inventory.errors import InventoryError
from catalog.inventory.listing import ListedTable, Listing
from catalog.inventory.taking import take
from catalog.reporting.cli import figures as command
from catalog.reporting.figures import COUNTS, UnknownFigure, figure, figures
from catalog.store import reading, writing
from catalog.store.tables.backflow import grassroots_bodies
from catalog.store.tables.forms import corrections
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.queries import usages
from catalog.store.tables.releases import releases
from contracts.model import ShareType, Sharing, UpdateCycle
from policies.rulebook import rules
from tests.catalog.inventory.test_tables_are_catalogued_or_excluded import contract, enter

NOW: Final = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
PERIOD: Final = "2026-09"
SECRET: Final = "320102198001010011"
AREAS: Final = {
    "inventory", "timeliness", "quality", "sharing", "service", "backflow", "registration", "grassroots",
    "trust",
}  # fmt: skip


def value(c: Connection, name: str, now: datetime = NOW, period: str = PERIOD) -> float | None:
    return figure(c, name, period, now).value


def request(c: Connection, key: str, received: int, answered: int | None, due: int, state: str) -> None:
    """A request received, answered and due on days of September 2026."""
    at = None if answered is None else datetime(2026, 9, answered, 2, tzinfo=UTC)
    c.execute(
        insert(requests).values(
            id=key, kind="sharing", applicant="D1", purpose="governance.assistance", statement={},
            share_type="conditional", state=state, missing=[], due_provisional=False, due_rule="answer",
            received_at=datetime(2026, 9, received, 2, tzinfo=UTC), due_on=date(2026, 9, due), answered_at=at,
            basis="《保密法》第九条" if state == "refused" else None,
        )
    )  # fmt: skip


def grant(c: Connection, key: str, on: str, kind: str, signed: int) -> None:
    at = datetime(2026, 9, signed, 2, tzinfo=UTC)
    c.execute(
        insert(grants).values(
            id=key, kind=kind, request_id=on, grantor="A", grantee="D1", purpose="governance.assistance",
            mode="plain", agreement="{}", signature="", terms_digest="", salt="", valid_from=date(2026, 9, 1),
            valid_to=date(2026, 12, 31), calls_limit=9, calls_used=0, nrho_limit=0, nrho_spent=0,
            price_fen_per_call=200, charged_fen=0, state="in_force", signed_by="王", signed_at=at,
            evidence_id="",
        )
    )  # fmt: skip


def use(c: Connection, key: str, on: str, outcome: str, fen: int = 0, reason: str | None = None) -> None:
    c.execute(
        insert(usages).values(
            id=key, grant_id=on, organisation="D1", outcome=outcome, reason=reason, calls=1, nrho=0,
            price_fen=fen, at=NOW, evidence_id="",
        )
    )  # fmt: skip


def test_every_figure_that_is_defined_is_counted_and_the_other_way_round() -> None:
    defined = {row.name: row.value for row in rules("figures", NOW.date())}
    assert set(defined) == set(COUNTS)
    assert {each["area"] for each in defined.values()} == AREAS
    for name, each in defined.items():
        assert all(each[key] for key in ("title", "title_en", "definition", "definition_en", "unit")), name
        # A ratio or a mean says what is divided by what.
        assert ("numerator" in each) == ("denominator" in each), name
        for key in {"numerator", "denominator"} & set(each):
            assert each[f"{key}_zh"], name


def test_an_empty_ledger_assesses_no_ratio_and_says_why(engine: Engine) -> None:
    with reading(engine) as c:
        found = figures(c, PERIOD, NOW)
    for each in found:
        assert (each.value is None) == bool(each.why), each.id
        assert each.text.startswith("not assessed: ") == (each.value is None)
        if each.denominator:
            assert each.value is None, each.id
            assert (each.part, each.whole) == (None, None), each.id
    # As of the instant it was asked for: the month still runs.
    assert found[0].as_of - NOW <= timedelta(microseconds=1)


def test_figures_of_the_inventory_count_tables_and_entries(engine: Engine) -> None:
    enter(
        engine,
        contract("civil.people", "常住人口", "a", "b"),
        contract("civil.c", "丙", "a", sharing=Sharing(ShareType.CONDITIONAL, "按职责", "《统计法》第九条")),
    )
    with writing(engine) as c:
        tables = tuple(ListedTable(name) for name in ("t", "u", "v"))
        take(c, Listing("人口系统", "公安局", "", tables, True, "scan"), by="张三", now=NOW)
        confirm(c, "人口系统/t", "civil.people", by="张三", now=NOW)
        assert value(c, "tables_accounted") == pytest.approx(1 / 3, abs=1e-4)
        assert (value(c, "systems_surveyed"), value(c, "departments_surveyed")) == (1, 1)
        assert (value(c, "entries_published"), value(c, "items")) == (2, 3)
        assert (value(c, "entries_unconditional"), value(c, "entries_conditional")) == (1, 1)
        assert value(c, "entries_withheld") == 0
        untested = figure(c, "link_rate", PERIOD, NOW)
        assert (untested.value, untested.why, untested.part, untested.whole) == (
            None,
            "no link was tested",
            0,
            2,
        )
        rows = figure(c, "tables_accounted", PERIOD, NOW).rows
        assert [row["state"] for row in rows] == ["catalogued", "open", "open"]
        # A month before anything was there, and one that has not begun.
        assert value(c, "entries_published", period="2026-08") == 0
        with pytest.raises(InventoryError, match="has not begun"):
            value(c, "entries_published", period="2026-10")
        with pytest.raises(UnknownFigure):
            value(c, "happiness")


def test_an_update_is_late_once_its_cycle_is_over(engine: Engine) -> None:
    enter(
        engine,
        contract("civil.daily", "日更", "a", update_cycle=UpdateCycle.DAILY),
        contract("civil.yearly", "年更", "a", update_cycle=UpdateCycle.YEARLY),
        contract("civil.never", "不定期", "a"),
    )
    with reading(engine) as c:
        assert value(c, "update_rate") is None  # nothing is a cycle old yet
        found = figure(c, "update_rate", "2026-10", NOW + timedelta(days=20))
    assert (found.value, found.part, found.whole) == (0, 0, 1)
    assert [row["dataset"] for row in found.rows] == ["civil.daily"]


def test_figures_of_sharing_follow_requests_answers_and_grants(engine: Engine) -> None:
    with writing(engine) as c:
        c.execute(
            insert(organisations).values(code="D1", name="民政局", kind="department", registered_at=NOW)
        )
        assert value(c, "requests") == 0
        request(c, "r1", 1, 2, 11, "permitted")  # Tuesday to Wednesday: 1 working day
        request(c, "r2", 1, 14, 11, "refused")  # late: 9 working days
        request(c, "r3", 22, None, 30, "submitted")
        request(c, "r4", 22, None, 30, "incomplete")
        grant(c, "g1", "r1", "sharing", 4)
        assert value(c, "requests") == 3
        assert value(c, "satisfaction_rate") == pytest.approx(1 / 3, abs=1e-4)
        assert value(c, "answered_on_time") == 0.5
        assert value(c, "days_to_answer") == (1 + 9) / 2
        assert value(c, "days_to_supply") == 2
        refused = figure(c, "refusals", PERIOD, NOW)
        assert (refused.value, refused.rows) == (1, ({"basis": "《保密法》第九条", "refusals": 1},))


def test_figures_of_operation_tell_calls_denials_and_fees_against_the_ceiling(engine: Engine) -> None:
    with writing(engine) as c:
        c.execute(
            insert(organisations).values(code="D1", name="运营公司", kind="operator", registered_at=NOW)
        )
        request(c, "r1", 1, 2, 11, "permitted")
        grant(c, "g1", "r1", "operation", 4)
        use(c, "u1", "g1", "answered", fen=150)
        use(c, "u2", "g1", "cached", fen=150)
        use(c, "u3", "g1", "refused", reason="query.column.never")
        assert (value(c, "operators"), value(c, "agreements"), value(c, "operation_calls")) == (1, 1, 2)
        denied = figure(c, "calls_denied", PERIOD, NOW)
        assert (denied.value, denied.rows) == (1, ({"reason": "query.column.never", "calls": 1},))
        fees = figure(c, "fees", PERIOD, NOW)
        assert (fees.value, fees.rows[0]["highest_price_fen"]) == (3.0, 200)


def challenge(c: Connection, key: str, due: int, state: str, answered: datetime | None) -> None:
    c.execute(
        insert(corrections).values(
            id=key, asker="S1", dataset="civil.people", release_id="rel", row=f"row-{key}", field="name",
            row_key={"id": SECRET}, old_value=SECRET, new_value=SECRET, reason="", department="公安局",
            department_code="", state=state, opened_by="赵", opened_at=NOW - timedelta(days=9),
            due_on=date(2026, 9, due), due_provisional=False, due_rule="", answered_at=answered,
            evidence_id="",
        )
    )  # fmt: skip


def test_a_challenge_is_told_by_dataset_and_never_by_its_row(engine: Engine) -> None:
    with writing(engine) as c:
        c.execute(insert(organisations).values(code="S1", name="街道", kind="grassroots", registered_at=NOW))
        c.execute(insert(grassroots_bodies).values(code="S1", area="110101001", registered_at=NOW))
        zero = dict.fromkeys(
            (
                "vault_version",
                "protected_version",
                "row_count",
                "lines_read",
                "landed",
                "typed",
                "quarantined",
            ),
            0,
        )
        c.execute(
            insert(releases).values(
                id="rel", dataset="civil.people", number=1, revision=1, content_hash="", fingerprint="",
                counts={}, dimensions={}, grade=3, facts={}, published_at=NOW, evidence_id="", **zero,
            )
        )  # fmt: skip
        challenge(c, "c1", 30, "open", None)
        challenge(c, "c2", 23, "open", None)
        challenge(c, "c3", 23, "accepted", NOW)
        challenge(c, "c4", 23, "rejected", NOW)
        found = {
            n: figure(c, n, PERIOD, NOW) for n in ("objections_open", "objections_overdue", "corrections")
        }
    assert {name: each.value for name, each in found.items()} == {
        "objections_open": 2, "objections_overdue": 1, "corrections": 1,
    }  # fmt: skip
    for each in found.values():
        assert [sorted(row) for row in each.rows] == [["challenges", "dataset", "department"]]
        assert SECRET not in json.dumps(each.to_document(rows=True), ensure_ascii=False)


def test_figures_are_shown_by_command_with_their_rows(engine: Engine) -> None:
    # The rims read the clock, so that the entry is of the month that runs.
    enter(engine, contract("civil.people", "常住人口", "a"), now=datetime.now(UTC))
    run = CliRunner()
    shown = run.invoke(command, ["entries_published", "--rows", "--json"])
    assert shown.exit_code == 0, shown.output
    document = json.loads(shown.stdout)
    assert (document["value"], document["rows"][0]["dataset"]) == (1, "civil.people")
    listed = run.invoke(command, ["--area", "inventory", "--json"])
    assert {each["area"] for each in json.loads(listed.stdout)} == {"inventory"}
    text = run.invoke(command, ["link_rate", "--rows"]).stdout
    assert "entries with a live tested link / published entries" in text
    assert "civil.people" in text
    assert "volume_tb" in run.invoke(command, []).stdout
    assert run.invoke(command, ["--rows"]).exit_code == 2
