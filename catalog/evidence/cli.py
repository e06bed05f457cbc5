"""Commands of the evidence log: ``ybz evidence verify | export | show | root``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.evidence.verify import Verdict


@click.group()
def evidence() -> None:
    """The append-only evidence log 存证: verify, export, show, root."""


@evidence.command()
@click.argument("export", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Trusted public key (PEM)."
)
@click.option(
    "--kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept elsewhere: the log must still lead through it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print {ok, size, root, first_bad}.")
def verify(export: Path | None, key: Path | None, kept: Path | None, as_json: bool) -> None:
    """Re-derive the whole log: from the store, or from an EXPORT folder."""
    from catalog.keys import public_from_pem

    trusted = public_from_pem(key.read_bytes()) if key else None
    note = kept.read_text(encoding="utf-8") if kept else None
    verdict = _of_export(export, trusted, note) if export else _of_store(trusted, note)
    if as_json:
        click.echo(json.dumps(verdict.document(), ensure_ascii=False))
    elif verdict.ok:
        click.echo(f"evidence log sound: {verdict.size} entries, root {verdict.root}")
    else:
        click.echo(f"evidence log BROKEN at {verdict.first_bad}", err=True)
    raise click.exceptions.Exit(0 if verdict.ok else 1)


@evidence.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print {folder, entries}.")
def export(folder: Path, as_json: bool) -> None:
    """Write entries, checkpoints and the public key into FOLDER."""
    from catalog.evidence import integrate
    from catalog.evidence.export import export as write
    from catalog.home import Home
    from catalog.keys import load
    from catalog.store import open_store, reading

    home = Home.find()
    engine = open_store(home)
    signer = load(home).signer
    integrate(engine, signer, datetime.now(UTC))
    with reading(engine) as connection:
        count = write(connection, signer, folder)
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "entries": count}, ensure_ascii=False))
        return
    click.echo(f"{count} entries written to {folder} — check with `ybz evidence verify {folder}`")


@evidence.command()
@click.argument("entry_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def show(entry_id: str, as_json: bool) -> None:
    """One entry and the proof that it is in the log."""
    from sqlalchemy import select

    from catalog.evidence import integrate
    from catalog.evidence.append import instant_text
    from catalog.evidence.prove import prove_inclusion
    from catalog.home import Home
    from catalog.keys import load
    from catalog.store import open_store, reading
    from catalog.store.tables.evidence import evidence_entries

    home = Home.find()
    engine = open_store(home)
    integrate(engine, load(home).signer, datetime.now(UTC))
    with reading(engine) as connection:
        proof = prove_inclusion(connection, entry_id)
        row = connection.execute(select(evidence_entries).where(evidence_entries.c.id == entry_id)).one()
    document = {
        "id": row.id,
        "event": row.event,
        "subject": row.subject,
        "recorded_at": instant_text(row.recorded_at),
        "body": json.loads(row.body),
        "proof": proof.document(),
    }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    for name in ("id", "event", "subject", "recorded_at"):
        click.echo(f"{name:12} {document[name]}")
    click.echo(f"{'body':12} {row.body}")
    click.echo(
        f"{'proof':12} position {proof.position} of {proof.size}, {len(proof.path)} steps to {proof.root}"
    )


@evidence.command()
@click.option("--json", "as_json", is_flag=True, help="Print {size, root, checkpoint}.")
def root(as_json: bool) -> None:
    """Integrate what is pending and print the newest signed checkpoint."""
    from catalog.evidence import integrate
    from catalog.home import Home
    from catalog.keys import load
    from catalog.store import open_store

    home = Home.find()
    newest = integrate(open_store(home), load(home).signer, datetime.now(UTC))
    if newest is None:
        raise click.ClickException("the evidence log is empty")
    if as_json:
        document = {"size": newest.size, "root": newest.root, "checkpoint": newest.note}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        click.echo(newest.note, nl=False)


def _of_export(folder: Path, trusted: bytes | None, kept: str | None) -> Verdict:
    from catalog.evidence.verify import verify_export

    return verify_export(folder, trusted, kept)


def _of_store(trusted: bytes | None, kept: str | None) -> Verdict:
    """Verify as it stands; where it is sound but unfinished, integrate and verify again."""
    from catalog.evidence import integrate
    from catalog.evidence.verify import verify_store
    from catalog.home import Home
    from catalog.keys import load
    from catalog.store import open_store, reading

    home = Home.find()
    engine = open_store(home)
    signer = load(home).signer
    with reading(engine) as connection:
        verdict = verify_store(connection, trusted or signer.public_raw, kept)
    if verdict.ok and verdict.pending:
        integrate(engine, signer, datetime.now(UTC))
        with reading(engine) as connection:
            verdict = verify_store(connection, trusted or signer.public_raw, kept)
    return verdict
