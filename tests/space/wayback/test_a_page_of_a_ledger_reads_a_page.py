"""A page of a ledger, and a delivery that feeds it, read what they name, however many records there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.store import reading
from policies.clocks import local_date
from space.wayback.backflow.inbox import listing as deliveries
from space.wayback.backflow.tasks import tasks_of
from space.wayback.corrections.course import listing as cases
from space.wayback.forms.tasks import tasks as form_tasks
from space.wayback.grassroots import keeping
from space.wayback.grassroots.books import book_of
from space.wayback.grassroots.pages import page_of
from space.wayback.grassroots.tasks import listing as ledger_tasks
from tests.space.wayback.conftest import Town, identity
from tests.space.wayback.ledger_town import acting, all_of, prepare
from tests.statements import counted

MORE = 40


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


def add_more(town: Town) -> None:
    for number in range(100, 100 + MORE):
        keeping.add(town.home, town.engine, acting(town), "person", identity(number), {"living_alone": "否"})


def pages(town: Town, limit: int) -> list[str]:
    found, after = [], ""
    while True:
        with reading(town.engine) as connection:
            page = page_of(connection, "street", "person", after=after, limit=limit)
        found += [one.id for one in page.records]
        after = page.after
        if not after:
            return found


def test_pages_of_a_ledger_hold_every_open_record_once(street: Town) -> None:
    add_more(street)
    people = [one for one in all_of(street) if one.state == "open"]
    keeping.close(street.engine, acting(street), people[0].id, reason="迁走")

    for limit in (1, 7, 25, 200):
        found = pages(street, limit)
        assert len(found) == len(set(found))
        assert set(found) == {one.id for one in people[1:]}


def test_a_page_takes_as_many_statements_whatever_the_ledger_holds(street: Town) -> None:
    def statements() -> int:
        with counted(street.engine) as sent, reading(street.engine) as connection:
            page_of(connection, "street", "person", limit=2)
        return len(sent)

    before = statements()
    add_more(street)
    assert statements() == before <= 8


def test_lists_of_the_way_back_take_as_many_statements_whatever_they_hold(street: Town) -> None:
    def statements() -> list[int]:
        taken = []
        for read in (
            lambda c: deliveries(c, "street"),
            lambda c: tasks_of(c, "street"),
            lambda c: cases(c, asker="street"),
            lambda c: form_tasks(c, body_code="street"),
            lambda c: ledger_tasks(c, "street", local_date(street.now)),
        ):
            with counted(street.engine) as sent, reading(street.engine) as connection:
                read(connection)
            taken.append(len(sent))
        return taken

    before = statements()
    add_more(street)
    street.publish(street.population, street.residents("990101001001"))
    street.subscribe("street", street.population.name)
    street.deliver()
    assert statements() == before
    assert max(before) <= 5


def test_a_delivery_reads_of_the_book_what_it_names(street: Town) -> None:
    add_more(street)
    with reading(street.engine) as connection:
        book = book_of(street.home, connection, "street", [("person", identity(1))], [])
    assert len(book.ids) == len(book.numbers) == 1
