"""The small town with lists of its places and a dataset whose rows carry no region code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.places.addresses import PlaceName
from catalog.places.divisions import Division, Succession
from catalog.places.ledger import DatedPolygon, enter
from contracts.model import (
    AttributionRule,
    Contract,
    Field,
    FieldType,
    Telling,
    UnitRef,
    UnitRule,
    Use,
)
from tests.space.wayback.conftest import ALLOWANCE, CIVIL_AFFAIRS, Town

DIVISIONS = (
    Division("990101", "云湖区"),
    Division("990101001", "清波街道", "990101"),
    Division("990101001001", "东升社区", "990101001"),
    Division("990101001002", "西苑社区", "990101001"),
    Division("990102", "云岭区"),
    Division("990102002", "望湖街道", "990102"),
    Division("990102002003", "朝阳村", "990102002"),
    Division("990105", "云峰县"),
    Division("990105006", "南门镇", "990105"),
)
VISITS = replace(
    ALLOWANCE,
    id="welfare-visits",
    title="走访登记",
    table="visits",
    department=CIVIL_AFFAIRS,
    fields=(
        Field("visit_no", "走访编号", key_position=1, required=True),
        Field("id_card", "公民身份号码", check="resident_id", unit=UnitRef("person"), use=Use.IDENTIFIER,
              personal=True),
        Field("address", "现住址", personal=True),
        Field("longitude", "经度", type=FieldType.NUMBER, scale=6, personal=True),
        Field("latitude", "纬度", type=FieldType.NUMBER, scale=6, personal=True),
        Field("visited_on", "走访日期", type=FieldType.DATE),
        Field("remark", "情况"),
    ),
    units=(UnitRule("person", 12),),
    unique_keys=(("visit_no",),),
    area=None,
    attribution=(
        AttributionRule(Telling.REGISTER, ("id_card",), "residence", "civil.population", "id_card"),
        AttributionRule(Telling.ADDRESS, ("address",)),
        AttributionRule(Telling.COORDINATES, ("longitude", "latitude")),
        AttributionRule(Telling.ADDRESS, ("address",), "workplace"),
    ),
    period_field=None,
)  # fmt: skip


def visit(town: Town, number: int, **cells: str) -> dict[str, Any]:
    """A row of the visits; about the resident of that number unless told."""
    row = {"visit_no": f"V{number:03d}", "id_card": town.person(number), "visited_on": "2026-09-20"}
    return row | {"remark": "正常"} | cells


def enter_places(town: Town) -> None:
    """Enter the lists of the town."""
    now = town.later()
    enter(town.engine, "divisions", DIVISIONS, source="民政局", by="李四", now=now)
    enter(town.engine, "names", [PlaceName("锦绣花园", "990102002003")], source="民政局", by="李四", now=now)
    square = ((109.0, 28.0), (109.1, 28.0), (109.1, 28.1), (109.0, 28.1))
    land = DatedPolygon("990105006", (square,))
    enter(town.engine, "polygons", [land], source="自然资源局", by="李四", now=now)


def split_street(town: Town, day: str) -> None:
    """The street becomes two: 东升社区 keeps its code, 西苑社区 gets another."""
    ended = [replace(d, valid_to=day) for d in DIVISIONS if d.code.startswith("990101001")]
    begun = [
        Division("990101007", "清东街道", "990101", day),
        Division("990101008", "清西街道", "990101", day),
        Division("990101001001", "东升社区", "990101007", day),
        Division("990101008001", "西苑社区", "990101008", day),
    ]
    after = [
        Succession("990101001", "990101007", day),
        Succession("990101001", "990101008", day),
        Succession("990101001002", "990101008001", day),
    ]
    now = town.later()
    enter(town.engine, "divisions", [*ended, *begun], source="政府令第1号", by="李四", now=now)
    enter(town.engine, "successions", after, source="政府令第1号", by="李四", now=now)


def catalogue_visits(town: Town, contract: Contract = VISITS) -> None:
    """Enter the dataset of visits."""
    acts = Acts(by="李四", reason="first entry", now=town.later(), assessment="PIA-2026-2")
    catalogue_all(town.engine, [(contract, None)], acts)
