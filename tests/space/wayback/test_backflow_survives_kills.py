"""A round that is killed, or fails, leaves nothing half done; the next one sends the same."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import pipelines.backflow.sending as sending
from catalog.store import reading
from catalog.store.tables.backflow import attributions
from catalog.store.tables.evidence import evidence_entries
from pipelines.backflow.delivering import deliver_due
from space.wayback.backflow.inbox import listing, read_rows
from tests.forked import Program
from tests.space.wayback.conftest import STREET, VILLAGE
from tests.space.wayback.moves import HOMES


def test_a_process_killed_while_sending_is_resumed_without_a_second_delivery(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.subscribe("village")
    killed = Program(KILLED_BEFORE_THE_LAST_FILE, str(town.home.root))
    _, complaints = killed.communicate()
    assert killed.returncode == 9, complaints
    files = delivered_files(town)
    with reading(town.engine) as connection:
        assert listing(connection) == ()
    assert len(files) == 1

    run = town.deliver()

    assert {sent.area for sent in run.sent} == {STREET, VILLAGE}
    assert {path: content for path, content in delivered_files(town).items() if path in files} == files
    with reading(town.engine) as connection:
        assert all(read_rows(town.home, made).num_rows for made in listing(connection))
        entries = connection.execute(
            select(func.count()).where(evidence_entries.c.event == "backflow:delivery:send")
        ).scalar_one()
    assert entries == 2


@pytest.mark.full
def test_a_process_killed_between_two_transactions_leaves_the_first_one_standing(town: Any) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")
    town.subscribe("village")
    killed = Program(KILLED_BEFORE_THE_LAST_FILE, str(town.home.root), "one at a time")
    _, complaints = killed.communicate()
    assert killed.returncode == 9, complaints
    with reading(town.engine) as connection:
        assert [made.subscriber for made in listing(connection)] == ["street"]

    run = town.deliver()

    assert [sent.area for sent in run.sent] == [VILLAGE]
    assert town.deliver().sent == ()


def delivered_files(town: Any) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in (town.home.lake / "backflow").rglob("rel_*.parquet")
        if "_attributed" not in path.parts and "_unattributed" not in path.parts
    }


KILLED_BEFORE_THE_LAST_FILE = textwrap.dedent(
    """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    import pipelines.backflow.sending as sending
    from catalog.home import Home
    from catalog.store import open_store
    from pipelines.backflow.delivering import deliver_due

    real, files = sending.put, []

    def die(part, path):
        if len(files) == 1:
            os._exit(9)
        real(part, path)
        files.append(path)

    sending.put = die
    if len(sys.argv) > 2:
        sending.TOGETHER = 1
    home = Home(Path(sys.argv[1]))
    deliver_due(home, open_store(home), datetime.now(UTC))
    """
)


def test_a_delivery_that_fails_leaves_neither_row_nor_evidence(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.publish(town.population, town.residents(*HOMES))
    town.subscribe("street")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(sending, "put", full)
    with pytest.raises(OSError, match="no space"):
        deliver_due(town.home, town.engine, town.later())

    with reading(town.engine) as connection:
        assert listing(connection) == ()
        assert connection.execute(select(attributions)).all() == []
