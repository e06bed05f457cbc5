from __future__ import annotations

import base64
import subprocess
import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from catalog.evidence import checkpoint as notes
from catalog.evidence import integrate, merkle, record, sequence
from catalog.evidence.append import EventName
from catalog.evidence.prove import (
    NotIntegrated,
    UnknownEntry,
    inclusion_holds,
    prove_consistency,
    prove_inclusion,
)
from catalog.evidence.verify import verify_store
from catalog.home import Home
from catalog.keys import Keys
from catalog.store import reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries
from contracts.canonical import canonical

Write = Callable[[int], list[str]]


def test_an_entry_leaves_with_the_business_row_when_the_transaction_fails(
    engine: Engine, noon: datetime
) -> None:
    def publish() -> None:
        with writing(engine) as connection:
            record(connection, event="dataset:release:publish", subject="a.b", body={}, now=noon)
            raise RuntimeError("the business row failed")

    with pytest.raises(RuntimeError, match="business"):
        publish()

    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(evidence_entries)).scalar_one() == 0


def test_a_leaf_is_the_canonical_json_of_the_entry(engine: Engine, noon: datetime) -> None:
    with writing(engine) as connection:
        entry_id = record(
            connection, event="grant:grant:sign", subject="g_1", body={"b": 1, "a": ["账"]}, now=noon
        )

    with reading(engine) as connection:
        row = connection.execute(select(evidence_entries)).one()
    leaf = canonical(
        {
            "event": "grant:grant:sign",
            "subject": "g_1",
            "body": {"a": ["账"], "b": 1},
            "recorded_at": "2026-09-24T04:00:00.000000Z",
            "id": entry_id,
        }
    )
    assert row.leaf_hash == merkle.leaf_hash(leaf).hex()
    assert row.position is None


@pytest.mark.parametrize("event", ["publish", "a:b", "A:b:c", "a:b:c:d", "a:b:c "])
def test_an_event_that_is_not_source_subject_action_is_refused(
    engine: Engine, noon: datetime, event: str
) -> None:
    with writing(engine) as connection, pytest.raises(EventName):
        record(connection, event=event, subject="x", body={}, now=noon)


def test_a_fresh_log_has_no_checkpoint_and_is_sound(engine: Engine, keys: Keys, noon: datetime) -> None:
    assert integrate(engine, keys.signer, noon) is None
    with reading(engine) as connection:
        verdict = verify_store(connection, keys.signer.public_raw)
    assert (verdict.ok, verdict.size, verdict.root) == (True, 0, merkle.EMPTY_ROOT.hex())


