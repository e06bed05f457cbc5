"""A clerk's desk: tasks, notes, un-masking for a reason and a time, rows sent again, an Excel workbook."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import select

from catalog import keys
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.recall import postings
from space.cli.wayback.backflow import backflow
from space.errors import Refused, Unknown
from space.wayback.backflow.authoritative import NotInArea
from space.wayback.backflow.balances import figures
from space.wayback.backflow.bodies import ledger
from space.wayback.backflow.inbox import Counts, acknowledge, listing
from space.wayback.backflow.redelivery import orders_of, redeliver
from space.wayback.backflow.subscriptions import end
from space.wayback.backflow.subscriptions import listing as subscriptions
from space.wayback.backflow.tasks import annotate, assign, close, notes_of, tasks_of
from space.wayback.backflow.unmasking import Asked, reveal, unmask
from space.wayback.backflow.unmasking import listing as unmaskings
from tests.space.wayback.conftest import EAST, HERE, Town
from tests.space.wayback.moves import rows_of


def first(town: Town) -> tuple[str, str, str]:
    """Delivery and subscription of the street, and the reference of its first row."""
    with reading(town.engine) as connection:
        made = listing(connection, "street")[0]
    return made.id, made.subscription, rows_of(town, made.id)[0]["_row"]


def logged(town: Town) -> str:
    with reading(town.engine) as connection:
        return "".join(connection.execute(select(evidence_entries.c.body)).scalars())


def test_a_delivery_is_given_to_one_person_at_a_time_and_done(telling: Town) -> None:
    delivery, _, row = first(telling)
    wanted: dict[str, Any] = {"task": "上门核对", "by": "王五", "row": row, "due_on": "2026-10-09"}
    one = assign(telling.engine, "street", delivery, to="赵六", now=telling.later(), **wanted)
    two = assign(telling.engine, "street", delivery, to="孙七", now=telling.later(), **wanted)

    with pytest.raises(Refused, match=r"backflow\.task\.given_on"):
        close(telling.engine, one.id, by="赵六", now=telling.later())
    assert close(telling.engine, two.id, by="孙七", now=telling.later()).state == "done"
    with reading(telling.engine) as connection:
        assert [task.state for task in tasks_of(connection, "street")] == ["given_on", "done"]
        assert tasks_of(connection, "street", assignee="孙七", open_only=True) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": " "}, "backflow.task.lacks"),
        ({"task": ""}, "backflow.task.lacks"),
        ({"due_on": "下周"}, "backflow.task.day"),
    ],
)
def test_a_task_without_person_work_or_day_is_refused(
    telling: Town, change: dict[str, str], code: str
) -> None:
    wanted: dict[str, Any] = {"to": "赵六", "task": "上门核对", "by": "王五"} | change
    with pytest.raises(Refused, match=code):
        assign(telling.engine, "street", first(telling)[0], now=telling.now, **wanted)


def test_only_what_is_in_the_own_inbox_is_given_or_noted(telling: Town) -> None:
    delivery, _, _ = first(telling)
    secret = keys.load(telling.home).pseudonym

    with pytest.raises(Unknown, match="inbox"):
        assign(telling.engine, "village", delivery, to="赵六", task="核对", by="王五", now=telling.now)
    with pytest.raises(Unknown, match="inbox"):
        annotate(telling.engine, "village", delivery, "已核", secret=secret, by="王五", now=telling.now)


def test_a_note_stays_in_the_body_and_its_text_out_of_the_log(telling: Town) -> None:
    delivery, _, row = first(telling)
    secret = keys.load(telling.home).pseudonym
    annotate(
        telling.engine, "street", delivery, "张大爷已搬走", secret=secret, by="王五", now=telling.now, row=row
    )

    with pytest.raises(Refused, match=r"backflow\.note\.empty"):
        annotate(telling.engine, "street", delivery, "  ", secret=secret, by="王五", now=telling.now)
    with reading(telling.engine) as connection:
        assert [(n.row, n.text) for n in notes_of(connection, "street", delivery)] == [(row, "张大爷已搬走")]
        assert notes_of(connection, "village", delivery) == ()
    assert "搬走" not in logged(telling)


def ask(town: Town, **change: Any) -> Any:
    _, subscription, row = first(town)
    wanted = {
        "subscription": subscription,
        "row": row,
        "fields": ("id_card",),
        "reason": "办理高龄津贴",
    } | change
    by = wanted.pop("by", "王五")
    return unmask(town.home, town.engine, Asked(**wanted), by=by, now=town.now)


def test_a_masked_value_is_shown_for_a_reason_and_every_look_is_posted_and_logged(telling: Town) -> None:
    leave = ask(telling)

    shown = reveal(telling.home, telling.engine, leave.id, by="王五", now=telling.later())
    reveal(telling.home, telling.engine, leave.id, by="王五", now=telling.later())

    row = rows_of(telling, first(telling)[0])[0]
    assert shown["id_card"] is not None
    assert row["id_card"] == shown["id_card"][:6] + "*" * 8 + shown["id_card"][-4:]
    with reading(telling.engine) as connection:
        kept = connection.execute(select(postings).where(postings.c.kind == "unmasking")).all()
        (told,) = unmaskings(connection, "street")
    assert [(p.row, p.items, p.receiver) for p in kept] == [(leave.row, "id_card", "street")] * 2
    assert (told.reason, told.asked_by) == ("办理高龄津贴", "王五")
    assert shown["id_card"] not in logged(telling)


def test_an_unmasked_value_is_shown_to_nobody_else_and_not_after_its_time(telling: Town) -> None:
    leave = ask(telling, hours=2)

    with pytest.raises(Refused, match=r"unmask\.person"):
        reveal(telling.home, telling.engine, leave.id, by="赵六", now=telling.now)
    with pytest.raises(Refused, match=r"unmask\.expired"):
        reveal(telling.home, telling.engine, leave.id, by="王五", now=leave.expires_at)
    end(telling.engine, leave.subscription, by="张三", now=telling.now)
    with pytest.raises(Refused, match=r"backflow\.subscription\.closed"):
        reveal(telling.home, telling.engine, leave.id, by="王五", now=telling.now)
    with reading(telling.engine) as connection:
        assert connection.execute(select(postings)).all() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "看看"}, "unmask.reason"),
        ({"fields": ("birth_date",)}, "unmask.field"),
        ({"fields": ()}, "unmask.field"),
        ({"hours": 200}, "unmask.hours"),
        ({"hours": -1}, "unmask.hours"),
    ],
)
def test_unmasking_without_reason_or_beyond_the_rules_is_refused(
    telling: Town, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        ask(telling, **change)


def test_unmasking_serves_a_task_of_the_body_and_a_row_of_its_area(telling: Town) -> None:
    telling.subscribe("village")
    telling.deliver()
    with reading(telling.engine) as connection:
        theirs = listing(connection, "village")[0]
    foreign = assign(telling.engine, "village", theirs.id, to="钱八", task="核对", by="钱八", now=telling.now)
    mine = assign(
        telling.engine, "street", first(telling)[0], to="王五", task="核对", by="王五", now=telling.now
    )

    with pytest.raises(Refused, match=r"unmask\.task"):
        ask(telling, task=foreign.id)
    assert ask(telling, task=mine.id).task == mine.id
    with pytest.raises(NotInArea):
        ask(telling, row=rows_of(telling, theirs.id)[0]["_row"])


def test_a_person_unmasks_no_more_rows_a_day_than_the_rules_allow(
    telling: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from policies import rulebook

    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "backflow.yaml").write_text(
        "rules:\n  - {name: unmask_rows_a_day, value: 1, source: 本市规定, valid_from: 2026-01-01,"
        " confidence: policy}\n",
        encoding="utf-8",
    )
    rulebook.lay_over(folder)
    ask(telling)

    with pytest.raises(Refused, match=r"unmask\.day"):
        ask(telling)
    assert ask(telling, by="赵六")
    telling.now += timedelta(days=1)
    assert ask(telling)


def test_a_corrected_row_is_sent_again_once_to_who_holds_it(telling: Town) -> None:
    _, subscription, row = first(telling)
    telling.publish(
        telling.population, telling.residents(EAST, EAST, HERE, r1={"name": "更正一"}, r2={"name": "更正二"})
    )
    telling.deliver()
    wanted: dict[str, Any] = {"subscription": subscription, "row": row, "subject": "cor_1", "reason": "更正"}
    with writing(telling.engine) as connection:
        order = redeliver(connection, **wanted, by="系统", now=telling.now)
        assert redeliver(connection, **wanted, by="系统", now=telling.now) == order
    telling.deliver()
    telling.deliver()

    with reading(telling.engine) as connection:
        made = listing(connection, "street")
        (told,) = orders_of(connection, "cor_1")
    assert [one.again for one in made] == [False, False, True]
    (again,) = rows_of(telling, made[-1].id)
    assert (again["_change"], again["_row"], told.outcome) == ("changed", row, "delivered")
    assert told.redelivery == made[-1].id
    done = acknowledge(telling.engine, made[-1].id, Counts(0, 1, 0), by="王五", now=telling.later())
    assert done.state == "acknowledged"
    with reading(telling.engine) as connection:
        assert ledger(telling.home, connection, subscription).num_rows == 2


def test_a_row_that_left_the_area_is_not_sent_again_and_the_order_says_so(telling: Town) -> None:
    _, subscription, row = first(telling)
    telling.publish(telling.population, telling.residents(HERE, EAST, HERE))
    telling.deliver()
    with writing(telling.engine) as connection:
        redeliver(connection, subscription=subscription, row=row, subject="cor_2", reason="更正", by="系统",
                  now=telling.now)  # fmt: skip
    telling.deliver()

    with reading(telling.engine) as connection:
        (told,) = orders_of(connection, "cor_2")
        assert (told.outcome, told.redelivery) == ("not_in_area", "")
        assert not any(one.again for one in listing(connection))


def test_a_delivery_says_how_complete_and_how_late_it_is(telling: Town) -> None:
    with reading(telling.engine) as connection:
        (told,) = figures(connection, "street", telling.now)
        (later,) = figures(connection, None, telling.now + timedelta(days=30))

    assert (told.filled, told.attributed, told.waiting, told.late_days) == (1.0, 1.0, 0, 0)
    assert (told.meaning, told.overdue, later.overdue) == ("residence", False, True)


def test_a_release_after_its_due_day_is_late(town: Town) -> None:
    from dataclasses import replace

    from catalog.cataloging.entering import catalogue
    from contracts.model import UpdateCycle

    monthly = replace(town.population, update_cycle=UpdateCycle.MONTHLY)
    catalogue(town.engine, monthly, path=None, by="李四", reason="按月", now=town.later())
    town.publish(monthly, town.residents(EAST), revision=2)
    town.subscribe("street")
    town.deliver()
    town.later(days=60)
    town.publish(monthly, town.residents(EAST, EAST), revision=2)
    town.deliver()

    with reading(town.engine) as connection:
        one, two = figures(connection, "street", town.now)
    assert (one.due_on, one.late_days) == ("", 0)
    assert two.due_on == "2026-11-08"
    assert two.late_days == 14


def test_the_higher_level_may_not_add_conditions(town: Town) -> None:
    town.publish(town.population, town.residents(EAST))

    with pytest.raises(Refused, match=r"backflow\.condition"):
        town.subscribe("street", conditions=("须经上级逐次批准",))
    with reading(town.engine) as connection:
        assert subscriptions(connection) == ()


def test_a_subscription_is_open_for_its_days_only(town: Town) -> None:
    town.publish(town.population, town.residents(EAST, HERE))
    town.subscribe("street", valid_from="2026-10-01", valid_to="2026-10-31")
    with pytest.raises(Refused, match=r"backflow\.term"):
        town.subscribe("village", valid_from="2026-10-01", valid_to="2026-09-01")

    assert town.deliver().sent == ()
    town.later(days=10)
    assert len(town.deliver().sent) == 1
    town.later(days=40)
    town.publish(town.population, town.residents(EAST, HERE, EAST))
    assert town.deliver().sent == ()


def test_the_commands_of_a_desk_do_the_same(telling: Town, tmp_path: Path) -> None:
    delivery, subscription, row = first(telling)
    run = CliRunner()

    def said(*words: str) -> Any:
        done = run.invoke(backflow, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    desk = ("--body", "street", "--by", "王五")
    task = said("assign", delivery, *desk, "--to", "赵六", "--task", "核对", "--row", row)
    said("note", delivery, "已联系", *desk)
    assert [one["text"] for one in said("notes", delivery, "--body", "street")] == ["已联系"]
    assert said("done", task["id"], "--by", "赵六")["state"] == "done"
    assert [one["state"] for one in said("tasks", "--body", "street")] == ["done"]
    leave = said("unmask", subscription, row, "--fields", "id_card", "--reason", "办理津贴", "--by", "王五")
    assert said("reveal", leave["id"], "--by", "王五")["id_card"].startswith("990101")
    assert len(said("unmaskings", "--body", "street")) == 1
    assert said("unattributed", subscription) == {"waiting": 0, "rows": []}
    assert said("claims") == []
    assert said("subscriptions")[0]["meaning"] == "residence"
    assert said("list")[0]["figures"]["filled"] == 1.0
    refused = run.invoke(backflow, ["reveal", leave["id"], "--by", "赵六", "--json"])
    assert (refused.exit_code, "unmask.person" in refused.output) == (1, True)

    file = tmp_path / "out" / "回流.xlsx"
    assert said("export", delivery, str(file))["rows"] == 2
    book = load_workbook(file)
    rows = [[cell.value for cell in line] for line in book["回流数据"].iter_rows()]
    assert rows[0] == ["变动", "行标识", "变动项", "校核中", "公民身份号码", "姓名", "联系电话"]
    assert [line[0] for line in rows[1:]] == ["新增", "新增"]
    assert file.stat().st_mode & 0o077 == 0
    about = {line[0].value: line[1].value for line in book["说明"].iter_rows()}
    assert (about["新增"], about["归集率"], about["属地"]) == ("2", "100.0%", "990101001")


def test_a_value_that_looks_like_a_formula_is_a_value_in_the_workbook(town: Town, tmp_path: Path) -> None:
    town.publish(town.population, town.residents(EAST, r1={"name": "=1+1\x07"}))
    town.subscribe("street", fields=("name",))
    (sent,) = town.deliver().sent

    done = CliRunner().invoke(
        backflow, ["export", sent.id, str(tmp_path / "out.xlsx")], env={"YBZ_HOME": str(town.home.root)}
    )

    assert done.exit_code == 0, done.output
    cell = load_workbook(tmp_path / "out.xlsx")["回流数据"]["E2"]
    assert cell.value == "=1+1"
    assert cell.data_type != "f"
