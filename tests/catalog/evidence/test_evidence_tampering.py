from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text, update

from catalog.evidence import checkpoint as notes
from catalog.evidence import integrate, merkle
from catalog.evidence.append import leaf_bytes
from catalog.evidence.export import NothingToExport, export
from catalog.evidence.verify import ExportUnreadable, Verdict, verify_export, verify_store
from catalog.keys import Ed25519Signer, Keys, Ring
from catalog.store import reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries, evidence_tiles

Write = Callable[[int], list[str]]


@pytest.fixture
def log(engine: Engine, keys: Keys, noon: datetime, write: Write) -> list[str]:
    """Eight entries under two checkpoints, 4 and 8."""
    write(4)
    integrate(engine, keys.signer, noon)
    ids = write(4)
    integrate(engine, keys.signer, noon)
    return ids


@pytest.fixture
def copy(engine: Engine, keys: Keys, log: list[str], tmp_path: Path) -> Path:
    """The same log as an exported folder."""
    with reading(engine) as connection:
        assert export(connection, keys.signer, tmp_path / "copy") == 8
    return tmp_path / "copy"


def check(engine: Engine, keys: Keys, kept: str | None = None) -> Verdict:
    with reading(engine) as connection:
        return verify_store(connection, keys.signer.public_raw, kept)


def change(engine: Engine, entry_id: str, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(evidence_entries).where(evidence_entries.c.id == entry_id).values(**values))


def test_an_untouched_log_is_sound(engine: Engine, keys: Keys, log: list[str]) -> None:
    verdict = check(engine, keys)

    assert verdict.document() == {"ok": True, "size": 8, "root": verdict.root, "first_bad": None}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", '{"rows":3,"title":"台帐"}'),
        ("body", '{"rows": 2,"title":"台账"}'),
        ("body", "not json"),
        ("body", "[]"),
        ("event", "dataset:notice:withdraw"),
        ("subject", "civil.table_9"),
        ("leaf_hash", "0" * 64),
    ],
)
def test_a_changed_field_of_an_entry_is_found_and_named(
    engine: Engine, keys: Keys, log: list[str], column: str, value: str
) -> None:
    change(engine, log[2], **{column: value})

    assert check(engine, keys).first_bad == f"entry 2 ({log[2]}): its fields do not give its leaf hash"


def test_a_changed_instant_is_found_even_when_it_is_no_instant(
    engine: Engine, keys: Keys, log: list[str]
) -> None:
    with writing(engine) as connection:
        connection.execute(
            text("UPDATE evidence_entries SET recorded_at = 'never' WHERE id = :id"), {"id": log[5]}
        )

    assert check(engine, keys).first_bad == f"entry 5 ({log[5]}): its fields do not give its leaf hash"


def test_an_entry_rewritten_with_its_leaf_hash_breaks_the_checkpoint_over_it(
    engine: Engine, keys: Keys, log: list[str]
) -> None:
    with reading(engine) as connection:
        row = connection.execute(select(evidence_entries).where(evidence_entries.c.id == log[5])).one()
    body = '{"rows":900,"title":"台账"}'
    at = "2026-09-24T04:00:05.000000Z"
    leaf = leaf_bytes(entry_id=row.id, event=row.event, subject=row.subject, body=body, recorded_at=at)
    change(engine, log[5], body=body, leaf_hash=merkle.leaf_hash(leaf).hex())

    found = check(engine, keys).first_bad

    assert found == "checkpoint 8, entries 4 to 7: the root is not that of the entries"


def test_two_entries_that_changed_places_are_found(engine: Engine, keys: Keys, log: list[str]) -> None:
    change(engine, log[1], position=100)
    change(engine, log[2], position=1)
    change(engine, log[1], position=2)

    assert (
        check(engine, keys).first_bad == "checkpoint 4, entries 0 to 3: the root is not that of the entries"
    )


@pytest.mark.parametrize("index", [0, 3, 7])
def test_a_deleted_entry_is_found_and_named(engine: Engine, keys: Keys, log: list[str], index: int) -> None:
    with writing(engine) as connection:
        connection.execute(delete(evidence_entries).where(evidence_entries.c.id == log[index]))

    assert check(engine, keys).first_bad == f"entry {index}: missing"


