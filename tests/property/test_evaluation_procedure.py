"""Evaluations: every state × event × office by the public functions, against the one table."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from sqlalchemy import Connection, func, select

from catalog.home import Home
from catalog.store import create_store, writing
from catalog.store.tables.evaluation import evaluation_steps
from catalog.store.tables.evidence import evidence_entries
from policies.evaluation import Judge
from policies.machine import IllegalStep, machine
from space.errors import Refused
from space.evaluation import acting, contesting
from space.evaluation.evaluations import PROCEDURE, by_id, objections_of
from tests.space.money.till import AGENCY, BODY, FIRM, Till

TABLE = machine(PROCEDURE, Judge)
NOW, LATER = datetime(2026, 10, 8, 4, 0, tzinfo=UTC), datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
WHO: Final = {Judge.SELF: BODY, Judge.USER: FIRM, Judge.THIRD_PARTY: AGENCY, Judge.AUTHORITY: "甲"}


class _Undo(Exception):
    """Takes a walk back."""


@pytest.fixture(scope="module")
def open_till(tmp_path_factory: pytest.TempPathFactory) -> tuple[Till, str]:
    """A till with a grant that is evaluated."""
    home = Home(tmp_path_factory.mktemp("evaluated") / "var")
    till = Till.opened(home, create_store(home))
    return till, till.grant().id


@contextlib.contextmanager
def taken_back(till: Till) -> Iterator[Connection]:
    with contextlib.suppress(_Undo), writing(till.engine) as connection:
        yield connection
        raise _Undo


def _review(connection: Connection, made: str, office: Judge) -> None:
    acting.review(
        connection, made, mark=80, words="依据", organisation=WHO[office], office=office, by="评", now=NOW
    )


def _object(connection: Connection, made: str, office: Judge) -> str:
    return contesting.object_(
        connection, made, indicator="users", reason="样本", organisation=WHO[office], office=office, by="异",
        now=NOW,
    )  # fmt: skip


def _answer(connection: Connection, made: str, office: Judge) -> None:
    for each in objections_of(connection, made):
        contesting.answer(connection, each["id"], "rejected", basis="办法", by="答", now=NOW, office=office)


EVENTS: Final[dict[str, Callable[[Connection, str, Judge], Any]]] = {
    "review": _review,
    "object": _object,
    "answer": _answer,
    "publish": lambda c, e, o: acting.publish(c, e, by="甲", now=NOW, office=o),
    "drop": lambda c, e, o: acting.drop(c, e, by="甲", now=NOW, office=o),
    "freeze": lambda c, e, o: acting.freeze(c, e, by="甲", now=LATER, office=o),
}


def _reach(connection: Connection, grant: str, state: str, event: str, office: Judge) -> str:
    """A grant's evaluation in a state, ready for an event but for its lawfulness."""
    made = acting.open_(connection, "grant", grant, "2026Q3", by="甲", now=NOW).id
    if state == "dropped":
        acting.drop(connection, made, by="甲", now=NOW)
        return made
    if not (state == "collecting" and event == "review" and office is Judge.SELF):
        _review(connection, made, Judge.SELF)
    if state in ("published", "frozen"):
        acting.publish(connection, made, by="甲", now=NOW)
        if event == "answer":
            _object(connection, made, Judge.USER)
    if state == "frozen":
        if event == "answer":
            _answer(connection, made, Judge.AUTHORITY)
        acting.freeze(connection, made, by="甲", now=LATER)
    return made


def test_the_table_and_this_walk_name_the_same_events() -> None:
    assert {*EVENTS, "open"} == set(TABLE.events)
    assert TABLE.states == ("new", "collecting", "dropped", "published", "frozen")


def test_every_step_is_taken_exactly_where_the_table_has_it(open_till: tuple[Till, str]) -> None:
    till, grant = open_till
    for state, event, office in itertools.product(TABLE.states[1:], EVENTS, Judge):
        lawful = {s.next for s in TABLE.open_steps(state) if (s.event, s.office) == (event, office)}
        with taken_back(till) as connection:
            made = _reach(connection, grant, state, event, office)
            before = by_id(connection, made)
            if event == "answer" and state in ("collecting", "dropped"):
                continue  # there is no objection that could be answered
            if lawful:
                EVENTS[event](connection, made, office)
            else:
                with pytest.raises(IllegalStep) as refused:
                    EVENTS[event](connection, made, office)
                assert refused.value.denial.reasons[0].code == "procedure.step"
                assert by_id(connection, made) == before
            assert {by_id(connection, made).state} == (lawful or {state})
            steps = (
                select(func.count())
                .select_from(evaluation_steps)
                .where(evaluation_steps.c.evaluation_id == made)
            )
            entries = (
                select(func.count()).select_from(evidence_entries).where(evidence_entries.c.subject == made)
            )
            assert connection.execute(steps).scalar() == connection.execute(entries).scalar()


def test_an_organisation_acts_in_the_office_it_stands_in_alone(open_till: tuple[Till, str]) -> None:
    till, grant = open_till
    offices = (Judge.SELF, Judge.USER, Judge.THIRD_PARTY)
    for mine, other in itertools.permutations(offices, 2):
        with taken_back(till) as connection:
            made = acting.open_(connection, "grant", grant, "2026Q3", by="甲", now=NOW).id
            with pytest.raises(Refused, match=r"evaluation\.office"):
                acting.review(
                    connection, made, mark=80, words="依据", organisation=WHO[mine], office=other, by="评",
                    now=NOW,
                )  # fmt: skip
