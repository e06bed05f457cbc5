"""What the tests of the way back ask of a delivery, and how a year changes the small town."""

from __future__ import annotations

from typing import Any

from catalog.store import reading
from space.wayback.backflow.inbox import delivery, read_rows
from tests.space.wayback.conftest import EAST, FAR, HERE, WEST

HOMES = (EAST, EAST, WEST, HERE, HERE, FAR, FAR, "")


def numbers(sent: Any) -> tuple[int, int, int, int, int, int]:
    return sent.added, sent.changed, sent.removed, sent.total, sent.unattributed, sent.other_areas


def rows_of(town: Any, delivery_id: str) -> list[dict[str, Any]]:
    with reading(town.engine) as connection:
        return read_rows(town.home, delivery(connection, delivery_id)).to_pylist()


def second_year(town: Any) -> None:
    # 1 and 4 change their phones, 2 moves to the village, 5 is gone, 6 changes far away, 8 changes and
    # has no home, 9 is new in the street.
    rows = town.residents(
        EAST, HERE, WEST, HERE, "gone", FAR, FAR, "", WEST,
        r1={"phone": "13800000001"}, r4={"phone": "13800000004"},
        r6={"phone": "13800000006"}, r8={"phone": "13800000008"},
    )  # fmt: skip
    town.publish(town.population, rows)
