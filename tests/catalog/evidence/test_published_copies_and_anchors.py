"""Copies outside the installation: they only grow, survive a stop, and give away every change."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, func, select, update

from catalog.evidence import anchors, continuity, integrate
from catalog.evidence.cli import evidence
from catalog.evidence.export import CopyDiverged, export
from catalog.evidence.publishing import CopyUnreachable, publish
from catalog.evidence.verify import verify_export
from catalog.home import Home
from catalog.keys import Keys, KeyTrouble, heads
from catalog.store import reading, writing
from catalog.store.tables.evidence import checkpoints, evidence_anchors, evidence_entries

Write = Callable[[int], list[str]]
FILES = ("entries.jsonl", "checkpoints.jsonl", "checkpoint.txt", "public_key.pem", "keys.json")


@pytest.fixture
def copy(engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write) -> Path:
    """The published copy of six entries under two checkpoints."""
    for _ in range(2):
        write(3)
        publish(engine, home, keys.signer, noon)
    return home.root / "published"


def test_a_copy_is_appended_to_and_never_written_again(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, copy: Path
) -> None:
    first = {name: (copy / name).read_bytes() for name in FILES}
    assert sorted(path.name for path in copy.iterdir()) == sorted(FILES)
    write(2)

    done = publish(engine, home, keys.signer, noon)

    assert done is not None
    assert (done.size, done.folders) == (8, (copy,))
    for name in ("entries.jsonl", "checkpoints.jsonl"):
        assert (copy / name).read_bytes().startswith(first[name])
    assert verify_export(copy, keys.signer.public_raw).size == 8


def test_a_copy_torn_in_the_middle_of_a_line_is_continued(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, copy: Path
) -> None:
    with (copy / "entries.jsonl").open("ab") as out:
        out.write(b'{"leaf":{"bo')
    with (copy / "checkpoints.jsonl").open("ab") as out:
        out.write(b'{"bytes":')
    write(1)

    publish(engine, home, keys.signer, noon)

    assert verify_export(copy, keys.signer.public_raw).document()["first_bad"] is None
    assert verify_export(copy).size == 7


def test_a_copy_of_another_log_or_cut_short_is_not_continued(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, copy: Path
) -> None:
    whole = (copy / "entries.jsonl").read_bytes()
    (copy / "entries.jsonl").write_bytes(whole[:-40])
    with reading(engine) as connection, pytest.raises(CopyDiverged, match="was cut short"):
        export(connection, keys.signer, copy)
    (copy / "entries.jsonl").write_bytes(whole)
    lines = (copy / "checkpoints.jsonl").read_text().splitlines()
    last = json.loads(lines[-1]) | {"root": "0" * 64}
    (copy / "checkpoints.jsonl").write_text("\n".join([*lines[:-1], json.dumps(last)]) + "\n")
    with reading(engine) as connection, pytest.raises(CopyDiverged, match="does not continue the copy"):
        export(connection, keys.signer, copy)


def test_every_byte_of_a_copy_that_could_change_what_it_says_is_covered(copy: Path, keys: Keys) -> None:
    """Flip a bit of every seventh byte of each file that verification reads."""
    for name in ("entries.jsonl", "checkpoints.jsonl"):
        path, unseen = copy / name, []
        whole = path.read_bytes()
        for at in range(0, len(whole), 7):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            if verify_export(copy, keys.signer.public_raw).ok:
                unseen.append(at)
        path.write_bytes(whole)
        # Only how long the entries were at a checkpoint is not signed: a help for going on.
        lines, start = [], 0
        for line in whole.splitlines(keepends=True):
            end = start + line.index(b',"note"') if b'"bytes"' in line else start
            lines.append(range(start, end))
            start += len(line)
        assert [at for at in unseen if not any(at in span for span in lines)] == [], name


def test_the_log_is_published_outside_too_and_a_folder_that_is_gone_stops_it(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, tmp_path: Path
) -> None:
    outside = tmp_path / "elsewhere"
    write(2)

    done = CliRunner().invoke(evidence, ["publish", "--to", str(outside), "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "size": 2,
        "folders": [str(home.root / "published"), str(outside)],
    }
    assert verify_export(outside, keys.signer.public_raw).ok
    outside.rename(tmp_path / "away")
    write(1)
    with pytest.raises((CopyUnreachable, KeyTrouble), match="bring"):
        publish(engine, home, keys.signer, noon)
    with reading(engine) as connection:
        continuity.forget()
        assert "cannot be reached" in (continuity.suspension(connection) or "")


def test_a_whole_installation_set_back_is_told_by_the_copy_outside(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, tmp_path: Path
) -> None:
    heads.publish_to(home, tmp_path / "outside")
    (tmp_path / "outside").mkdir()
    write(3)
    publish(engine, home, keys.signer, noon)
    # Store, keys and inner copy as they were before anything was signed; the outer copy stays.
    with writing(engine) as connection:
        connection.execute(delete(checkpoints))
        connection.execute(update(evidence_entries).values(position=None))
    (home.keys / heads.HEAD_FILE).unlink()
    for path in (home.root / "published").iterdir():
        path.unlink()

    with pytest.raises(continuity.LogBroken, match="was restored"):
        integrate(engine, keys.signer, noon)


def test_a_size_is_never_signed_with_two_roots_even_where_the_store_was_set_back(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write
) -> None:
    write(2)
    integrate(engine, keys.signer, noon)

    with pytest.raises(KeyTrouble, match="has signed a log of 2 entries; one of 2 is not signed"):
        heads.keep(home, heads.Head(2, "0" * 64))
    with pytest.raises(KeyTrouble, match="one of 1 is not signed"):
        heads.keep(home, heads.Head(1, "0" * 64))
    (home.keys / heads.HEAD_FILE).write_text("torn")
    with pytest.raises(KeyTrouble, match="is damaged"):
        heads.known(home)


def test_an_anchor_is_printed_recorded_and_found_again(
    engine: Engine, keys: Keys, noon: datetime, write: Write
) -> None:
    write(3)
    run = CliRunner().invoke

    printed = run(evidence, ["anchor"]).stdout
    stated = json.loads(run(evidence, ["anchor", "--json"]).stdout)
    kept = run(
        evidence,
        ["anchor", "--kept-by", "市档案馆", "--reference", "2026-第17号", "--by", "王伟", "--json"],
    )
    unsaid = run(evidence, ["anchor", "--kept-by", "市档案馆"])

    assert stated["text"] in printed
    assert stated["digest"] in printed
    assert json.loads(kept.stdout)["digest"] == stated["digest"]
    assert unsaid.exit_code == 1
    write(2)
    integrate(engine, keys.signer, noon)
    assert "3 entries, 市档案馆 2026-第17号: holds" in run(evidence, ["anchors"]).stdout
    with writing(engine) as connection:
        connection.execute(update(evidence_anchors).values(root="0" * 64))
    assert run(evidence, ["anchors"]).exit_code == 1
    with reading(engine) as connection, pytest.raises(anchors.AnchorTrouble, match="of size 77"):
        anchors.sheet(connection, 77)


def test_growth_is_proven_by_command(engine: Engine, keys: Keys, noon: datetime, write: Write) -> None:
    for _ in range(2):
        write(3)
        integrate(engine, keys.signer, noon)

    found = json.loads(CliRunner().invoke(evidence, ["grown", "3", "6", "--json"]).stdout)

    assert found["holds"]
    assert "is the start of that of 6" in CliRunner().invoke(evidence, ["grown", "3", "6"]).stdout


def test_a_transaction_older_than_the_newest_checkpoint_is_no_restored_store(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write
) -> None:
    write(2)
    publish(engine, home, keys.signer, noon)
    with reading(engine) as before:
        assert before.execute(select(func.count()).select_from(checkpoints)).scalar_one() == 1
        write(1)
        publish(engine, home, keys.signer, noon)
        continuity.forget()

        found = continuity.suspension(before)

        assert before.execute(select(func.count()).select_from(checkpoints)).scalar_one() == 1, "a snapshot"
        assert found is None