def test_an_entry_put_back_into_the_outbox_is_found(engine: Engine, keys: Keys, log: list[str]) -> None:
    change(engine, log[7], position=None)

    assert check(engine, keys).first_bad == "entry 7: missing"


def test_an_entry_changed_while_it_waits_is_found_and_named(
    engine: Engine, keys: Keys, log: list[str], write: Write
) -> None:
    waiting = write(1)[-1]
    change(engine, waiting, subject="other")

    found = check(engine, keys)

    assert found.first_bad == f"pending entry ({waiting}): changed after it was recorded"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"root": "0" * 64}, "the root is not that of the entries"),
        ({"frontier": "0" * 64}, "the stored subtree roots are not those of the entries"),
        ({"note": None}, "not signed"),
        ({"note": "nothing"}, "the checkpoint is not a signed note"),
    ],
)
def test_a_changed_checkpoint_is_found_and_named(
    engine: Engine, keys: Keys, log: list[str], values: dict[str, Any], problem: str
) -> None:
    with writing(engine) as connection:
        connection.execute(update(checkpoints).where(checkpoints.c.size == 4).values(**values))

    assert check(engine, keys).first_bad == f"checkpoint 4, entries 0 to 3: {problem}"


def test_a_flipped_signature_is_found_and_named(engine: Engine, keys: Keys, log: list[str]) -> None:
    with writing(engine) as connection:
        note = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == 8)).scalar_one()
        head, _, blob = note.rstrip("\n").rpartition(" ")
        raw = bytearray(base64.b64decode(blob))
        raw[-1] ^= 1
        flipped = f"{head} {base64.b64encode(bytes(raw)).decode()}\n"
        connection.execute(update(checkpoints).where(checkpoints.c.size == 8).values(note=flipped))

    found = check(engine, keys).first_bad

    assert found == "checkpoint 8, entries 4 to 7: the signature of the checkpoint does not match its text"


def test_a_note_of_another_size_is_found(engine: Engine, keys: Keys, log: list[str]) -> None:
    with writing(engine) as connection:
        note = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == 4)).scalar_one()
        connection.execute(update(checkpoints).where(checkpoints.c.size == 8).values(note=note))

    found = check(engine, keys).first_bad

    assert found == "checkpoint 8, entries 4 to 7: the signed note names another size or root"


def test_a_log_signed_anew_with_another_key_is_found(engine: Engine, keys: Keys, log: list[str]) -> None:
    other = new_signer()
    with writing(engine) as connection:
        for row in connection.execute(select(checkpoints)).all():
            connection.execute(
                update(checkpoints)
                .where(checkpoints.c.size == row.size)
                .values(note=notes.sign(other, row.size, row.root))
            )

    assert check(engine, keys).first_bad == (
        "checkpoint 4, entries 0 to 3: the checkpoint is not signed by this key"
    )


def test_removed_checkpoints_leave_their_entries_uncovered(
    engine: Engine, keys: Keys, log: list[str]
) -> None:
    with writing(engine) as connection:
        connection.execute(delete(checkpoints).where(checkpoints.c.size == 8))

    assert check(engine, keys).first_bad == "entry 4: has a position but no checkpoint"


def test_a_tail_cut_off_with_its_checkpoint_is_shown_by_a_checkpoint_kept_elsewhere(
    engine: Engine, keys: Keys, log: list[str]
) -> None:
    with writing(engine) as connection:
        kept = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == 8)).scalar_one()
        connection.execute(delete(checkpoints).where(checkpoints.c.size == 8))
        connection.execute(delete(evidence_entries).where(evidence_entries.c.position >= 4))
        connection.execute(delete(evidence_tiles))  # they would be made again

    assert check(engine, keys).ok
    found = check(engine, keys, kept).first_bad

    assert found == "entry 4: missing, the kept checkpoint has 8 entries"


