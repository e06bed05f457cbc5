"""Commands of signatures under a contract: ``ybz contract digest``, ``seal``, ``sign``, ``deleted``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from space.cli.refusal import refusals
from space.cli.wayback.options import acting, actor, as_json, open_installation, print_json

_Command = TypeVar("_Command", bound=Callable[..., Any])
_existing = click.Path(exists=True, dir_okay=False, path_type=Path)


def _signed(command: _Command) -> _Command:
    """Where a signature comes from: a key at hand, or a signature made elsewhere."""
    for option in (
        click.option("--key-id", default=None, help="Id of the registered key it was made with."),
        click.option(
            "--signature",
            type=_existing,
            default=None,
            help="The signature made elsewhere: what `ybz contract seal` printed.",
        ),
        click.option("--key", type=_existing, default=None, help="The private key, in PEM."),
    ):
        command = option(command)
    return command


@click.command("digest")
@click.argument("contract_id", metavar="ID")
@click.option(
    "--party",
    type=click.Choice(["provider", "consumer"]),
    default=None,
    help="Also the statement this side signs.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write the statement there."
)
@as_json
def digest(contract_id: str, party: str | None, out: Path | None, as_json: bool) -> None:
    """The digest of the agreement of ID, and the statement a side signs: bytes to sign anywhere."""
    from catalog.store import reading
    from space.contracting.contracts import by_id
    from space.contracting.signing import to_sign
    from space.contracting.values import Side

    if out is not None and party is None:
        raise click.UsageError("a statement is one side's: say which with --party")
    _home, engine, _now = open_installation()
    with refusals(as_json), reading(engine) as connection:
        found = by_id(connection, contract_id)
        signed = to_sign(found, Side(party or "provider"))
    told = {"id": found.id, "agreement_digest": found.agreement_digest}
    if party is not None:
        told["statement"] = signed.decode()
    if out is not None:
        out.write_bytes(signed)
    if as_json:
        print_json(told)
    else:
        click.echo(told["agreement_digest"])
        if party is not None and out is None:
            click.echo(told["statement"])


@click.command("seal")
@click.argument("statement", type=_existing)
@click.option("--key", required=True, type=_existing, help="The private key, in PEM.")
@as_json
def seal(statement: Path, key: Path, as_json: bool) -> None:
    """Sign the bytes of the file STATEMENT; needs no installation, so it can be done offline."""
    from space.contracting.statements import encoded

    key_id, signature = _sign_with(key, statement.read_bytes())
    if as_json:
        print_json({"key": key_id, "signature": encoded(signature)})
    else:
        click.echo(json.dumps({"key": key_id, "signature": encoded(signature)}))


@click.command("sign")
@click.argument("contract_id", metavar="ID")
@click.option(
    "--party",
    required=True,
    type=click.Choice(["provider", "consumer", "platform"]),
    help="The side that signs; the platform last, with the installation's key.",
)
@_signed
@actor
@as_json
def sign(
    contract_id: str,
    party: str,
    key: Path | None,
    signature: Path | None,
    key_id: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Sign the contract ID; with the platform's signature it is in force and its grant exists.

    Who signs for a side is the person the terms name in charge of it, by a key that `ybz key` registered.
    """
    from catalog import keys
    from catalog.store import reading, writing
    from space.contracting import signing
    from space.contracting.contracts import by_id
    from space.contracting.values import Side

    home, engine, now = open_installation()
    side = Side(party)
    with refusals(as_json):
        if side is Side.PLATFORM:
            with writing(engine) as connection:
                signing.conclude(connection, keys.load(home).signer, contract_id, by=acting(by), now=now)
                made = by_id(connection, contract_id)
        else:
            with reading(engine) as connection:
                found = by_id(connection, contract_id)
                statement = signing.to_sign(found, side)
            named, sealed = _given(statement, key, signature, key_id)
            with writing(engine) as connection:
                made = signing.sign(
                    connection, contract_id, side=side, by=by or found.person(side), key_id=named,
                    signature=sealed, now=now,
                )  # fmt: skip
    if as_json:
        print_json(made.to_document())
        return
    click.echo(f"{made.id}  {made.state}")
    if made.living:
        click.echo(f"  in force: grant {made.grant_id} (`ybz grant show {made.grant_id}`)")


@click.command("deleted")
@click.argument("grant_id", metavar="GRANT")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    help="Everything handed out up to then is deleted, e.g. 2026-09-30T18:00+0800.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None,
              help="Write the statement there to be sealed elsewhere, and hand nothing in.")  # fmt: skip
@_signed
@actor
@as_json
def deleted(
    grant_id: str,
    until: datetime,
    out: Path | None,
    key: Path | None,
    signature: Path | None,
    key_id: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Hand in the receiver's proof that it has deleted what it was given under GRANT."""
    from catalog.store import reading, writing
    from space.contracting import deletions
    from space.granting.grants import by_id

    _home, engine, now = open_installation()
    with reading(engine) as connection:
        held = by_id(connection, grant_id)
    statement = deletions.to_sign(held.id, held.grantee, acting(by), until)
    if out is not None:
        out.write_bytes(statement)
        print_json({"statement": statement.decode()}) if as_json else click.echo(f"{out} is to be sealed")
        return
    named, sealed = _given(statement, key, signature, key_id)
    with refusals(as_json), writing(engine) as connection:
        proof = deletions.prove(
            connection, held, covers=until, by=acting(by), key_id=named, signature=sealed, now=now
        )
    if as_json:
        print_json({"proof": proof, "grant": held.id, "covers": until.isoformat()})
    else:
        click.echo(f"{proof}  covers everything of {held.id} up to {until.isoformat()}")


def _given(
    statement: bytes, key: Path | None, signature: Path | None, key_id: str | None
) -> tuple[str, bytes]:
    """Key id and signature: made now with a key at hand, or as it was made elsewhere."""
    from space.contracting.statements import decoded

    if (key is None) is (signature is None):
        raise click.UsageError("give the private key (--key), or the signature made with it (--signature)")
    if key is not None:
        return _sign_with(key, statement)
    assert signature is not None  # one of the two is there
    text = signature.read_text(encoding="utf-8").strip()
    try:
        sealed = json.loads(text)
    except ValueError:
        sealed = {"signature": text}
    if not isinstance(sealed, dict) or "signature" not in sealed:
        raise click.UsageError(f"{signature} holds no signature — hand in what `ybz contract seal` printed")
    named = key_id or sealed.get("key")
    if named is None:
        raise click.UsageError("say with which key it was made (--key-id)")
    return str(named), decoded(str(sealed["signature"]))


def _sign_with(key: Path, statement: bytes) -> tuple[str, bytes]:
    from catalog.keys.signers import signer_of_pem

    signer = signer_of_pem(key.read_bytes(), str(key))
    return signer.key_id, signer.sign(statement)
