"""Confirmation is one act: as shown or not at all; what follows a submission never takes it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from catalog import revisions
from catalog.errors import CatalogError
from catalog.store import reading
from catalog.store.tables.backflow import notices
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import submissions
from space.errors import Refused, Unknown
from space.wayback.forms import confirming, demands, handing_in, results, submitting
from space.wayback.forms.admission import admit
from space.wayback.forms.confirming import confirm, shown_digest, withdraw
from space.wayback.forms.filling import Filled, answered, submit
from space.wayback.forms.sending import send
from space.wayback.forms.tasks import Task, task
from tests.space.wayback.conftest import EAST, WEST
from tests.space.wayback.test_forms_are_demanded_compared_and_sent import ASKS_AGAIN, FORM, codes


def sent(town: Any) -> Task:
    admit(town.engine, FORM, by="王敏", now=town.now)
    (made,) = send(town.home, town.engine, "ELDER-02", ["street"], by="李四", now=town.now)
    return made


def sheet(town: Any, **changed: Any) -> Filled:
    return replace(Filled("ELDER-02", "2026-09", "street", town.person(1), {}), **changed)


def stored(town: Any) -> int:
    with reading(town.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(submissions)).scalar_one())


def told(town: Any) -> str:
    with reading(town.engine) as connection:
        return "".join(connection.execute(select(evidence_entries.c.body)).scalars())


def test_what_is_confirmed_is_what_was_shown(paying: Any) -> None:
    made = sent(paying)
    shown = shown_digest(paying.home, paying.engine, made.id, paying.now)
    assert shown_digest(paying.home, paying.engine, made.id, paying.later()) == shown

    paying.publish(paying.population, paying.residents(EAST, WEST))
    with pytest.raises(Refused) as refused:
        confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later(), shown=shown)

    assert codes(refused) == {"form.confirm.changed"}
    assert stored(paying) == 0
    anew = shown_digest(paying.home, paying.engine, made.id, paying.later())
    done = confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later(), shown=anew)
    assert (done.sheets, stored(paying)) == (2, 2)
    assert paying.person(1) not in shown


def test_a_confirmation_that_fails_at_its_end_leaves_no_sheet(
    paying: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sent(paying)
    with monkeypatch.context() as dying:
        dying.setattr(confirming, "record", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())

    assert stored(paying) == 0
    with reading(paying.engine) as connection:
        assert task(connection, made.id).state == "open"
    folder = paying.home.lake / "landing" / "forms"
    assert list(folder.rglob("*.jsonl")) == []
    assert submitting.settle(paying.home, paying.engine, datetime.now(UTC) + timedelta(hours=2)) == 2
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later()).sheets == 1


def test_a_task_taken_back_while_it_is_confirmed_is_not_confirmed(
    paying: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, really = sent(paying), answered

    def meanwhile(*given: Any) -> Any:
        withdraw(paying.engine, made.id, reason="并入年报", by="李四", now=paying.now)
        return really(*given)

    monkeypatch.setattr("space.wayback.forms.confirming.answered", meanwhile)
    with pytest.raises(Refused) as refused:
        confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())

    assert (codes(refused), stored(paying)) == ({"form.task.closed"}, 0)


def test_nothing_is_handed_in_for_a_task_that_is_closed_or_anothers(paying: Any) -> None:
    made = sent(paying)
    with pytest.raises(Unknown):
        submit(
            paying.home,
            paying.engine,
            sheet(paying, period="2026-10"),
            by="王五",
            now=paying.now,
            task=made.id,
        )
    withdraw(paying.engine, made.id, reason="并入年报", by="李四", now=paying.now)
    for named in (made.id, None):
        with pytest.raises(Refused) as refused:
            submit(paying.home, paying.engine, sheet(paying), by="王五", now=paying.now, task=named)
        assert codes(refused) == {"form.task.closed"}
    assert stored(paying) == 0


def test_sheets_handed_in_for_a_task_count_as_submitted_before(paying: Any) -> None:
    made = sent(paying)
    submit(paying.home, paying.engine, sheet(paying), by="王五", now=paying.now, task=made.id)

    done = confirm(paying.home, paying.engine, made.id, by="王五", now=paying.later())

    assert (done.sheets, done.before) == (0, 1)


def test_a_submission_stands_where_its_dataset_cannot_be_entered_yet(
    paying: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: Any, **__: Any) -> str:
        raise CatalogError("the ledger is being moved")

    sent(paying)
    with monkeypatch.context() as failing:
        failing.setattr(handing_in, "register_result", refuses)
        failing.setattr(results, "renew_result", refuses)
        done = submit(paying.home, paying.engine, sheet(paying), by="王五", now=paying.later())
        assert results.register_missing(paying.home, paying.engine, paying.later()) == 0

    assert (done.form, stored(paying)) == ("ELDER-02", 1)
    assert results.register_missing(paying.home, paying.engine, paying.later()) == 1
    assert results.register_missing(paying.home, paying.engine, paying.later()) == 0
    with reading(paying.engine) as connection:
        assert revisions.current(connection, "forms.f_elder_02").state == "published"


def test_no_file_has_its_name_before_its_submission_is_committed(
    paying: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(paying)
    with monkeypatch.context() as dying:
        dying.setattr(handing_in, "land", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            submit(paying.home, paying.engine, sheet(paying), by="王五", now=paying.later())
    folder = paying.home.lake / "landing" / "forms" / "ELDER-02" / "2026-09"
    assert list(folder.rglob("*.jsonl")) == []

    assert submitting.settle(paying.home, paying.engine, datetime.now(UTC)) == 2

    with reading(paying.engine) as connection:
        row = connection.execute(select(submissions)).one()
    assert {path.relative_to(paying.home.lake).as_posix() for path in folder.rglob("*.jsonl")} == {
        row.path,
        row.rows_path,
    }


def test_what_people_write_in_reasons_stands_in_no_evidence(paying: Any) -> None:
    made = sent(paying)
    withdraw(paying.engine, made.id, reason="居民1已登记", by="李四", now=paying.now)
    asked, _ = demands.ask(paying.engine, ASKS_AGAIN, reason="居民1来信", by="李四", now=paying.now)
    said: dict[str, Any] = {"basis": "云数〔2026〕7号", "despite": "居民1例外", "by": "王敏"}
    demands.decide(paying.engine, asked.id, admitted=True, now=paying.now, **said)

    assert "居民1" not in told(paying)
    assert "云数〔2026〕7号" in told(paying)
    with reading(paying.engine) as connection:
        messages = connection.execute(select(notices.c.message).where(notices.c.subject == made.id)).scalars()
        assert any("居民1已登记" in each for each in messages)


def test_a_text_that_is_too_long_is_refused_at_every_door(paying: Any) -> None:
    made, long = sent(paying), "长" * 2001
    acts: list[Callable[[], object]] = [
        lambda: withdraw(paying.engine, made.id, reason=long, by="李四", now=paying.now),
        lambda: demands.ask(paying.engine, ASKS_AGAIN, reason=long, by="李四", now=paying.now),
        lambda: submit(
            paying.home, paying.engine, sheet(paying, reasons={"amount": long}), by="王五", now=paying.now
        ),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == {"form.text.long"}