def test_a_log_rebuilt_by_the_key_holder_is_shown_by_a_checkpoint_kept_elsewhere(
    engine: Engine, keys: Keys, log: list[str], noon: datetime
) -> None:
    with writing(engine) as connection:
        kept = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == 4)).scalar_one()
        connection.execute(delete(checkpoints))
        connection.execute(delete(evidence_entries).where(evidence_entries.c.id == log[0]))
        connection.execute(update(evidence_entries).values(position=None))
    # Whoever took the key elsewhere has nothing that remembers what it signed.
    integrate(engine, keys.signer.fixed(), noon)

    assert check(engine, keys).ok
    found = check(engine, keys, kept).first_bad

    assert found == "checkpoint 4: the log was rewritten since the kept checkpoint"


def test_an_exported_copy_is_verified_without_the_installation(copy: Path, keys: Keys) -> None:
    verdict = verify_export(copy)

    assert (verdict.ok, verdict.size) == (True, 8)
    assert verify_export(copy, keys.signer.public_raw).ok


def test_an_exported_leaf_is_hashed_by_one_line_of_code(copy: Path) -> None:
    line = (copy / "entries.jsonl").read_bytes().splitlines()[3]
    leaf = line[len(b'{"leaf":') : line.index(b',"leaf_hash"')]

    assert merkle.leaf_hash(leaf).hex() == json.loads(line)["leaf_hash"]


@pytest.mark.parametrize("old", [b"civil.table_2", b"dataset:notice:publish", b'"rows":2', b"04:00:02"])
def test_a_changed_byte_of_an_exported_entry_is_found_and_named(
    copy: Path, log: list[str], old: bytes
) -> None:
    path = copy / "entries.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    assert old in lines[2]
    lines[2] = lines[2].replace(old, old[:-1] + bytes([old[-1] ^ 1]))
    path.write_bytes(b"".join(lines))

    assert verify_export(copy).first_bad == f"entry 2 ({log[2]}): its fields do not give its leaf hash"


def test_a_line_removed_from_an_exported_copy_is_found(copy: Path) -> None:
    path = copy / "entries.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5] + lines[6:]))

    assert verify_export(copy).first_bad == "entry 5: missing"


def test_an_unreadable_line_of_an_exported_copy_is_found(copy: Path) -> None:
    path = copy / "entries.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:6], b"torn\n", *lines[7:]]))

    assert verify_export(copy).first_bad == "entry 6 (unreadable line): its fields do not give its leaf hash"


@pytest.mark.parametrize(
    "content", ["torn\n", '{"size":1}\n', '{"note":"","root":"ab","size":1}\n', '["size"]\n']
)
def test_unreadable_checkpoints_of_an_exported_copy_are_found(copy: Path, content: str) -> None:
    (copy / "checkpoints.jsonl").write_text(content)

    verdict = verify_export(copy)

    assert not verdict.ok
    assert verdict.first_bad == "checkpoints.jsonl: not lines of size, root and note"


def test_an_exported_copy_without_signatures_is_not_sound(copy: Path) -> None:
    path = copy / "checkpoints.jsonl"
    last = json.loads(path.read_text().splitlines()[-1]) | {"note": None}
    path.write_text(json.dumps(last) + "\n")

    assert verify_export(copy).first_bad == "checkpoint 8: not signed"


def test_an_exported_copy_forged_with_another_key_is_found_with_the_trusted_key(
    copy: Path, keys: Keys
) -> None:
    other = new_signer()
    path = copy / "checkpoints.jsonl"
    marks = [json.loads(line) for line in path.read_text().splitlines()]
    forged = [m | {"note": notes.sign(other, m["size"], m["root"])} for m in marks]
    path.write_text("".join(json.dumps(m) + "\n" for m in forged))
    (copy / "public_key.pem").write_bytes(other.public_pem)
    (copy / "keys.json").write_text(json.dumps(Ring.single(other.public_raw).jwks()))

    assert verify_export(copy).ok
    assert not verify_export(copy, keys.signer.public_raw).ok


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportUnreadable, match="not an exported evidence log"):
        verify_export(tmp_path)


def test_an_empty_log_is_not_exported(engine: Engine, keys: Keys, tmp_path: Path) -> None:
    with reading(engine) as connection, pytest.raises(NothingToExport):
        export(connection, keys.signer, tmp_path / "copy")


def new_signer() -> Ed25519Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519Signer.of(Ed25519PrivateKey.generate())
