"""A page of datasets is looked at together: what it shows is what each shows alone, in as few statements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import to_json
from sqlalchemy import Connection, Engine, delete, insert, select, update

from catalog.cataloging.entering import Acts, enter_all
from catalog.errors import UnknownDataset
from catalog.linking.live import live
from catalog.revisions import current
from catalog.search import bitmaps
from catalog.statistics import public_view_of
from catalog.store import prepared_lists, reading, writing
from catalog.store.tables.ledger import entries, revisions
from catalog.store.tables.linking import link_probes, links
from catalog.store.tables.releases import releases
from contracts.model import Composed, Composition, Contract, Join
from policies.access import Role
from space.api.app import create_app
from space.granting.kinds import family, published
from space.identity.tokens import issue
from space.preview import views
from tests.space.bureau import DEPARTMENT, NOON, Bureau
from tests.space.bureau_contracts import AIR, CONTRACTS, FIGURES, POPULATION
from tests.statements import counted

DAY = date(2026, 9, 24)


def _composed(select_: str) -> Composed:
    return Composed(Composition.STATISTICAL, f"SELECT station, {select_} GROUP BY station")


# Composed of what is composed, joined with what is published and with what nobody knows.
FAR = replace(
    FIGURES, id="eco-far", table="far", title="站点读数之和",
    composed=_composed("sum(readings) AS readings FROM eco.figures"),
    joins=(Join("station", AIR.name, "station"), Join("station", POPULATION.name, "district")),
)  # fmt: skip
JOINED = replace(
    AIR, id="eco-joined", table="joined", title="相连的表", joins=(Join("station", FAR.name, "station"),)
)
NAMES = (*(one.name for one in CONTRACTS), FAR.name, JOINED.name, "eco.nobody")
ACTS = Acts(by="李四", reason="first entry", now=NOON, assessment="PIA-2026-1")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    # Bureaus are copies of one: what a process keeps of a store would be taken for another's.
    views._kept.clear()
    bitmaps._kept.clear()
    yield
    views._kept.clear()
    bitmaps._kept.clear()


@pytest.fixture
def ledger(bureau: Bureau) -> Engine:
    """The ledger of the bureau with more that hangs together, and a link that was tested."""
    with writing(bureau.engine) as connection:
        enter_all(connection, [(FAR, None), (JOINED, None)], ACTS, submit=True, publish=True)
        link = {"id": "lnk_1", "dataset": AIR.name, "kind": "file", "target": "x", "settings": {},
                "digest": "0", "tied_by": "李四", "tied_at": NOON, "evidence_id": "evi_1"}  # fmt: skip
        connection.execute(insert(links), [link])
        _tested(connection, alive=True)
    return bureau.engine


def _tested(connection: Connection, *, alive: bool) -> None:
    number = len(connection.execute(select(link_probes.c.id)).all())
    probe = {"id": f"prb_{number}", "link_id": "lnk_1", "dataset": AIR.name, "alive": alive, "why": "tried",
             "tested_at": NOON - timedelta(hours=9 - number), "details": {}, "tested_by": "李四",
             "evidence_id": "evi_1"}  # fmt: skip
    connection.execute(insert(link_probes), [probe])


def _state(connection: Connection, name: str, state: str) -> None:
    connection.execute(update(entries).where(entries.c.name == name).values(state=state))


def _released_again(connection: Connection, name: str) -> None:
    newest = select(releases).where(releases.c.dataset == name).order_by(releases.c.number.desc())
    row = dict(connection.execute(newest).first()._mapping)  # type: ignore[union-attr]
    more = {"id": f"rel_{row['number'] + 1}", "number": row["number"] + 1, "row_count": row["row_count"] * 7}
    connection.execute(insert(releases), [row | more])


def _retitled(connection: Connection, name: str) -> None:
    of = revisions.c.entry_id == select(entries.c.id).where(entries.c.name == name).scalar_subquery()
    for row in connection.execute(select(revisions).where(of)).all():
        text = row.contract.replace(AIR.title, "大气质量").replace(
            '"unitFree","value":true', '"unitFree","value":false'
        )
        connection.execute(
            update(revisions).where(of, revisions.c.number == row.number).values(contract=text)
        )


# What may happen to a ledger between two looks at it.
CHANGES: dict[str, Callable[[Connection], object]] = {
    "withdrawn": lambda c: _state(c, AIR.name, "withdrawn"),
    "withdrawn, and joined with": lambda c: _state(c, FAR.name, "withdrawn"),
    "released again": lambda c: _released_again(c, POPULATION.name),
    "of another level": lambda c: c.execute(
        update(releases).where(releases.c.dataset == AIR.name).values(grade=4)
    ),
    "never released": lambda c: c.execute(delete(releases).where(releases.c.dataset == FIGURES.name)),
    "tested and dead": lambda c: _tested(c, alive=False),
    "untied": lambda c: c.execute(update(links).values(removed_at=NOON - timedelta(days=2))),
    "composed of what is called otherwise": lambda c: _retitled(c, AIR.name),
    "composed of what is not there": lambda c: c.execute(
        update(entries).where(entries.c.name == FIGURES.name).values(name="eco.moved")
    ),
}


@contextmanager
def _undone(engine: Engine) -> Iterator[Connection]:
    """A transaction nothing of which stays."""

    class _Over(Exception):
        pass

    with pytest.raises(_Over), writing(engine) as connection:  # noqa: PT012  (it raises at its very end)
        yield connection
        raise _Over


def _told(do: Callable[[], object]) -> object:
    """What is answered, or which entry is unknown."""
    try:
        return do()
    except UnknownDataset as unknown:
        return str(unknown)


def _alone(connection: Connection, name: str) -> tuple[bytes, Any]:
    """What one dataset shows by the rules themselves: the hit, and what it may be joined with."""
    contract = current(connection, name).contract
    view = public_view_of(connection, name, family(connection, {name: contract}), DAY)
    tested = live(connection, DAY, [name]).get(name)
    found = None if tested is None else {"alive": tested.alive, "at": tested.tested_at, "why": tested.why}
    known = published(connection, (join.dataset for join in contract.joins))
    joins = [
        {"field": j.field, "with": f"{j.dataset}.{j.other}"} for j in contract.joins if j.dataset in known
    ]
    return to_json(view.to_document() | {"live": found}), joins


def _page(connection: Connection, names: Sequence[str]) -> list[tuple[bytes, Any]]:
    return [(one.hit, json.loads(one.whole)["joins"]) for one in views.several(connection, names, DAY)]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=30,
    deadline=None,
)
@given(
    names=st.lists(st.sampled_from(NAMES), max_size=9),
    known=st.sets(st.sampled_from(NAMES[:-1])),
    happened=st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=3),
)
def test_a_page_shows_of_each_what_it_shows_alone_whatever_was_known_and_happened(
    ledger: Engine, names: list[str], known: set[str], happened: list[str]
) -> None:
    views._kept.clear()
    with reading(ledger) as connection:
        views.several(connection, sorted(known), DAY)
    with _undone(ledger) as connection:
        for each in happened:
            CHANGES[each](connection)
        together = _told(lambda: _page(connection, names))
        assert together == _told(lambda: [_alone(connection, name) for name in names])
        again = _told(lambda: views.several(connection, names, DAY))
        assert again == _told(lambda: tuple(views.shown(connection, name, DAY) for name in names))
        views._kept.clear()
        assert again == _told(lambda: tuple(views.shown(connection, name, DAY) for name in names))


def test_after_any_change_a_page_shows_what_stands_now(ledger: Engine) -> None:
    for what, each in CHANGES.items():
        views._kept.clear()
        with reading(ledger) as connection:
            views.several(connection, NAMES[:-1], DAY)
        with _undone(ledger) as connection:
            before = _page(connection, NAMES[:-1])
            each(connection)
            alone = {name: _told(lambda name=name: _alone(connection, name)) for name in NAMES}  # type: ignore[misc]
            there = [name for name in NAMES if not isinstance(alone[name], str)]
            after = _page(connection, there)
            assert after == [alone[name] for name in there]
            assert after != before, what
            for gone in {*NAMES} - {*there}:
                with pytest.raises(UnknownDataset):
                    views.several(connection, [*there, gone], DAY)


def test_more_names_than_one_statement_takes_are_all_shown(
    ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading(ledger) as connection:
        whole = views.several(connection, NAMES[:-1], DAY)
        views._kept.clear()
        monkeypatch.setattr(prepared_lists, "_SIZES", (1, 4))
        assert (
            views.several(connection, NAMES[:-1], DAY) == whole == views.several(connection, NAMES[:-1], DAY)
        )


@pytest.fixture
def client(bureau: Bureau) -> TestClient:
    return TestClient(create_app(bureau.home, clock=bureau.clock, pool=bureau.pool))


def _bearer(bureau: Bureau, role: Role, organisation: str = DEPARTMENT["code"]) -> dict[str, str]:
    with writing(bureau.engine) as connection:
        made = issue(connection, organisation, role=role, by="张磊", days=1, now=bureau.clock())
    return {"Authorization": f"Bearer {made.secret}"}


def test_every_role_finds_what_it_may_read_one_by_one_and_nothing_else(
    bureau: Bureau, ledger: Engine, client: TestClient
) -> None:
    bureau.file(DEPARTMENT, bureau.weather)  # its first request makes it known
    with writing(bureau.engine) as connection:
        _state(connection, JOINED.name, "withdrawn")
    may = set()
    for role in Role:
        who = _bearer(bureau, role)
        found = client.get("/v1/search", params={"limit": 100}, headers=who)
        singly = {name: client.get(f"/v1/datasets/{name}", headers=who) for name in NAMES}
        if found.status_code != 200:
            assert {one.status_code for one in singly.values()} == {found.status_code} == {403}, role
            continue
        may.add(role)
        whole = {name: one.json() for name, one in singly.items() if one.status_code == 200}
        hits = found.json()["datasets"]
        assert {hit["name"] for hit in hits} == whole.keys() == {*NAMES} - {JOINED.name, "eco.nobody"}
        for hit in hits:
            assert hit == {key: whole[hit["name"]][key] for key in hit}, role
    assert Role.READER in may


def _many(number: int) -> Iterator[Contract]:
    """Threes of datasets: one, one composed of it and joined with it, one composed of that."""
    for at in range(number):
        one = replace(AIR, id=f"m-one{at}", schema="many", table=f"one{at}", title=f"许多表甲{at:02}")
        two = replace(
            FIGURES, id=f"m-two{at}", schema="many", table=f"two{at}", title=f"许多表乙{at:02}",
            joins=(Join("station", one.name, "station"), Join("station", AIR.name, "station")),
            composed=_composed(f"count(*) AS readings FROM {one.name}"),
        )  # fmt: skip
        three = replace(
            FIGURES, id=f"m-three{at}", schema="many", table=f"three{at}", title=f"许多表丙{at:02}",
            composed=_composed(f"sum(readings) AS readings FROM {two.name}"),
        )  # fmt: skip
        yield from (one, two, three)


def test_a_page_of_hits_takes_as_many_statements_as_one_of_few(bureau: Bureau, client: TestClient) -> None:
    with writing(bureau.engine) as connection:
        enter_all(connection, [(each, None) for each in _many(12)], ACTS, submit=True, publish=True)
    bureau.file(DEPARTMENT, bureau.weather)
    who = _bearer(bureau, Role.READER)

    def asked(limit: int) -> int:
        with counted(bureau.engine) as statements:
            found = client.get("/v1/search", params={"q": "许多", "limit": limit}, headers=who)
        assert found.json()["total"] == 36
        assert len(found.json()["datasets"]) == limit
        return len(statements)

    asked(1)  # the first search of a process reads the facets
    cold, warm = {}, {}
    for limit in (3, 36):
        views._kept.clear()
        cold[limit], warm[limit] = asked(limit), asked(limit)
    assert cold[3] == cold[36]
    assert warm[3] == warm[36] < cold[36]
