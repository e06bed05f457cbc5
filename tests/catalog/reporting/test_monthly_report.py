"""The monthly report: ranked by a stated method, replied to, frozen, and short enough for two pages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.inventory.accounting import confirm
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.inventory.listing import ListedTable, Listing
from catalog.inventory.taking import take
from catalog.reporting import monthly
from catalog.reporting.cli import report as commands
from catalog.reporting.content import changes
from catalog.reporting.page import page
from catalog.store import writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.reporting import monthly_replies, monthly_reports
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.machine import IllegalStep, Office

NOW: Final = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
AFTER: Final = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
LATER: Final = datetime(2026, 10, 19, 2, 0, tzinfo=UTC)
PERIOD: Final = "2026-09"
PROCEDURE: Final = monthly.procedure()


def enter(engine: Engine, departments: int, tables: int = 2) -> None:
    """Departments with one entry and some tables each; the first ones have accounted for more of theirs."""
    made = [
        Contract(
            id=f"d{n}", title=f"数据 {n}", schema="dept", table=f"d{n}", status="active",
            department=Party(f"第{n}<b>局"), classification="基础/人口", fields=(Field(name="k"),),
            sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""), unit_free=True,
        )
        for n in range(departments)
    ]  # fmt: skip
    catalogue_all(engine, [(c, None) for c in made], Acts(by="张三", reason="first", now=NOW))
    with writing(engine) as c:
        for n in range(departments):
            names = [ListedTable(f"t{m}") for m in range(tables)]
            take(c, Listing(f"系统{n}", f"第{n}<b>局", "", tuple(names), True, "scan"), by="张三", now=NOW)
            if n < departments - 1:
                confirm(c, f"系统{n}/t0", f"dept.d{n}", by="张三", now=NOW)


@pytest.fixture
def least(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that ranks departments of which little can be assessed."""
    from policies import rulebook

    real = rulebook.rule

    def lenient(file: str, name: str, *rest: Any) -> Any:
        found = real(file, name, *rest)
        from dataclasses import replace

        return replace(found, value=0.2) if name == "least_assessed" else found

    monkeypatch.setattr("catalog.reporting.scoring.rule", lenient)


@pytest.mark.usefixtures("least")
def test_points_are_lost_for_named_reasons_and_equal_points_share_a_rank(engine: Engine) -> None:
    enter(engine, 3)
    with writing(engine) as c:
        report = monthly.draft(c, PERIOD, by="王", now=AFTER)
    first, second, third = report.content["ranking"]
    assert [line["rank"] for line in (first, second, third)] == [1, 1, 3]
    # Accounted for (weight 20): half; linked (25): nothing is. Nothing else can be assessed.
    assert first["points"] == round(100 * (20 * 0.5) / 45, 2)
    assert third["points"] == 0
    assert [(loss["indicator"], loss["points"]) for loss in first["losses"]] == [
        ("linked", 55.56), ("accounted", 22.22),
    ]  # fmt: skip
    assert first["losses"][1]["items"] == [["系统0/t1", "table_open", ""]]
    assert first["parts"]["quality"] is None
    assert first["points"] + sum(loss["points"] for loss in first["losses"]) == pytest.approx(100, abs=0.02)


def test_a_department_of_which_little_can_be_assessed_has_no_rank(engine: Engine) -> None:
    enter(engine, 2)
    with writing(engine) as c:
        report = monthly.draft(c, PERIOD, by="王", now=AFTER)
    assert {line["rank"] for line in report.content["ranking"]} == {None}


def test_replies_are_printed_beside_the_figures_and_frozen_at_closing(engine: Engine) -> None:
    enter(engine, 2)
    with writing(engine) as c:
        monthly.draft(c, PERIOD, by="王", now=AFTER)
        monthly.reply(c, PERIOD, "第0<b>局", "系统迁移，10 月完成", by="李", now=AFTER)
        closed = monthly.close(c, PERIOD, by="王", now=LATER)
        assert closed.state == "closed"
        assert [r.text for r in closed.replies] == ["系统迁移，10 月完成"]
        text = page(closed)
        assert "系统迁移，10 月完成" in text
        take(c, Listing("新系统", "第0<b>局", "", (ListedTable("x"),), True, "scan"), by="张三", now=LATER)
        c.execute(monthly_replies.update().values(text="changed behind its back"))
        again = monthly.find(c, PERIOD)
        assert again == closed
        assert page(again) == text
        with pytest.raises(IllegalStep, match="it is at its end"):
            monthly.reply(c, PERIOD, "第0<b>局", "太晚", by="李", now=LATER)


