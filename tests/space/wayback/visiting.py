"""A form of visits: what it asks, the street that fills it, and a sheet of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.model import FieldType, Rule, RuleKind, UpdateCycle
from space.wayback.forms.admission import admit
from space.wayback.forms.definition import Form, Item, Roster
from space.wayback.forms.filling import Filled
from tests.space.wayback.conftest import EAST, FAR, WEST

SHEET = ("VISIT-01", "2026-09", "street")
FORM = Form(
    code="VISIT-01",
    title="走访表",
    issuer="民政局",
    issuer_code="11990100MB0000002X",
    basis="云民发〔2026〕3号",
    period=UpdateCycle.MONTHLY,
    subject_kind="person",
    roster=Roster("civil.population", "id_card"),
    items=(
        Item("full_name", "姓名", "civil.population", "name", "id_card"),
        Item("phone", "电话", "civil.population", "phone", "id_card"),
        Item("born", "出生日期", "civil.population", "birth_date", "id_card"),
        Item("age", "年龄", compute="age(born)", type=FieldType.INTEGER, minimum=0, maximum=130),
        Item("residents", "同住人数", type=FieldType.INTEGER, minimum=1, maximum=30),
        Item("carers", "其中照护人数", type=FieldType.INTEGER, minimum=0, maximum=30),
        Item("visited", "是否走访", allowed=("是", "否")),
    ),
    rules=(
        Rule(
            "r_carers",
            RuleKind.COMPARE,
            ("carers", "residents"),
            {"operator": "<="},
            description="照护人数不多于同住人数",
        ),
    ),
    valid_from=date(2026, 1, 1),
    valid_to=date(2099, 12, 31),
)


@pytest.fixture
def street(settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Residents 1 and 2 in the street, 3 far away; the visiting form is on the list."""

    def prepare(town: Any) -> None:
        town.publish(town.population, town.residents(EAST, WEST, FAR))
        admit(town.engine, FORM, by="王敏", now=town.later())

    town = settle("visiting", prepare, tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield town
    town.engine.dispose()


def fill(town: Any, number: int = 1, **values: str) -> Filled:
    return Filled(*SHEET, town.person(number), values, dict.fromkeys(values, "本人来电"))
