"""What was answered to a search is given out again only while a fresh answer would be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from catalog.cataloging.acts import Who
from catalog.cataloging.answering import withdraw
from catalog.cataloging.entering import Acts, enter_all
from catalog.errors import UnknownDataset
from catalog.search import bitmaps
from catalog.store import writing
from catalog.store.state import StoreState
from policies import rulebook
from policies.access import Role
from policies.machine import Office
from space.api.app import create_app
from space.identity import tokens
from space.preview import searches, views
from space.preview.searches import Question, Searches
from tests.space.bureau import DEPARTMENT, NOON, Bureau
from tests.space.bureau_contracts import AIR, FIGURES, POPULATION
from tests.space.preview.test_a_page_is_looked_at_together import CHANGES, FAR, JOINED, nothing_kept
from tests.statements import counted

__all__ = ["nothing_kept"]

DAY = date(2026, 9, 24)
ACTS = Acts(by="李四", reason="first entry", now=NOON, assessment="PIA-2026-1")
QUESTIONS = (
    Question("", (), 100),
    Question("", (), 2),
    Question("人口", (), 20),
    Question("空气", (), 20),
    Question("station", ("sharing=conditional", "sharing=unconditional"), 20),
    Question("element:person_name", (), 20),
    Question("没有这样的词", (), 20),
)


@pytest.fixture
def state(bureau: Bureau) -> Iterator[StoreState]:
    watching = StoreState(bureau.engine)
    yield watching
    watching.close()


@contextmanager
def _written(bureau: Bureau) -> Iterator[Connection]:
    with writing(bureau.engine) as connection:
        yield connection


def _told(do: Callable[[], bytes]) -> bytes | str:
    try:
        return do()
    except UnknownDataset as unknown:
        return str(unknown)


def _fresh(bureau: Bureau, question: Question, on: date = DAY) -> bytes | str:
    """What somebody is answered who kept nothing."""
    views._kept.clear()
    bitmaps._kept.clear()
    unwatched = StoreState(bureau.engine)
    unwatched.close()
    return _told(lambda: Searches(bureau.engine, unwatched).answer(question, on))


def _with_more(bureau: Bureau) -> None:
    with _written(bureau) as connection:
        enter_all(connection, [(FAR, None), (JOINED, None)], ACTS, submit=True, publish=True)


def test_an_answer_stands_while_nobody_writes_and_asks_the_store_nothing(
    bureau: Bureau, state: StoreState
) -> None:
    kept = Searches(bureau.engine, state)
    for question in QUESTIONS:
        assert kept.standing(question, DAY) is None
        made = kept.answer(question, DAY)
        assert made == _fresh(bureau, question)
        if bureau.engine.dialect.name == "sqlite":
            with counted(bureau.engine) as statements:
                assert kept.standing(question, DAY) == made
            assert statements == []
        assert kept.standing(question, DAY + timedelta(days=1)) is None


@pytest.mark.parametrize("watched", [True, False], ids=["the store is watched", "it cannot be"])
@pytest.mark.parametrize("change", sorted({*CHANGES} - {"tested and dead", "untied"}))
def test_after_any_change_the_next_answer_is_a_fresh_one(
    bureau: Bureau, state: StoreState, change: str, watched: bool
) -> None:
    _with_more(bureau)
    if not watched:
        state.close()
    kept = Searches(bureau.engine, state)
    before = [kept.answer(question, DAY) for question in QUESTIONS]
    assert [kept.answer(question, DAY) for question in QUESTIONS] == before
    with _written(bureau) as connection:
        CHANGES[change](connection)
    assert [kept.standing(question, DAY) for question in QUESTIONS] == [None] * len(QUESTIONS)
    after = [_told(lambda q=question: kept.answer(q, DAY)) for question in QUESTIONS]  # type: ignore[misc]
    assert after == [_fresh(bureau, question) for question in QUESTIONS]
    assert after != before


@pytest.mark.parametrize("watched", [True, False], ids=["the store is watched", "it cannot be"])
def test_what_is_published_is_found_by_the_next_call(
    bureau: Bureau, state: StoreState, watched: bool
) -> None:
    if not watched:
        state.close()
    kept = Searches(bureau.engine, state)
    before = [kept.answer(question, DAY) for question in QUESTIONS]
    _with_more(bureau)
    after = [kept.answer(question, DAY) for question in QUESTIONS]
    assert after == [_fresh(bureau, question) for question in QUESTIONS] != before
    assert FAR.name.encode() in after[0]


def test_what_is_withdrawn_and_comes_back_is_shown_as_long_as_it_is_there(
    bureau: Bureau, state: StoreState
) -> None:
    kept, question = Searches(bureau.engine, state), Question("人口", (), 20)
    there = kept.answer(question, DAY)
    assert POPULATION.name.encode() in there
    with _written(bureau) as connection:  # as another version may: the index does not hear of it
        CHANGES_BACK["away"](connection)
    away = kept.answer(question, DAY)
    assert POPULATION.name.encode() not in away
    with _written(bureau) as connection:
        CHANGES_BACK["back"](connection)
    assert kept.answer(question, DAY) == there


def _put(state: str) -> Callable[[Connection], object]:
    return lambda connection: connection.exec_driver_sql(
        f"UPDATE entries SET state = '{state}' WHERE name = '{POPULATION.name}'"
    )


CHANGES_BACK = {"away": _put("withdrawn"), "back": _put("published")}


def test_what_is_not_yet_written_shows_to_nobody(bureau: Bureau, state: StoreState) -> None:
    kept, question = Searches(bureau.engine, state), Question("人口", (), 20)
    before = kept.answer(question, DAY)
    with _written(bureau) as connection:
        CHANGES_BACK["away"](connection)
        assert kept.answer(question, DAY) == before
        assert kept.standing(question, DAY) in (before, None)
    assert kept.standing(question, DAY) is None
    assert POPULATION.name.encode() not in kept.answer(question, DAY)


def test_another_rule_shows_at_the_next_call(bureau: Bureau, state: StoreState) -> None:
    kept, question = Searches(bureau.engine, state), Question("", (), 20)
    before = kept.answer(question, DAY)
    row = "{name: k, value: 1000000, source: test, valid_from: 2026-01-01, confidence: test}"
    most = "{name: facet_values, value: 1, source: test, valid_from: 2026-01-01, confidence: test}"
    former = rulebook._Overlay.folder
    bureau.home.rules.mkdir(exist_ok=True)
    try:
        for file, line in (("disclosure", row), ("search", most)):
            (bureau.home.rules / f"{file}.yaml").write_text(f"rules:\n  - {line}\n", encoding="utf-8")
            rulebook.lay_over(bureau.home.rules)
            assert kept.standing(question, DAY) is None
            after = kept.answer(question, DAY)
            assert after == _fresh(bureau, question) != before
            before = after
    finally:
        rulebook.lay_over(former)


def test_answers_rest_on_no_rule_file_but_those_they_are_kept_by(
    bureau: Bureau, state: StoreState, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    edition = rulebook.edition

    def noted(file: str) -> tuple[tuple[str, int, int], ...]:
        asked.add(file)
        return edition(file)

    monkeypatch.setattr(rulebook, "edition", noted)
    for question in QUESTIONS:
        Searches(bureau.engine, state).answer(question, DAY)
    assert searches.RULES in asked
    assert asked <= {*views.RULES, searches.RULES}


@pytest.mark.embedded  # a store on a server cannot be watched, and nothing is kept whole of it
def test_no_more_is_kept_than_there_is_room_for(
    bureau: Bureau, state: StoreState, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Searches(bureau.engine, state)
    monkeypatch.setattr(searches, "_MOST", 2)
    made = [kept.answer(question, DAY) for question in QUESTIONS]
    assert [kept.standing(question, DAY) for question in QUESTIONS] == [None] * (len(made) - 2) + made[-2:]
    monkeypatch.setattr(searches, "_MOST_BYTES", len(made[0]) - 1)
    kept.answer(QUESTIONS[0], DAY)
    assert kept._kept == {}
    assert kept._bytes == 0
    kept.answer(QUESTIONS[-1], DAY)
    assert kept.standing(QUESTIONS[-1], DAY) == made[-1]


@pytest.fixture
def client(bureau: Bureau) -> TestClient:
    return TestClient(create_app(bureau.home, clock=bureau.clock, pool=bureau.pool))


def _issued(bureau: Bureau, role: Role) -> tokens.Issued:
    with writing(bureau.engine) as connection:
        return tokens.issue(connection, DEPARTMENT["code"], role=role, by="张磊", days=10, now=bureau.clock())


def _asked(client: TestClient, token: tokens.Issued, path: str = "/v1/search?q=空气") -> tuple[int, str]:
    answered = client.get(path, headers={"Authorization": f"Bearer {token.secret}"})
    return answered.status_code, answered.text


def test_nobody_is_answered_what_is_kept_for_others(bureau: Bureau, client: TestClient) -> None:
    bureau.file(DEPARTMENT, bureau.weather)  # its first request makes it known
    reader, other = _issued(bureau, Role.READER), _issued(bureau, Role.AUDIT_ADMIN)
    for path in ("/v1/search?q=空气", f"/v1/datasets/{AIR.name}"):
        first = _asked(client, reader, path)
        assert first[0] == 200
        assert _asked(client, reader, path) == first
        assert _asked(client, other, path)[0] == 403
        assert client.get(path).status_code == 401
    with writing(bureau.engine) as connection:
        tokens.withdraw(connection, reader.id, by="张磊", now=bureau.clock())
    assert _asked(client, reader)[0] == 401


def test_a_withdrawn_entry_is_found_and_shown_by_no_later_call(bureau: Bureau, client: TestClient) -> None:
    bureau.file(DEPARTMENT, bureau.weather)
    reader = _issued(bureau, Role.READER)
    paths = ("/v1/search", "/v1/search?q=空气", f"/v1/datasets/{AIR.name}")
    for path in (*paths, *paths):
        assert AIR.name in _asked(client, reader, path)[1]
    withdraw(bureau.engine, AIR.name, Who("市数据局", Office.AUTHORITY), reason="停用", now=bureau.clock())
    found = [_asked(client, reader, path) for path in paths]
    assert [status for status, _ in found] == [200, 200, 404]
    assert all(AIR.title not in text for _, text in found)
    assert all(f'"name":"{AIR.name}"' not in text for _, text in found)


def test_calls_of_a_quiet_store_ask_it_who_calls_and_nothing_else(bureau: Bureau, client: TestClient) -> None:
    bureau.file(DEPARTMENT, bureau.weather)
    reader = _issued(bureau, Role.READER)
    for path in ("/v1/search?q=空气", f"/v1/datasets/{FIGURES.name}"):
        first = _asked(client, reader, path)
        with counted(bureau.engine) as statements:
            assert _asked(client, reader, path) == first
        quiet = 1 if bureau.engine.dialect.name == "sqlite" else len(statements)
        assert len(statements) == quiet