def test_a_report_is_closed_only_after_its_month_and_the_days_to_reply(engine: Engine) -> None:
    enter(engine, 2)
    with writing(engine) as c:
        early = monthly.draft(c, PERIOD, by="王", now=NOW)
        assert early.content["runs"]
        with pytest.raises(NotAccepted) as refused:
            monthly.close(c, PERIOD, by="王", now=LATER)
        assert [r.code for r in refused.value.denial.reasons] == ["report.month_runs"]
        drafted = monthly.draft(c, PERIOD, by="王", now=AFTER)
        # Friday 9 October, a working Saturday 10: three working days later is Tuesday 13.
        assert (drafted.number, drafted.reply_until.isoformat()) == (2, "2026-10-13")
        with pytest.raises(NotAccepted) as refused:
            monthly.close(c, PERIOD, by="王", now=AFTER)
        assert [r.code for r in refused.value.denial.reasons] == ["report.replies_open"]
        for department in drafted.departments:
            monthly.reply(c, PERIOD, department, "无异议", by="李", now=AFTER)
        assert monthly.close(c, PERIOD, by="王", now=AFTER).state == "closed"


def test_a_draft_with_new_figures_gives_new_days_to_reply(engine: Engine) -> None:
    enter(engine, 2)
    with writing(engine) as c:
        first = monthly.draft(c, PERIOD, by="王", now=AFTER)
        same = monthly.draft(c, PERIOD, by="王", now=LATER)
        assert (same.digest, same.reply_until) == (first.digest, first.reply_until)
        confirm(c, "系统0/t1", "dept.d0", by="张三", now=LATER)
        other = monthly.draft(c, PERIOD, by="王", now=LATER)
        assert other.digest != first.digest
        assert other.reply_until > first.reply_until


def test_a_reply_to_figures_that_changed_is_no_reply_to_the_new_ones(engine: Engine) -> None:
    enter(engine, 2)
    with writing(engine) as c:
        first = monthly.draft(c, PERIOD, by="王", now=AFTER)
        for department in first.departments:
            monthly.reply(c, PERIOD, department, "无异议", by="李", now=AFTER)
        confirm(c, "系统0/t1", "dept.d0", by="张三", now=AFTER)
        monthly.draft(c, PERIOD, by="王", now=AFTER)
        with pytest.raises(NotAccepted) as refused:
            monthly.close(c, PERIOD, by="王", now=AFTER)
        assert [r.code for r in refused.value.denial.reasons] == ["report.replies_open"]
        for department in first.departments:
            monthly.reply(c, PERIOD, department, "仍无异议", by="李", now=AFTER)
        closed = monthly.close(c, PERIOD, by="王", now=AFTER)
    assert [reply.text for reply in closed.replies].count("无异议") == 2


@pytest.mark.parametrize(
    ("department", "text", "codes"),
    [
        ("别的局", "x", ["report.no_department"]),
        ("第0<b>局", " ", ["report.no_text"]),
        ("别的局", "x" * 501, ["report.no_department", "report.no_text"]),
    ],
)
def test_a_reply_that_does_not_fit_is_refused(
    engine: Engine, department: str, text: str, codes: list[str]
) -> None:
    enter(engine, 1)
    with writing(engine) as c:
        monthly.draft(c, PERIOD, by="王", now=AFTER)
        with pytest.raises(NotAccepted) as refused:
            monthly.reply(c, PERIOD, department, text, by="李", now=AFTER)
        assert [r.code for r in refused.value.denial.reasons] == codes
        assert monthly.find(c, PERIOD).replies == ()


ACTS: Final[dict[str, Any]] = {
    "draft": lambda c, o: monthly.draft(c, PERIOD, by="王", now=AFTER, office=o),
    "reply": lambda c, o: monthly.reply(c, PERIOD, "第0<b>局", "无异议", by="李", now=AFTER, office=o),
    "close": lambda c, o: monthly.close(c, PERIOD, by="王", now=LATER, office=o),
}
WAYS: Final[dict[str, tuple[tuple[str, Office], ...]]] = {
    "new": (),
    "drafted": (("draft", Office.AUTHORITY),),
    "closed": (("draft", Office.AUTHORITY), ("close", Office.AUTHORITY)),
}


def written(c: Connection) -> tuple[Any, ...]:
    tables = (monthly_reports, monthly_replies, evidence_entries)
    counts = tuple(c.execute(select(func.count()).select_from(t)).scalar() for t in tables)
    return (*counts, c.execute(select(monthly_reports)).all())


@pytest.mark.parametrize("state", WAYS)
def test_every_step_the_table_lacks_is_refused_and_writes_nothing(engine: Engine, state: str) -> None:
    assert set(ACTS) == set(PROCEDURE.events)
    assert set(WAYS) == set(PROCEDURE.states)
    enter(engine, 1, tables=1)
    with writing(engine) as c:
        for step, by in WAYS[state]:
            ACTS[step](c, by)
        for event, act in ACTS.items():
            for office in Office:
                legal = [s for s in PROCEDURE.open_steps(state) if (s.event, s.office) == (event, office)]
                nested = c.begin_nested()
                if legal:
                    assert act(c, office).state == legal[0].next
                else:
                    before = written(c)
                    # Where no report is there yet, nothing but a draft can be asked of it.
                    with pytest.raises((IllegalStep, monthly.NoReport)) as refused:
                        act(c, office)
                    if refused.type is IllegalStep:
                        assert all(s.event in str(refused.value) for s in PROCEDURE.open_steps(state))
                    assert written(c) == before
                nested.rollback()