def test_integration_numbers_entries_in_their_order_and_signs_the_root(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    ids = write(5)

    newest = integrate(engine, keys.signer, noon)

    assert newest is not None
    assert notes.read(newest.note, keys.signer.public_raw) == (5, newest.root)
    with reading(engine) as connection:
        rows = connection.execute(select(evidence_entries).order_by(evidence_entries.c.position)).all()
    assert [row.id for row in rows] == ids
    assert merkle.tree_hash(bytes.fromhex(row.leaf_hash) for row in rows).hex() == newest.root


def test_a_late_entry_with_an_earlier_instant_still_gets_the_next_position(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    write(3)
    integrate(engine, keys.signer, noon)
    with writing(engine) as connection:
        late = record(connection, event="a:b:c", subject="late", body={}, now=noon - timedelta(days=1))

    integrate(engine, keys.signer, noon)

    with reading(engine) as connection:
        assert prove_inclusion(connection, late).position == 3


def test_integrating_again_without_new_entries_changes_nothing(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    write(3)
    first = integrate(engine, keys.signer, noon)

    assert integrate(engine, keys.signer, noon + timedelta(hours=1)) == first


def test_the_log_goes_on_over_many_batches(
    engine: Engine, keys: Keys, noon: datetime, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence, "BATCH", 3)
    write(10)

    newest = integrate(engine, keys.signer, noon)

    assert newest is not None
    with reading(engine) as connection:
        sizes = connection.execute(select(checkpoints.c.size).order_by(checkpoints.c.size)).scalars().all()
        verdict = verify_store(connection, keys.signer.public_raw)
    assert list(sizes) == [3, 6, 9, 10]
    assert (verdict.ok, verdict.size, verdict.pending) == (True, 10, 0)


def test_a_process_killed_while_signing_is_continued_and_never_signs_a_size_twice(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write
) -> None:
    write(3)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_SIGNING, str(home.root)], check=False, capture_output=True
    )
    assert killed.returncode == 9, killed.stderr.decode()
    with reading(engine) as connection:
        stored = connection.execute(select(checkpoints.c.size, checkpoints.c.root, checkpoints.c.note)).all()
        verdict = verify_store(connection, keys.signer.public_raw)
    assert [(row.size, row.note) for row in stored] == [(3, None)]
    assert (verdict.ok, verdict.pending) == (True, 3)

    write(2)
    integrate(engine, keys.signer, noon)

    with reading(engine) as connection:
        rows = connection.execute(select(checkpoints).order_by(checkpoints.c.size)).all()
        assert verify_store(connection, keys.signer.public_raw).ok
    assert [row.size for row in rows] == [3, 5]
    assert notes.read(rows[0].note, keys.signer.public_raw) == (3, stored[0].root)


KILLED_WHILE_SIGNING = textwrap.dedent(
    """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from catalog.evidence import checkpoint, integrate
    from catalog.home import Home
    from catalog.keys import load
    from catalog.store import open_store

    checkpoint.sign = lambda *_: os._exit(9)
    home = Home(Path(sys.argv[1]))
    integrate(open_store(home), load(home).signer, datetime.now(UTC))
    """
)


def test_a_process_killed_while_numbering_leaves_no_half_batch(
    engine: Engine, keys: Keys, noon: datetime, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(4)
    real, turns = sequence.place, []

    def stopped(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        turns.append(1)
        if len(turns) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(sequence, "BATCH", 2)
    monkeypatch.setattr(sequence, "place", stopped)
    with pytest.raises(KeyboardInterrupt):
        integrate(engine, keys.signer, noon)
    with reading(engine) as connection:
        placed = connection.execute(select(func.count(evidence_entries.c.position))).scalar_one()
    assert placed == 2

    integrate(engine, keys.signer, noon)

    with reading(engine) as connection:
        verdict = verify_store(connection, keys.signer.public_raw)
    assert (verdict.ok, verdict.size) == (True, 4)


def test_integrators_running_at_once_make_one_log(
    engine: Engine, keys: Keys, noon: datetime, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequence, "BATCH", 2)
    write(20)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: integrate(engine, keys.signer, noon), range(4)))

    with reading(engine) as connection:
        verdict = verify_store(connection, keys.signer.public_raw)
    assert (verdict.ok, verdict.size) == (True, 20)


def test_nothing_is_signed_over_an_entry_changed_while_it_waited(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    (entry_id,) = write(1)
    with writing(engine) as connection:
        connection.execute(update(evidence_entries).values(body='{"rows":7}'))

    with pytest.raises(sequence.LogBroken, match=entry_id):
        integrate(engine, keys.signer, noon)


@pytest.mark.parametrize("column", ["root", "frontier"])
def test_nothing_is_signed_after_a_changed_checkpoint(
    engine: Engine, keys: Keys, noon: datetime, write: Write, column: str
) -> None:
    write(1)
    integrate(engine, keys.signer, noon)
    with writing(engine) as connection:
        connection.execute(update(checkpoints).values({column: "ab" * 32}))
    write(1)

    with pytest.raises(sequence.LogBroken, match="does not continue checkpoint 1"):
        integrate(engine, keys.signer, noon)


def test_every_entry_is_proven_under_the_newest_checkpoint(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    ids = write(7)
    integrate(engine, keys.signer, noon)

    with reading(engine) as connection:
        proofs = [prove_inclusion(connection, entry_id) for entry_id in ids]

    assert all(inclusion_holds(proof, keys.signer.public_raw) for proof in proofs)
    assert [proof.position for proof in proofs] == list(range(7))


def test_an_entry_waiting_for_its_position_has_no_proof_yet(engine: Engine, write: Write) -> None:
    (entry_id,) = write(1)

    with reading(engine) as connection, pytest.raises(NotIntegrated, match="try again"):
        prove_inclusion(connection, entry_id)


def test_an_entry_that_does_not_exist_has_no_proof(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(UnknownEntry, match="ev_0"):
        prove_inclusion(connection, "ev_0")


def test_two_signed_sizes_are_shown_to_be_one_growing_log(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    for _ in range(3):
        write(3)
        integrate(engine, keys.signer, noon)

    with reading(engine) as connection:
        assert prove_consistency(connection, 3, 9).holds()
        assert prove_consistency(connection, 6, 6).holds()
        with pytest.raises(NotIntegrated):
            prove_consistency(connection, 4, 9)


def test_notes_follow_the_published_example() -> None:
    # The example of Go's golang.org/x/mod/sumdb/note, an independent implementation.
    name, encoded = "PeterNeumann", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
        "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    public = base64.b64decode(encoded)[1:]

    assert notes.open_note(note, name, public).startswith("If you think")
    with pytest.raises(notes.NoteInvalid, match="does not match"):
        notes.open_note(note.replace("answer", "Answer"), name, public)
    with pytest.raises(notes.NoteInvalid, match="not signed by this key"):
        notes.open_note(note, "EnochRoot", public)
