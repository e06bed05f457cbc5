"""Commands of the evidence log: ``ybz evidence verify | export | publish | show | …``."""

from __future__ import annotations

import json
from copy import copy
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.backup.cli_place import place

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.evidence.verify import Verdict
    from catalog.home import Home
    from catalog.keys import Signer

_folder = click.Path(file_okay=False, path_type=Path)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")


class _Joined(click.Group):
    """A group that rooms further on add to: a registered command ``evidence-NAME`` is ``evidence NAME``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        more = [p.name.removeprefix("evidence-") for p in entry_points(group="ybz.commands")
                if p.name.startswith("evidence-")]  # fmt: skip
        return sorted({*super().list_commands(ctx), *more})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for point in entry_points(group="ybz.commands", name=f"evidence-{cmd_name}"):
            command: click.Command = copy(point.load())
            command.hidden = False  # it is so under its registered name only
            return command
        return None


@click.group(cls=_Joined)
def evidence() -> None:
    """The append-only evidence log 存证: verify, export, publish, show, prove, anchor."""


evidence.add_command(place)


@evidence.command()
@click.argument("export", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", type=_file, help="Trusted public key (PEM).")
@click.option("--kept", type=_file, help="A checkpoint kept elsewhere: the log must still lead through it.")
@click.option("--json", "as_json", is_flag=True, help="Print {ok, size, root, first_bad}.")
def verify(export: Path | None, key: Path | None, kept: Path | None, as_json: bool) -> None:
    """Re-derive the whole log: from the store, or from an EXPORT folder."""
    from catalog.keys import public_from_pem

    trusted = public_from_pem(key.read_bytes()) if key else None
    note = kept.read_text(encoding="utf-8") if kept else None
    verdict = _of_export(export, trusted, note) if export else _of_store(trusted, note)
    if as_json:
        _print(verdict.document())
    elif verdict.ok:
        click.echo(f"evidence log sound: {verdict.size} entries, root {verdict.root}")
    else:
        click.echo(f"evidence log BROKEN at {verdict.first_bad}", err=True)
    raise click.exceptions.Exit(0 if verdict.ok else 1)


@evidence.command()
@click.argument("folder", type=_folder)
@click.option("--json", "as_json", is_flag=True, help="Print {folder, entries}.")
def export(folder: Path, as_json: bool) -> None:
    """Write entries, checkpoints and public keys into FOLDER; a copy there is continued.

    Of a store that was restored and does not go on yet: as far as it is signed.
    """
    from catalog.evidence import continuity
    from catalog.evidence.export import export as write
    from catalog.evidence.publishing import publish as bring_up
    from catalog.store import reading

    home, engine, signer, now = _open()
    with reading(engine) as connection:
        behind = continuity.gap(connection, signer.heads())
    if behind is None:
        bring_up(engine, home, signer, now)
    with reading(engine) as connection:
        count = write(connection, signer, folder)
    if as_json:
        _print({"folder": str(folder), "entries": count})
        return
    click.echo(f"{count} entries in {folder} — check with `ybz evidence verify {folder}`")


@evidence.command()
@click.option(
    "--to", "folder", type=_folder, help="Publish there too, from now on: a folder outside of here."
)
@click.option(
    "--take-over",
    is_flag=True,
    help="You state that the installation this one was restored from is gone for good.",
)
@_as_json
def publish(folder: Path | None, take_over: bool, as_json: bool) -> None:
    """Bring the published copies up to date; `ybz serve` does so by itself."""
    from catalog.evidence.publishing import publish as act
    from catalog.keys import following, heads

    if take_over and folder is None:
        raise click.UsageError("name the folder that is taken over (--to FOLDER)")
    home, engine, signer, now = _open()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if take_over:
            following.take_over(home, folder)
        following.require(home, folder)
        heads.publish_to(home, folder)
    done = act(engine, home, signer, now)
    if done is None:
        raise click.ClickException("the evidence log is empty")
    if as_json:
        _print(done.document())
    else:
        click.echo(f"{done.size} entries in {' and '.join(str(each) for each in done.folders)}")


@evidence.command()
@click.argument("entry_id", metavar="ID")
@_as_json
def show(entry_id: str, as_json: bool) -> None:
    """One entry and the proof that it is in the log."""
    from sqlalchemy import select

    from catalog.evidence.append import instant_text
    from catalog.evidence.prove import prove_inclusion
    from catalog.evidence.publishing import publish as bring_up
    from catalog.store import reading
    from catalog.store.tables.evidence import evidence_entries

    home, engine, signer, now = _open()
    bring_up(engine, home, signer, now)
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
        _print(document)
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
    from catalog.evidence.publishing import publish as bring_up

    home, engine, signer, now = _open()
    done = bring_up(engine, home, signer, now)
    newest = None if done is None else done.checkpoint
    if newest is None:
        raise click.ClickException("the evidence log is empty")
    if as_json:
        _print({"size": newest.size, "root": newest.root, "checkpoint": newest.note})
    else:
        click.echo(newest.note, nl=False)


@evidence.command()
@click.argument("old", type=int)
@click.argument("new", type=int)
@_as_json
def grown(old: int, new: int, as_json: bool) -> None:
    """The proof that the log of size OLD only grew into that of size NEW, both signed."""
    from catalog.evidence.prove import prove_consistency
    from catalog.store import reading

    _home, engine, _signer, _now = _open()
    with reading(engine) as connection:
        proof = prove_consistency(connection, old, new)
    if as_json:
        _print(proof.document())
    elif proof.holds():
        click.echo(f"the log of {old} entries is the start of that of {new}: {len(proof.path)} steps")
    if not proof.holds():
        raise click.ClickException(f"the log of {old} entries is NOT the start of that of {new}")


@evidence.command()
@click.option("--size", type=int, help="Of the checkpoint (default: the newest).")
@click.option(
    "--kept-by", default="", metavar="BODY", help="Record that it is kept there: newspaper, notary …"
)
@click.option("--reference", default="", metavar="NUMBER", help="Number or page there.")
@click.option("--by", default="", metavar="NAME", help="Who handed it over.")
@_as_json
def anchor(size: int | None, kept_by: str, reference: str, by: str, as_json: bool) -> None:
    """Print a checkpoint to hand to another body; with --kept-by, record where it is kept."""
    from catalog.evidence import anchors as room
    from catalog.evidence.publishing import publish as bring_up
    from catalog.store import reading, writing

    home, engine, signer, now = _open()
    bring_up(engine, home, signer, now)
    with reading(engine) as connection:
        handed = room.sheet(connection, size)
    if kept_by or reference:
        with writing(engine) as connection:
            kept = room.keep(connection, handed, kept_by=kept_by, reference=reference, by=by, now=now)
        click.echo(
            json.dumps(kept.document(), ensure_ascii=False) if as_json else f"{kept.id}: kept by {kept_by}"
        )
    elif as_json:
        _print({"size": handed.size, "root": handed.root, "text": handed.text, "digest": handed.digest})
    else:
        click.echo(f"{handed.text}SHA-256 {handed.digest}")


@evidence.command()
@_as_json
def anchors(as_json: bool) -> None:
    """What was anchored where, and whether the log still leads through it."""
    from catalog.evidence.anchors import anchors as all_anchors
    from catalog.store import reading

    _home, engine, _signer, _now = _open()
    with reading(engine) as connection:
        found = all_anchors(connection)
    if as_json:
        _print([each.document() for each in found])
    else:
        for each in found:
            holds = "holds" if each.holds else "DOES NOT HOLD"
            click.echo(
                f"{each.anchored_at:%Y-%m-%d}  {each.size} entries, {each.kept_by} {each.reference}: {holds}"
            )
    if not all(each.holds for each in found):
        raise click.exceptions.Exit(1)


def _open() -> tuple[Home, Engine, Signer, datetime]:
    from catalog.home import Home
    from catalog.keys import load
    from catalog.store import open_store

    home = Home.find()
    engine = open_store(home)
    return home, engine, load(home).signer, datetime.now(UTC)


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _of_export(folder: Path, trusted: bytes | None, kept: str | None) -> Verdict:
    from catalog.evidence.verify import verify_export

    return verify_export(folder, trusted, kept)


def _of_store(trusted: bytes | None, kept: str | None) -> Verdict:
    """Verify as it stands; where it is sound but unfinished, integrate and verify again."""
    from catalog.evidence.publishing import publish as bring_up
    from catalog.evidence.verify import verify_store
    from catalog.store import reading

    home, engine, signer, now = _open()
    with reading(engine) as connection:
        verdict = verify_store(connection, trusted or signer.public_raw, kept)
    if verdict.ok and verdict.pending:
        bring_up(engine, home, signer, now)
        with reading(engine) as connection:
            verdict = verify_store(connection, trusted or signer.public_raw, kept)
    return verdict
