"""Every part of the query-set audit, switched off in turn: some pair of answers then tells of few.

What is compared with a former answer is decided in several places. Each is shown to matter by what would
follow without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from policies.terms import Mode
from space.engines.auditing import audit, rests, threes
from space.engines.auditing.crossed import Crossed
from space.engines.auditing.sides import Sides
from space.query.auditing.former import Former
from space.query.plan import Block
from tests.space.query.test_no_rule_is_decoration import Guard, keep, switched_off, yes
from tests.space.query.test_query_set_audit import HER as SHE
from tests.space.query.test_query_set_audit import NOBODY, WOMEN
from tests.space.query.test_query_set_audit import Desk as CityDesk
from tests.space.query.test_two_answers_do_not_tell_of_one import (
    COLD,
    EVERYBODY,
    FLU,
    HER,
    THREE,
    Desk,
    town,
)

__all__ = ["town"]

Town = Callable[[str], Desk]
COMPARED = audit.compared


def shown(rows: list[dict[str, Any]]) -> int:
    """Rows with a figure."""
    return sum(row["n"] is not None for row in rows)


def one_person_follows(town: Town, _: Any) -> bool:
    desk = town("with her")
    asked = "SELECT count(*) AS n FROM person WHERE {}"
    return all(shown(desk.ask(asked.format(condition))) for condition in (EVERYBODY, HER))


def nine_follow_from_a_total(_: Town, city: Any) -> bool:
    desk = CityDesk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    desk.ask("SELECT region_code, count(*) AS n FROM person GROUP BY 1")
    return bool(shown(desk.ask("SELECT count(*) AS n FROM person")))


def she_follows_from_three(town: Town, _: Any) -> bool:
    desk = town("with her")
    asked = "SELECT count(*) AS n FROM person WHERE {}"
    return all(shown(desk.ask(asked.format(condition))) for condition in (FLU, COLD, THREE))


def a_group_goes_with_her(town: Town, _: Any) -> bool:
    desk = town("with her")
    asked = "SELECT count(DISTINCT ill) AS n FROM person WHERE {}"
    return [desk.ask(asked.format(condition)) for condition in ("pay >= 0", HER)] == [[{"n": 3}], [{"n": 2}]]


def that_there_is_nobody_is_told(_: Town, city: Any) -> bool:
    desk = CityDesk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    base = "SELECT count(*) AS n FROM person WHERE region_code = '110105'"
    desk.ask(base)
    return bool(shown(desk.ask(f"{base} AND NOT ({NOBODY})")))


def a_key_of_all_hides_a_question(town: Town, _: Any) -> bool:
    desk = town("with her")
    asked = "SELECT {} AS g, count(*) AS n FROM person WHERE {} GROUP BY 1"
    questions = asked.format("pay >= 0", "pay >= 0"), asked.format("year(born) >= 1900", HER)
    return all(shown(desk.ask(sql)) for sql in questions)


def another_column_hides_a_question(_: Town, city: Any) -> bool:
    desk = CityDesk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    asked = "SELECT {0}, count(*) AS n FROM person WHERE {1} AND NOT ({2}) GROUP BY {0}"
    questions = asked.format("region_code", WOMEN, NOBODY), asked.format("gender", WOMEN, SHE)
    return all(shown(desk.ask(sql)) for sql in questions)


def by_these_columns(block: Block, formers: Iterable[Former], *known: Any) -> list[Sides]:
    """Beside what groups by the same columns, or by more or fewer of them, and nothing else."""
    return COMPARED(block, [former for former in formers if not former.loose], *known)


def one_firm_follows(_: Town, city: Any) -> bool:
    desk = CityDesk(city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.files)
    asked = "SELECT sum(tax_paid) AS n FROM enterprise{}"
    return all(shown(desk.ask(asked.format(where))) for where in ("", " WHERE industry_code <> '05'"))


PARTS: dict[str, tuple[tuple[Guard, ...], Callable[[Town, Any], bool]]] = {
    "cell by cell": (((audit, "_cell_by_cell", keep),), one_person_follows),
    "totals with parts": (((rests, "withhold", keep),), nine_follow_from_a_total),
    "three answers": (((threes, "withhold", keep),), she_follows_from_three),
    "groups in doubt": (((audit, "_in_doubt", lambda _: set()),), a_group_goes_with_her),
    "nobody looks like somebody": (((Crossed, "never", yes),), that_there_is_nobody_is_told),
    "other group columns": (((audit, "compared", by_these_columns),), another_column_hides_a_question),
    "keys that are conditions": (((audit, "compared", by_these_columns),), a_key_of_all_hides_a_question),
    "sums over rows that differ": (((audit, "_values", keep),), one_firm_follows),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_without_it_few_follow_from_two_answers(town: Town, city: Any, part: str) -> None:
    guards, tells = PARTS[part]
    assert not tells(town, city)

    with switched_off(*guards):
        assert tells(town, city), f"{part} withholds nothing that is not withheld anyway"