def test_changes_to_last_month_are_told_the_largest_first() -> None:
    def content(**points: tuple[int | None, float | None]) -> dict[str, Any]:
        return {"ranking": [{"department": d, "rank": r, "points": p} for d, (r, p) in points.items()]}

    before = content(a=(1, 90.0), b=(2, 80.0), c=(3, 70.0))
    after = content(c=(1, 95.0), a=(2, 89.0), b=(3, 80.0), d=(4, 50.0))
    told = [(x["department"], x["moved"], x["former_rank"], x["rank"]) for x in changes(after, before)]
    assert told == [("c", 25.0, 3, 1), ("a", -1.0, 1, 2), ("b", 0.0, 2, 3), ("d", None, None, 4)]
    assert changes(after, None) == []


@pytest.mark.usefixtures("least")
def test_the_page_stays_on_two_sheets_whatever_the_city_has(engine: Engine) -> None:
    enter(engine, 25, tables=12)
    with writing(engine) as c:
        monthly.draft(c, PERIOD, by="王", now=AFTER)
        for n in range(12):
            monthly.reply(c, PERIOD, f"第{n}<b>局", f"{n}" + "长" * 490, by="李", now=AFTER)
        report = monthly.find(c, PERIOD)
    text = page(report)
    assert text.count('<section class="sheet">') == 2
    assert "另有 11 项" in text  # 25 departments, 14 lines
    assert "另有 41 项" in text  # 50 losses, 9 lines
    assert "另有 8 项" in text  # 12 replies, 4 lines
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", text, re.DOTALL)]
    assert max(map(len, cells)) <= 130
    assert "<b>局" not in text
    assert "第0&lt;b&gt;局" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.usefixtures("least")
def test_a_departments_own_page_has_its_line_its_losses_and_its_whole_reply(engine: Engine) -> None:
    enter(engine, 20)
    with writing(engine) as c:
        monthly.draft(c, PERIOD, by="王", now=AFTER)
        reply = "我局库表清单已补报，" * 30
        report = monthly.reply(c, PERIOD, "第19<b>局", reply, by="李", now=AFTER, office=Office.HEAD)
    own = page(report, department="第19<b>局", language="en")
    assert '<tr class="own">' in own  # though it is the last of twenty
    assert reply in own
    assert "系统19/t0" in own
    assert "系统3/" not in own
    assert 'lang="en"' in own
    assert "Reasons for lost points" in own
    assert "neither catalogued nor excluded" in own
    with pytest.raises(InventoryError, match="is not in the report"):
        page(report, department="别的局")


@pytest.mark.usefixtures("least")
def test_uncatalogued_tables_are_named_to_their_department_and_the_authority_alone(
    engine: Engine, tmp_path: Any
) -> None:
    enter(engine, 3)
    with writing(engine) as c:
        report = monthly.draft(c, PERIOD, by="王", now=AFTER)

    def told(*words: str) -> str:
        done = CliRunner().invoke(commands, ["show", "--period", PERIOD, "--json", *words])
        assert done.exit_code == 0, done.exception
        return done.stdout

    kept = json.loads(told("--authority"))
    (loss,) = [x for x in kept["ranking"][0]["losses"] if x["indicator"] == "accounted"]
    assert loss["items"] == [["系统0/t1", "table_open", ""]]
    (shown,) = [x for x in json.loads(told())["ranking"][0]["losses"] if x["indicator"] == "accounted"]
    assert shown == loss | {"items": []}  # the count stays
    for everybody in (told(), page(report), page(report, language="en")):
        assert "系统0/t1" not in everybody
        assert "系统1/t" not in everybody
    for own in (told("--department", "第0<b>局"), page(report, department="第0<b>局")):
        assert "系统0/t1" in own
        assert "系统1/t" not in own


def test_a_report_goes_its_way_by_command(engine: Engine, tmp_path: Any) -> None:
    enter(engine, 2)
    # The rims read the clock: the month that runs.
    period = f"{datetime.now(UTC):%Y-%m}"
    run = CliRunner()
    assert isinstance(run.invoke(commands, ["show", "--period", period]).exception, monthly.NoReport)
    assert run.invoke(commands, ["draft", "--period", period]).exit_code == 0
    done = run.invoke(commands, ["reply", "第0<b>局", "--period", period, "--text", "迁移中", "--as", "head"])
    assert done.exit_code == 0, done.output
    out = tmp_path / "pages" / "r.html"
    done = run.invoke(commands, ["show", "--period", period, "--html", str(out), "--json"])
    assert json.loads(done.stdout)["replies"][0]["text"] == "迁移中"
    assert "迁移中" in out.read_text(encoding="utf-8")
    shut = run.invoke(commands, ["close", "--period", period])
    assert isinstance(shut.exception, NotAccepted)
