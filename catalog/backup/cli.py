"""Commands ``ybz backup`` and ``ybz restore``."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.backup.manifest import Manifest
    from catalog.home import Home
    from catalog.keys.ring import Ring

_as_json = click.option("--json", "as_json", is_flag=True, help="Machine output.")
_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its first line opens keys and secrets.",
)


_public_key = click.option(
    "--public-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The key the backup is signed with, as it was published with the log (PEM).",
)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_passphrase
@click.option("--without-keys", is_flag=True, help="Leave keys and secrets out: you keep them elsewhere.")
@click.option("--verify", "only_verify", is_flag=True, help="Only read the backup DIR again and compare.")
@_public_key
@click.option("--by", default="", metavar="NAME", help="Who takes it (default: the login name).")
@_as_json
def backup(
    folder: Path,
    passphrase_file: Path | None,
    without_keys: bool,
    only_verify: bool,
    public_key: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Back the installation up into the new folder DIR, while it serves, and verify and sign the backup.

    Keys and secrets are sealed under a passphrase, or left out. Without them no backup can be restored.
    """
    from catalog import keys
    from catalog.backup import signature
    from catalog.backup.manifest import verify
    from catalog.backup.taking import Source, take
    from catalog.home import Home
    from catalog.store import open_store

    if only_verify:
        found = verify(folder)
        signature.require(folder, _ring(public_key))
        _tell(found, f"{folder}: whole, and signed by the installation", as_json)
        return
    if (passphrase_file is None) == (not without_keys):
        raise click.UsageError("say --passphrase-file FILE, or --without-keys")
    home = Home.find()
    made = take(
        Source(home, open_store(home), keys.load(home).signer),
        folder,
        by=by or getpass.getuser(),
        passphrase=_read(passphrase_file),
        now=datetime.now(UTC),
        say=_say(as_json),
    )
    _tell(made, f"{folder}: backed up and verified", as_json)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_passphrase
@click.option(
    "--keys",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder keys/ of the lost installation, or of escrow.",
)
@_public_key
@click.option(
    "--database",
    metavar="URL",
    help="Put the store into this empty PostgreSQL database (or YBZ_DATABASE_URL).",
)
@click.option(
    "--rehearsal",
    is_flag=True,
    help="Only to see that it works: sends nothing, and publishes nowhere outside of YBZ_HOME.",
)
@_as_json
def restore(
    folder: Path,
    passphrase_file: Path | None,
    keys: Path | None,
    public_key: Path | None,
    database: str | None,
    rehearsal: bool,
    as_json: bool,
) -> None:
    """Restore the backup DIR into the empty place YBZ_HOME names.

    No grant answers afterwards until `ybz evidence resume EXPORT` has shown that the log goes on from the
    newest copy published outside, and has counted again what was spent since the backup.
    """
    from catalog.backup.putting_back import Keys, put_back
    from catalog.home import Home

    home = Home.find()
    given = Keys(_read(passphrase_file), keys, _public(public_key))
    made = put_back(home, folder, given, database=database, rehearsal=rehearsal, say=_say(as_json))
    _tell(made, f"{home.root}: restored; no grant answers yet", as_json)
    if as_json:
        return
    for line in _reaching_out(home, rehearsal):
        click.echo(line)
    click.echo("next: `ybz evidence resume EXPORT` with the newest copy published outside, then `ybz doctor`")


def _reaching_out(home: Home, rehearsal: bool) -> tuple[str, ...]:
    """What a person has to know of where the restored installation sends and publishes."""
    from catalog.keys.heads import outside_folder
    from catalog.settings import reading as settings
    from catalog.settings.known import PREFIX

    if rehearsal:
        return (
            "a rehearsal: it sends nothing, and publishes nowhere outside; what it resumes with is only read",
        )
    named = [name.removeprefix(PREFIX).lower() for name in settings.outward(home.root)]
    if outside_folder(home) is not None and "publish_to" not in named:
        named.append("publish_to")
    where = ", ".join(named) or "webhooks only"
    return (
        f"it takes the place of the one that was lost, and reaches out like it ({where})",
        "is that one still running? delete this folder, and restore with --rehearsal",
    )


def _ring(public_key: Path | None) -> Ring:
    """The keys a backup may be signed with: the one that is named, else those of the installation here."""
    from catalog import keys
    from catalog.errors import NotInitialised
    from catalog.home import Home
    from catalog.keys.ring import Ring
    from catalog.store import open_store, reading

    named = _public(public_key)
    if named is not None:
        return Ring.single(named)
    home = Home.find()
    try:
        engine = open_store(home)
    except NotInitialised:
        raise click.UsageError(
            f"there is no installation at {home.root} whose key it could be checked with — name the key"
            " (--public-key FILE), as it was published with the log (public_key.pem)"
        ) from None
    with reading(engine) as connection:
        return keys.ring_of(connection, keys.load(home).signer)


def _public(path: Path | None) -> bytes | None:
    from catalog.keys.signers import public_from_pem

    return None if path is None else public_from_pem(path.read_bytes())


def _read(path: Path | None) -> str | None:
    return None if path is None else path.read_text(encoding="utf-8").split("\n", 1)[0]


def _say(as_json: bool) -> Callable[[str], None]:
    """Plain lines of what is done; a moving line on a terminal; nothing for machines."""
    if as_json:
        return lambda _: None
    if sys.stderr.isatty():
        return lambda line: click.echo(f"\r\x1b[K{line[:100]}", err=True, nl=False)
    return lambda line: click.echo(line, err=True)


def _tell(made: Manifest, done: str, as_json: bool) -> None:
    told = made.to_document()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    keys = "keys sealed" if made.sealed else "without keys"
    click.echo(f"{done}: {told['files']} files, {told['bytes']} bytes, {made.releases} releases, {keys}")
    click.echo(f"  of {made.made_at}, log of {made.log_size} entries, digest {made.digest}")
