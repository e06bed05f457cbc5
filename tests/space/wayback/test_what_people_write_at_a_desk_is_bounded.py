"""Texts, references and counts have bounds; names stay out of the log; un-masking is limited by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog import keys
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.inbox import inbox_notes, inbox_tasks, unmaskings
from policies import rulebook
from policies.showing import showing
from space.errors import Refused
from space.wayback.backflow.claims import claim
from space.wayback.backflow.inbox import Counts, acknowledge, delivery, listing
from space.wayback.backflow.tasks import annotate, assign
from space.wayback.backflow.unmasking import Asked, reveal, unmask
from tests.space.wayback.conftest import EAST, Town
from tests.space.wayback.moves import rows_of

LONG, NAMED, RANGE = "backflow.text.long", "backflow.row.reference", "backflow.count.range"


def first(town: Town, body: str = "street") -> tuple[str, str, str]:
    """Delivery and subscription of a body, and the reference of its first row."""
    with reading(town.engine) as connection:
        made = listing(connection, body)[0]
    return made.id, made.subscription, rows_of(town, made.id)[0]["_row"]


def logged(town: Town) -> str:
    with reading(town.engine) as connection:
        return "".join(connection.execute(select(evidence_entries.c.body)).scalars())


def given(town: Town, **change: Any) -> Any:
    wanted = {"to": "赵六", "task": "上门核对", "by": "王五"} | change
    return assign(town.engine, "street", first(town)[0], now=town.now, **wanted)


def noted(town: Town, **change: Any) -> Any:
    wanted: dict[str, Any] = {"text": "已核", "row": ""} | change
    secret = keys.load(town.home).pseudonym
    return annotate(
        town.engine, "street", first(town)[0], wanted["text"], secret=secret, by="王五", now=town.now,
        row=wanted["row"],
    )  # fmt: skip


def shown(town: Town, body: str = "street", by: str = "王五", **change: Any) -> Any:
    _, subscription, row = first(town, body)
    wanted = {"subscription": subscription, "row": row, "fields": ("id_card",), "reason": "办理高龄津贴"}
    return unmask(town.home, town.engine, Asked(**(wanted | change)), by=by, now=town.now)


def claims(town: Town, **change: Any) -> Any:
    wanted = {"row": "0" * 32, "area": EAST, "reason": "网格员核实"} | change
    return claim(town.home, town.engine, first(town)[1], by="王五", now=town.now, **wanted)


@pytest.mark.parametrize(
    ("act", "change", "code"),
    [
        (given, {"to": "赵" * 61}, LONG),
        (given, {"task": "核" * 201}, LONG),
        (given, {"row": "990101195001011234 张三"}, NAMED),
        (given, {"row": "A" * 32}, NAMED),
        (given, {"row": "0" * 32 + "\n"}, NAMED),
        (noted, {"text": "记" * 1001}, LONG),
        (noted, {"row": "张三"}, NAMED),
        (shown, {"reason": "因" * 501}, LONG),
        (shown, {"row": "张三"}, NAMED),
        (claims, {"reason": "因" * 501}, LONG),
        (claims, {"row": "张三"}, NAMED),
    ],
)
def test_what_is_beyond_its_bounds_is_refused_unrepeated_and_unwritten(
    telling: Town, act: Any, change: dict[str, str], code: str
) -> None:
    before = logged(telling)

    with pytest.raises(Refused) as refused:
        act(telling, **change)

    assert code in {reason.code for reason in refused.value.decision.reasons}
    assert not any(text in str(refused.value) for text in change.values())
    assert logged(telling) == before
    with reading(telling.engine) as connection:
        for table in (inbox_tasks, inbox_notes, unmaskings):
            assert connection.execute(select(table)).all() == []


def test_the_longest_texts_are_taken(telling: Town) -> None:
    row = first(telling)[2]
    assert given(telling, to="赵" * 60, task="核" * 200, row=row).row == row
    assert noted(telling, text="记" * 1000, row=row).row == row
    assert shown(telling, reason="因" * 500).reason == "因" * 500


@pytest.mark.parametrize("counts", [(-1, 0, 3), (2, 0, -1), (10**9 + 1, 0, 0), (10**9, 1, 0), (10**30, 0, 0)])
def test_a_count_that_no_delivery_has_is_refused(telling: Town, counts: tuple[int, int, int]) -> None:
    made = first(telling)[0]

    with pytest.raises(Refused, match=RANGE.replace(".", r"\.")):
        acknowledge(telling.engine, made, Counts(*counts), by="王五", now=telling.now)
    with reading(telling.engine) as connection:
        assert delivery(connection, made).state == "sent"
    disputed = acknowledge(telling.engine, made, Counts(10**9, 0, 0), by="王五", now=telling.now)
    assert disputed.state == "disputed"


def test_who_sees_to_what_stays_out_of_the_log(telling: Town) -> None:
    given(telling, to="欧阳靖", task="上门核对李大爷的津贴")

    assert "backflow:task:assign" in events(telling)
    assert not any(word in logged(telling) for word in ("欧阳靖", "李大爷"))


def events(town: Town) -> set[str]:
    with reading(town.engine) as connection:
        return set(connection.execute(select(evidence_entries.c.event)).scalars())


def limits(folder: Path, **values: int) -> None:
    """Lay rules of the installation over those of the house."""
    folder.mkdir()
    said = "source: 本市规定, valid_from: 2026-01-01, confidence: policy"
    rows = "".join(f"  - {{name: {name}, value: {value}, {said}}}\n" for name, value in values.items())
    (folder / "backflow.yaml").write_text("rules:\n" + rows, encoding="utf-8")
    rulebook.lay_over(folder)


def test_a_person_of_another_body_with_the_same_name_has_a_limit_of_its_own(
    telling: Town, tmp_path: Path
) -> None:
    telling.subscribe("village")
    telling.deliver()
    limits(tmp_path / "rules", unmask_rows_a_day=1)
    assert shown(telling)

    with pytest.raises(Refused, match=r"unmask\.day"):
        shown(telling)
    assert shown(telling, body="village")


def test_a_body_has_a_limit_of_a_day_whatever_names_its_people_write(telling: Town, tmp_path: Path) -> None:
    telling.subscribe("village")
    telling.deliver()
    limits(tmp_path / "rules", unmask_body_rows_a_day=2)
    leaves = [shown(telling, by=name) for name in ("王五", "王五 ")]

    with pytest.raises(Refused, match=r"unmask\.body_day"):
        shown(telling, by="王 五")
    assert shown(telling, body="village", by="王 五")
    assert reveal(telling.home, telling.engine, leaves[0].id, by="王五", now=telling.now)
    telling.later(days=1)
    assert shown(telling, by="王 五")


def test_the_limits_are_dated_rules() -> None:
    rules = showing(date(2026, 9, 23))
    assert rules.longest == {"task": 200, "text": 1000, "reason": 500, "to": 60}
    assert (rules.rows_a_day, rules.body_rows_a_day, rules.most_rows) == (200, 1000, 10**9)
    with pytest.raises(Exception, match="backflow"):
        showing(date(2024, 1, 1))
