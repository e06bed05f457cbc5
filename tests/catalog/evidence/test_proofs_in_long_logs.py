"""Proofs out of stored subtree hashes: those of the whole tree, for a few rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, select, update

from catalog.evidence import integrate, merkle, tiles
from catalog.evidence.append import leaf_bytes
from catalog.evidence.continuity import LogBroken
from catalog.evidence.prove import inclusion_holds, prove_consistency, prove_inclusion
from catalog.evidence.verify import verify_store
from catalog.keys import Keys
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries, evidence_tiles
from contracts.canonical import canonical

Write = Callable[[int], list[str]]


def leaf(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def nodes_of(made: tiles.Writing) -> dict[int, bytes]:
    return dict([*made.drain(), *made.partial()])


@given(st.integers(1, 9000), st.data())
@settings(max_examples=25, deadline=None)
def test_paths_out_of_tiles_are_those_of_the_whole_tree(size: int, data: st.DataObject) -> None:
    made = tiles.Writing(0, [])
    for number in range(size):
        made.append(leaf(number))
    held = nodes_of(made)

    def node(height: int, index: int) -> bytes:
        place, first, count = tiles._home(height, index)
        found = held[place][first * 32 : (first + count) * 32]
        return merkle.subtree_hash([found[at : at + 32] for at in range(0, len(found), 32)])

    leaves = [leaf(number) for number in range(size)]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert merkle.inclusion_path(size, index, node) == merkle.inclusion_proof(leaves, index)
    assert merkle.consistency_path(size, old, node) == merkle.consistency_proof(leaves, old)
    assert made.root() == merkle.tree_hash(leaves)


@given(st.text(), st.text(), st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_the_bytes_of_a_leaf_are_canonical_json(event_: str, subject: str, entry_id: str) -> None:
    fields = {"event": event_, "subject": subject, "id": entry_id, "recorded_at": "2026"}
    body = {"账": ["\u2028", 1, None]}

    made = leaf_bytes(
        entry_id=entry_id, event=event_, subject=subject, body=canonical(body).decode(), recorded_at="2026"
    )

    assert made == canonical({"body": body, **fields})


@pytest.fixture
def long_log(engine: Engine, keys: Keys, noon: datetime, write: Write) -> list[str]:
    for count in (1, 63, 1, 70, 200):
        ids = write(count)
        integrate(engine, keys.signer, noon)
    return ids


def test_a_proof_takes_three_reads_and_holds(engine: Engine, keys: Keys, long_log: list[str]) -> None:
    asked: list[Any] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with reading(engine) as connection:
        for entry_id in (long_log[0], long_log[64], long_log[-1]):
            asked.clear()
            assert inclusion_holds(prove_inclusion(connection, entry_id), keys.signer.public_raw)
            assert len(asked) == 3
        assert prove_consistency(connection, 64, 335).holds()
        assert prove_consistency(connection, 65, 135).holds()


def test_tiles_that_were_lost_are_made_again_and_proofs_hold_meanwhile(
    engine: Engine, keys: Keys, noon: datetime, write: Write, long_log: list[str]
) -> None:
    def held() -> dict[int, bytes]:
        with reading(engine) as connection:
            return {row.place: row.hashes for row in connection.execute(select(evidence_tiles))}

    before = held()
    with writing(engine) as connection:
        connection.execute(delete(evidence_tiles))  # as a store of an earlier version
    with reading(engine) as connection:
        assert inclusion_holds(prove_inclusion(connection, long_log[7]), keys.signer.public_raw)
        assert verify_store(connection, keys.signer.public_raw).ok
    write(1)
    integrate(engine, keys.signer, noon)

    assert len(held()) == len(before)
    with reading(engine) as connection:
        assert verify_store(connection, keys.signer.public_raw).ok


def test_a_changed_tile_proves_nothing_and_is_named(engine: Engine, keys: Keys, long_log: list[str]) -> None:
    with writing(engine) as connection:
        (first,) = connection.execute(
            select(evidence_tiles.c.hashes).where(evidence_tiles.c.place == 1)
        ).one()
        changed = bytes([first[0] ^ 1]) + first[1:]
        connection.execute(update(evidence_tiles).where(evidence_tiles.c.place == 1).values(hashes=changed))

    with reading(engine) as connection:
        found = verify_store(connection, keys.signer.public_raw).first_bad
        with pytest.raises(LogBroken, match="is not under its checkpoint"):
            prove_inclusion(connection, long_log[65])
    assert found == "entries 64 to 127: the stored subtree hashes are not those of the entries"


def test_a_tile_too_many_is_found(engine: Engine, keys: Keys, long_log: list[str]) -> None:
    with writing(engine) as connection:
        connection.execute(evidence_tiles.insert().values(place=999, hashes=b"x" * 32))

    with reading(engine) as connection:
        found = verify_store(connection, keys.signer.public_raw).first_bad
    assert found is not None
    assert found.startswith("stored subtree hashes:")


def test_every_entry_keeps_its_place_however_the_log_was_cut_into_batches(
    engine: Engine, keys: Keys, long_log: list[str]
) -> None:
    with reading(engine) as connection:
        rows = connection.execute(
            select(evidence_entries.c.id).order_by(evidence_entries.c.position)
        ).scalars()
        assert list(rows) == long_log
