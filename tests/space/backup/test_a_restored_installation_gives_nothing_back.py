"""Backup while serving, restore into an empty place: no budget comes back, no size is signed twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from catalog import keys
from catalog.backup import signature
from catalog.backup.errors import BackupDamaged, NotBackedUp, NotRestored
from catalog.backup.manifest import Manifest, digest_of, verify
from catalog.backup.putting_back import Keys, put_back
from catalog.backup.rows import LEFT_OUT
from catalog.backup.taking import Source, take
from catalog.evidence import continuity, integrate
from catalog.evidence.continuity import LogBroken
from catalog.evidence.publishing import publish
from catalog.evidence.restoring import NotResumable
from catalog.evidence.verify import verify_export, verify_store
from catalog.home import Home
from catalog.keys import heads
from catalog.keys.rotation import rotate
from catalog.keys.signers import Algorithm
from catalog.releases.published import all_latest, read_vault
from catalog.search import search
from catalog.store import open_store, reading
from catalog.store.schema import metadata
from catalog.store.tables.evidence import checkpoints
from catalog.store.tables.grants import privacy_years
from catalog.store.tables.queries import usages
from contracts.canonical import canonical
from policies.decision import Deny
from policies.rulebook import lay_over
from space.resuming import resume
from tests.servers import PostgreSQL, moved_to_server
from tests.space.contracting.parties import new_key

BY_DISTRICT = "SELECT district, count(*) AS people FROM civil.population GROUP BY district"
BY_SEX = "SELECT sex, count(*) AS people FROM civil.population GROUP BY sex"
BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def outside(busy: Any, tmp_path: Path) -> Path:
    """A folder outside the installation its log is published to."""
    folder = tmp_path / "outside"
    folder.mkdir()
    heads.publish_to(busy.home, folder)
    return folder


def backed_up(busy: Any, folder: Path, passphrase: str | None = PASSPHRASE) -> Manifest:
    source = Source(busy.home, busy.engine, busy.keys.signer)
    return take(source, folder, by="李敏", passphrase=passphrase, now=busy.clock())


def restored(busy: Any, folder: Path, given: Keys | None = None, database: str | None = None) -> None:
    """The installation is lost, and its backup restored in its place."""
    busy.engine.dispose()
    shutil.rmtree(busy.home.root)
    put_back(busy.home, folder, given or Keys(PASSPHRASE), database=database)
    lay_over(busy.home.rules)
    busy.engine = open_store(busy.home)
    busy.keys = keys.load(busy.home)
    continuity.forget()


def spent(busy: Any, held: Any) -> tuple[int, int, int]:
    row = busy.row(held)
    return row.calls_used, row.nrho_spent, row.charged_fen


def rows_of(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in LEFT_OUT
        }


def test_a_restored_installation_has_every_row_release_and_file(busy: Any, tmp_path: Path) -> None:
    busy.ask(busy.held(busy.people), BY_DISTRICT)
    made = backed_up(busy, tmp_path / "backup")
    before = {name: rows for name, rows in rows_of(busy.engine).items() if name != "evidence_entries"}
    with reading(busy.engine) as connection:
        vaults = {each.id: read_vault(busy.home, each) for each in all_latest(connection)}
        hits = [hit.name for hit in search(connection, "人口")]

    restored(busy, tmp_path / "backup")

    after = rows_of(busy.engine)
    assert {name: rows for name, rows in after.items() if name != "evidence_entries"} == before
    assert made.rows["evidence_entries"] == len(after["evidence_entries"])
    with reading(busy.engine) as connection:
        assert {each.id: read_vault(busy.home, each) for each in all_latest(connection)} == vaults
        assert [hit.name for hit in search(connection, "人口")] == hits
    assert not [path for path in busy.home.root.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert not list(busy.home.root.parent.glob(".*restoring*"))


SERVER = pytest.param("postgresql", marks=pytest.mark.full)


@pytest.mark.parametrize("store", ["sqlite", SERVER])
def test_what_was_spent_after_the_backup_is_spent_after_its_restore(
    busy: Any, outside: Path, tmp_path: Path, store: str, request: pytest.FixtureRequest
) -> None:
    database = None
    if store == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgres")
        busy.engine, database = moved_to_server(busy.home, busy.engine, server), server.new_database()
    people, trade = busy.held(busy.people), busy.held(busy.trade)
    busy.ask(people, BY_DISTRICT)
    backed_up(busy, tmp_path / "backup")
    busy.ask(people, BY_SEX)
    busy.ask(trade, BY_INDUSTRY)
    before = {held.id: spent(busy, held) for held in (people, trade)}
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())

    restored(busy, tmp_path / "backup", database=database)

    refused = busy.ask(people, BY_SEX)
    assert isinstance(refused, Deny)
    assert refused.reasons[0].code == "log.restored"
    with pytest.raises(LogBroken, match="restored"):
        integrate(busy.engine, busy.keys.signer, busy.clock())
    assert spent(busy, people)[1] < before[people.id][1]

    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock())

    assert {held.id: spent(busy, held) for held in (people, trade)} == before
    assert not isinstance(busy.ask(people, BY_DISTRICT), Deny)
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    assert verify_export(outside, busy.keys.signer.public_raw).ok, "the same copy goes on"
    with reading(busy.engine) as connection:
        assert verify_store(connection, busy.keys.signer.public_raw).first_bad is None


@pytest.mark.full
def test_a_copy_as_old_as_the_backup_shows_nothing_until_a_person_states_it(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    backed_up(busy, tmp_path / "backup")
    restored(busy, tmp_path / "backup")
    with pytest.raises(NotResumable, match="--nothing-since"):
        resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock())
    assert isinstance(busy.ask(busy.held(busy.people), BY_SEX), Deny)

    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)

    assert not isinstance(busy.ask(busy.held(busy.people), BY_SEX), Deny)
    with pytest.raises(NotResumable, match="nothing to resume"):
        resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)


def test_what_was_signed_and_not_published_is_known_outside_though_keys_came_from_the_backup(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    people, signer = busy.held(busy.people), busy.keys.signer
    backed_up(busy, tmp_path / "backup")
    busy.ask(people, BY_SEX)
    signed = integrate(busy.engine, signer, busy.clock())
    assert signed is not None
    assert heads.published(outside).size < signed.size  # type: ignore[union-attr]

    restored(busy, tmp_path / "backup")

    with pytest.raises(NotResumable, match="--give-up"):
        resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)
    done = resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), give_up=True)

    assert done.lost > 0
    row = busy.row(people)
    assert row.nrho_spent == row.nrho_limit
    c = checkpoints.c
    with reading(busy.engine) as connection:
        sizes = connection.execute(select(c.size).where(c.size > done.common)).scalars().all()
        assert verify_store(connection, busy.keys.signer.public_raw).first_bad is None
    assert min(sizes) > signed.size, "no size is signed twice"
    assert isinstance(busy.ask(people, BY_SEX), Deny)
    assert done.recharged["stops"] >= 1, "everything is stopped"


@pytest.mark.full
def test_a_second_restore_has_to_show_again_that_its_log_goes_on(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    backed_up(busy, tmp_path / "backup")
    restored(busy, tmp_path / "backup")
    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)
    busy.ask(busy.held(busy.people), BY_SEX)
    taken = spent(busy, busy.held(busy.people))
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())

    restored(busy, tmp_path / "backup")

    assert isinstance(busy.ask(busy.held(busy.people), BY_SEX), Deny)
    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock())
    assert spent(busy, busy.held(busy.people)) == taken


@pytest.mark.full
def test_keys_left_out_of_a_backup_are_brought_by_hand(busy: Any, outside: Path, tmp_path: Path) -> None:
    made = backed_up(busy, tmp_path / "backup", passphrase=None)
    assert not made.sealed
    held = {path.read_bytes() for path in busy.home.keys.iterdir()}
    assert not [p for p in (tmp_path / "backup").rglob("*") if p.is_file() and p.read_bytes() in held]
    escrow = tmp_path / "escrow"
    shutil.copytree(busy.home.keys, escrow)
    busy.engine.dispose()
    shutil.rmtree(busy.home.root)
    for given in (Keys(), Keys(PASSPHRASE)):
        with pytest.raises(NotRestored, match="say the keys"):
            put_back(busy.home, tmp_path / "backup", given)
        assert not busy.home.root.exists()
    busy.home.root.mkdir()

    restored(busy, tmp_path / "backup", Keys(folder=escrow))

    resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)


def listed(folder: Path, name: str) -> None:
    """The list of a backup holds a file as it stands now."""
    stated = json.loads((folder / "manifest.json").read_bytes())
    part = {"path": name, "size": (folder / name).stat().st_size, "sha256": digest_of(folder / name)}
    stated["parts"] = [one for one in stated["parts"] if one["path"] != name] + [part]
    (folder / "manifest.json").write_bytes(canonical(stated))


def changed(folder: Path, table: str, **values: Any) -> None:
    """A backup whose rows of a table hold other values, and its list after them."""
    file = folder / "store" / f"{table}.jsonl"
    heading, *lines = file.read_text(encoding="utf-8").splitlines()
    names = [name for name, _kind in json.loads(heading)["columns"]]
    rows = [dict(zip(names, json.loads(line), strict=True)) | values for line in lines]
    assert rows
    written = [json.dumps([row[name] for name in names], ensure_ascii=False) for row in rows]
    file.write_text("\n".join([heading, *written, ""]), encoding="utf-8")
    listed(folder, f"store/{table}.jsonl")


def test_rows_somebody_changed_in_a_backup_are_not_restored(busy: Any, tmp_path: Path) -> None:
    busy.ask(busy.held(busy.people), BY_DISTRICT)
    folder, elsewhere = tmp_path / "backup", Home(tmp_path / "new")
    backed_up(busy, folder)
    mine, theirs = busy.keys.signer.public_raw, new_key()
    changed(folder, "grants", nrho_spent=0, calls_used=0)
    assert verify(folder), "every digest is right"
    with pytest.raises(BackupDamaged, match="changed after it was signed"):
        put_back(elsewhere, folder, Keys(PASSPHRASE))
    signature.sign(folder, theirs)
    for given in (Keys(PASSPHRASE), Keys(PASSPHRASE, public=mine), Keys(folder=busy.home.keys)):
        with pytest.raises(BackupDamaged, match="signed with another key"):
            put_back(elsewhere, folder, given)
    (folder / signature.FILE).unlink()
    with pytest.raises(BackupDamaged, match="is not signed"):
        put_back(elsewhere, folder, Keys(PASSPHRASE, public=mine))
    assert not elsewhere.root.exists()


def test_a_backup_is_checked_with_the_key_of_its_time_where_the_key_changed_since(
    busy: Any, tmp_path: Path
) -> None:
    folder, old = tmp_path / "backup", busy.keys.signer.public_raw
    backed_up(busy, folder, None)
    rotate(busy.engine, busy.home, algorithm=Algorithm.ED25519, by="李敏", now=busy.clock())
    escrow = busy.home.keys
    with pytest.raises(BackupDamaged, match="--public-key"):
        put_back(Home(tmp_path / "new"), folder, Keys(folder=escrow))
    put_back(Home(tmp_path / "new"), folder, Keys(folder=escrow, public=old))


def test_a_resumption_counts_from_the_log_whatever_the_rows_of_the_backup_say(
    busy: Any, outside: Path, tmp_path: Path
) -> None:
    people, trade = busy.held(busy.people), busy.held(busy.trade)
    busy.ask(people, BY_DISTRICT)
    busy.ask(trade, BY_INDUSTRY)
    before = {held.id: spent(busy, held)[:2] for held in (people, trade)}
    assert before[people.id][1] > 0
    with reading(busy.engine) as connection:
        years = connection.execute(select(privacy_years).order_by(privacy_years.c.kind)).all()
    assert sum(each.nrho for each in years) > 0
    folder = tmp_path / "backup"
    backed_up(busy, folder)
    changed(folder, "grants", nrho_spent=0, calls_used=0)
    changed(folder, "privacy_years", nrho=0, fdelta=0)
    signature.sign(folder, busy.keys.signer)  # by somebody who has the key
    restored(busy, folder)

    done = resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)

    assert {held.id: spent(busy, held)[:2] for held in (people, trade)} == before
    with reading(busy.engine) as connection:
        assert connection.execute(select(privacy_years).order_by(privacy_years.c.kind)).all() == years
    assert done.recharged["recounted_nrho"] == before[people.id][1]


@pytest.mark.parametrize(("column", "value"), [("nrho_limit", 10**12), ("calls_limit", 10**6)])
def test_nothing_goes_on_with_a_grant_that_is_not_the_one_signed(
    busy: Any, outside: Path, tmp_path: Path, column: str, value: int
) -> None:
    busy.held(busy.people)
    folder = tmp_path / "backup"
    backed_up(busy, folder)
    changed(folder, "grants", **{column: value})
    signature.sign(folder, busy.keys.signer)
    restored(busy, folder)
    with pytest.raises(NotResumable, match="not the one that was signed"):
        resume(busy.engine, busy.keys.signer, outside, by="王伟", now=busy.clock(), nothing_since=True)


def test_a_backup_that_is_touched_or_halfway_is_none(busy: Any, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(NotBackedUp, match="at least"):
        backed_up(busy, folder, "short")
    with pytest.raises(NotBackedUp, match="inside the installation"):
        backed_up(busy, busy.home.root / "backup")
    backed_up(busy, folder)
    with pytest.raises(NotBackedUp, match="is not empty"):
        backed_up(busy, folder)
    elsewhere = Home(tmp_path / "new")
    with pytest.raises(NotRestored, match="does not open the keys"):
        put_back(elsewhere, folder, Keys("another passphrase"))
    with pytest.raises(NotRestored, match="is not empty"):
        put_back(busy.home, folder, Keys(PASSPHRASE))
    (file,) = (folder / "store").glob("grants.jsonl")
    whole = file.read_bytes()
    for broken in (whole[:-2], whole.replace(b"0", b"1", 1)):
        file.write_bytes(broken)
        with pytest.raises(BackupDamaged, match=r"grants\.jsonl is not as it was written"):
            put_back(elsewhere, folder, Keys(PASSPHRASE))
    file.write_bytes(whole)
    assert verify(folder).sealed
    stray = f"home/{tmp_path}/stray"  # inside the backup it lies inside; joined to a home it does not
    (folder / stray).parent.mkdir(parents=True)
    (folder / stray).write_bytes(b"x")
    listed(folder, stray)
    with pytest.raises(BackupDamaged, match="changed after it was signed"):
        put_back(elsewhere, folder, Keys(PASSPHRASE))
    signature.sign(folder, busy.keys.signer)  # even so
    with pytest.raises((BackupDamaged, NotRestored), match="outside of itself"):
        put_back(elsewhere, folder, Keys(PASSPHRASE))
    assert not (tmp_path / "stray").exists()
    (folder / "manifest.json").unlink()
    with pytest.raises(BackupDamaged, match="stopped halfway"):
        put_back(elsewhere, folder, Keys(PASSPHRASE))
    assert not elsewhere.root.exists()
    assert [path.name for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_writers_go_on_while_a_backup_reads_and_it_holds_one_moment(
    busy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.backup import rows

    write, asked = rows._write, iter([True])

    def write_while_others_do(connection: Any, table: Any, path: Path) -> int:
        count = write(connection, table, path)
        if table.name == "grants" and next(asked, False):
            busy.ask(busy.held(busy.people), BY_SEX)  # would wait for ever if the backup kept writers out
        return count

    monkeypatch.setattr(rows, "_write", write_while_others_do)
    with reading(busy.engine) as connection:
        before = connection.execute(select(func.count()).select_from(usages)).scalar_one()

    made = backed_up(busy, tmp_path / "backup")

    assert made.rows["usages"] == before
    with reading(busy.engine) as connection:
        assert connection.execute(select(func.count()).select_from(usages)).scalar_one() == before + 1


@pytest.mark.full
def test_by_command_one_line_says_what_was_done_and_what_comes_next(
    busy: Any, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ybz import ybz

    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE + "\n")
    folder = str(tmp_path / "backup")
    run = CliRunner()
    assert run.invoke(ybz, ["backup", folder]).exit_code == 2
    done = run.invoke(ybz, ["backup", folder, "--passphrase-file", str(passphrase), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sealed"] is True
    assert run.invoke(ybz, ["backup", folder, "--verify"]).exit_code == 0
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "new"))
    elsewhere = run.invoke(ybz, ["backup", folder, "--verify"])
    assert (elsewhere.exit_code, "--public-key FILE" in elsewhere.stderr) == (2, True)
    named = ["--public-key", str(outside / "public_key.pem")]
    assert run.invoke(ybz, ["backup", folder, "--verify", *named]).exit_code == 0
    back = run.invoke(ybz, ["restore", folder, "--passphrase-file", str(passphrase)])
    assert back.exit_code == 0, back.output
    assert "no grant answers yet" in back.stdout
    resumed = run.invoke(ybz, ["evidence", "resume", str(outside), "--nothing-since", "--json"])
    assert resumed.exit_code == 0, resumed.output
    open_store(Home(tmp_path / "new")).dispose()
