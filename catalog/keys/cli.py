"""``ybz key``: the keys of the installation and of the parties."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from catalog.home import Home
    from catalog.keys.parties import PartyKey
    from catalog.keys.ring import KnownKey

_as_json = click.option("--json", "as_json", is_flag=True, help="Machine output.")
_by = click.option("--by", required=True, metavar="NAME", help="Who does it.")
_reason = click.option("--reason", required=True, help="Why; kept with the key.")
_instant = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"])


@click.group()
def key() -> None:
    """Keys 密钥: what signs here, its rotation, and the keys of the parties."""


@key.command("list")
@click.option("--jwks", is_flag=True, help="Only the installation's public keys, as a JWK set to publish.")
@_as_json
def list_(jwks: bool, as_json: bool) -> None:
    """Every key the installation signed with, and every key of a party, with its time."""
    from catalog.keys import load, party_keys, ring_of
    from catalog.store import reading

    home, engine, _now = _open()
    with reading(engine) as connection:
        ring = ring_of(connection, load(home).signer)
        parties = party_keys(connection)
    if jwks:
        _print(ring.jwks())
    elif as_json:
        _print({"signing": [_known(k) for k in ring.keys], "parties": [_party(k) for k in parties]})
    else:
        for known in ring.keys:
            click.echo(_line("installation", _known(known)))
        for party in parties:
            click.echo(_line(f"{party.organisation} {party.holder}", _party(party)))


@key.command()
@click.option(
    "--algorithm", type=click.Choice(["Ed25519", "sm2sig_sm3"]), default="Ed25519", show_default=True
)
@_by
@_as_json
def rotate(algorithm: str, by: str, as_json: bool) -> None:
    """Sign with a new key from now on; the log names it, signed with the old one."""
    from catalog.keys.rotation import rotate as act
    from catalog.keys.signers import Algorithm

    home, engine, now = _open()
    _tell(_known(act(engine, home, algorithm=Algorithm(algorithm), by=by, now=now)), "in use now", as_json)


@key.command()
@click.argument("key_id", metavar="KEY")
@click.option("--since", type=_instant, help="When it was lost (UTC; default: now).")
@_reason
@_by
@_as_json
def revoke(key_id: str, since: datetime | None, reason: str, by: str, as_json: bool) -> None:
    """Revoke a former key of the installation: what it signed since then does not count."""
    from catalog.keys import load
    from catalog.keys.rotation import revoke as act
    from catalog.store import writing

    home, engine, now = _open()
    at = now if since is None else since.replace(tzinfo=UTC)
    with writing(engine) as connection:
        done = act(connection, load(home).signer, key_id, since=at, reason=reason, by=by, now=now)
    _tell(_known(done), "revoked", as_json)


@key.command()
@click.argument("organisation", metavar="CODE")
@click.argument("private_key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_as_json
def prove(organisation: str, private_key: Path, as_json: bool) -> None:
    """The proof a party gives with its key; run where the private key is, it needs no installation."""
    from catalog.keys import possession
    from catalog.keys.signers import signer_of_pem

    signer = signer_of_pem(private_key.read_bytes(), str(private_key))
    proof = possession(signer, organisation).hex()
    if as_json:
        _print({"organisation": organisation, "key_id": signer.key_id, "proof": proof})
    else:
        click.echo(proof)


@key.command()
@click.argument("organisation", metavar="CODE")
@click.argument("public_key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--proof", required=True, metavar="HEX", help="What `ybz key prove` printed at the party.")
@click.option("--holder", required=True, metavar="NAME", help="Office or person that holds the private key.")
@click.option("--from", "valid_from", type=_instant, help="First instant it counts (UTC; default: now).")
@click.option("--to", "valid_to", type=_instant, help="Last instant it counts (UTC; default: none).")
@_by
@_as_json
def register(
    organisation: str,
    public_key: Path,
    proof: str,
    holder: str,
    valid_from: datetime | None,
    valid_to: datetime | None,
    by: str,
    as_json: bool,
) -> None:
    """Register the public key of an organisation, to sign contracts with."""
    from catalog.keys import register_party_key
    from catalog.store import writing

    try:
        signature = bytes.fromhex(proof)
    except ValueError:
        raise click.UsageError("--proof is hexadecimal, as `ybz key prove` prints it") from None
    _home, engine, now = _open()
    with writing(engine) as connection:
        made = register_party_key(
            connection,
            organisation=organisation,
            holder=holder,
            public_pem=public_key.read_bytes(),
            proof=signature,
            valid_from=now if valid_from is None else valid_from.replace(tzinfo=UTC),
            valid_to=None if valid_to is None else valid_to.replace(tzinfo=UTC),
            by=by,
            now=now,
        )
    _tell(_party(made), f"registered for {organisation}", as_json)


@key.command()
@click.argument("key_id", metavar="KEY")
@_reason
@_by
@_as_json
def withdraw(key_id: str, reason: str, by: str, as_json: bool) -> None:
    """Revoke the key of a party: nothing it signs from now on counts."""
    from catalog.keys import revoke_party_key
    from catalog.store import writing

    _home, engine, now = _open()
    with writing(engine) as connection:
        done = revoke_party_key(connection, key_id, reason=reason, by=by, now=now)
    _tell(_party(done), "revoked", as_json)


def _open() -> tuple[Home, Engine, datetime]:
    from catalog.home import Home
    from catalog.store import open_store

    home = Home.find()
    return home, open_store(home), datetime.now(UTC)


def _known(known: KnownKey) -> dict[str, Any]:
    times = {"valid_from": known.valid_from, "valid_to": known.valid_to, "revoked_at": known.revoked_at}
    return {"key_id": known.key_id, "algorithm": known.algorithm.value} | _texts(times)


def _party(party: PartyKey) -> dict[str, Any]:
    named = {"key_id": party.key_id, "algorithm": party.algorithm.value}
    whose = {"organisation": party.organisation, "holder": party.holder}
    times = {"valid_from": party.valid_from, "valid_to": party.valid_to, "revoked_at": party.revoked_at}
    return named | whose | _texts(times)


def _texts(times: dict[str, datetime | None]) -> dict[str, str | None]:
    return {name: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None for name, at in times.items()}


def _line(whose: str, shown: dict[str, Any]) -> str:
    ends = f"revoked {shown['revoked_at']}" if shown["revoked_at"] else f"to {shown['valid_to'] or 'now'}"
    first = shown["valid_from"] or "the beginning"
    return f"{shown['key_id']}  {shown['algorithm']:10}  {whose}, from {first}, {ends}"


def _tell(shown: dict[str, Any], what: str, as_json: bool) -> None:
    if as_json:
        _print(shown)
    else:
        click.echo(f"key {shown['key_id']} ({shown['algorithm']}): {what}")


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
