"""Contracts on their way from one installation to another, e.g. from a test to a production one.

Decides what a bundle holds (contracts as YAML, where each came from, a signed manifest) and that nothing of
the data goes with it. On arrival contracts are compiled like any other; what they were elsewhere is only a
reason, and offices act anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine

from catalog import keys, revisions
from catalog.cataloging.entering import enter_all
from catalog.cataloging.values import Acts, Catalogued
from catalog.errors import CatalogError
from catalog.home import Home
from catalog.keys.encoding import of_base64
from catalog.store import reading, writing
from contracts.canonical import canonical
from contracts.model import Contract
from contracts.odcs.files import dumps, loads

FORM: Final = "ybz-contracts/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
KEY: Final = "key.pem"
_PREFIX: Final = b"ybz contracts\n"
_LARGEST: Final = 16 << 20
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class BundleError(CatalogError):
    """A bundle that cannot be made or taken."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds.

    Attributes:
        key_id: of the installation it comes from.
        made_at: instant, ISO 8601.
        contracts: each with the lines of the manifest about it.
    """

    key_id: str
    made_at: str
    contracts: tuple[tuple[Contract, dict[str, Any]], ...]


def pack(home: Home, engine: Engine, out: Path, names: Sequence[str], *, now: datetime) -> int:
    """Write a bundle of contracts.

    Args:
        home: the installation.
        engine: its store.
        out: file to write.
        names: datasets; all of the ledger where empty.
        now: aware instant.

    Returns:
        How many contracts it holds.

    Raises:
        UnknownDataset: the ledger has no such entry.
        BundleError: the ledger is empty.
    """
    signer = keys.load(home).signer
    with reading(engine) as connection:
        found = [_newest(connection, name) for name in names or _all(connection)]
    if not found:
        raise BundleError("the ledger has no entry — `ybz catalog` enters contracts")
    bodies = {f"contracts/{one.name}.yaml": dumps(one.contract).encode() for one in found}
    lines = [
        {
            "name": one.name, "code": one.code, "revision": one.number, "digest": one.digest,
            "state": one.state, "reason": one.reason, "made_by": one.made_by,
            "made_at": one.made_at.isoformat(), "file": file, "sha256": hashlib.sha256(body).hexdigest(),
        }
        for one, (file, body) in zip(found, bodies.items(), strict=True)
    ]  # fmt: skip
    said = {"form": FORM, "key_id": signer.key_id, "made_at": now.isoformat(), "contracts": lines}
    manifest = canonical(said)
    signature = base64.b64encode(signer.sign(_PREFIX + manifest))
    bodies |= {MANIFEST: manifest, SIGNATURE: signature, KEY: signer.public_pem}
    part = out.with_name(out.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in bodies.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    part.replace(out)
    return len(found)


def opened(path: Path) -> Bundle:
    """What a bundle holds, once its signature and digests hold.

    Raises:
        BundleError: it is no bundle, or was changed.
        OdcsError: a contract in it cannot be read.
    """
    bodies = _bodies(path)
    try:
        manifest, public = bodies[MANIFEST], keys.public_from_pem(bodies[KEY])
        signature = of_base64(bodies[SIGNATURE])
        if not keys.Ring.single(public).signed(_PREFIX + manifest, signature):
            raise ValueError("another signature")
        said = json.loads(manifest)
        lines = said["contracts"]
        known = said["form"] == FORM and keys.key_id(public) == said["key_id"]
        known &= all(hashlib.sha256(bodies[line["file"]]).hexdigest() == line["sha256"] for line in lines)
    except (ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{path}: it is not what was signed — ask for the bundle again") from error
    if not known:
        raise BundleError(f"{path}: it is not what was signed — ask for the bundle again")
    contracts = tuple((loads(bodies[line["file"]].decode(), line["file"]), dict(line)) for line in lines)
    return Bundle(said["key_id"], said["made_at"], contracts)


def unpack(home: Home, engine: Engine, bundle: Bundle, acts: Acts, *, submit: bool) -> tuple[Catalogued, ...]:
    """Enter the contracts of a bundle, all or none, and keep them as files of the installation.

    Args:
        home: the installation.
        engine: its store.
        bundle: see :func:`opened`.
        acts: who acts, why and when.
        submit: check them too and leave them to the head of the department.

    Raises:
        ManyRefused, Refused: some are refused; nothing is entered.
    """
    given = [(contract, home.contracts / f"{contract.name}.yaml") for contract, _ in bundle.contracts]
    with writing(engine) as connection:
        made = enter_all(connection, given, acts, submit=submit)
        for contract, path in given:
            path.write_text(dumps(contract), encoding="utf-8")
    return made


def _newest(connection: Connection, name: str) -> revisions.Revision:
    return revisions.pending(connection, name) or revisions.current(connection, name)


def _all(connection: Connection) -> list[str]:
    return [one.name for one in revisions.all_current(connection)]


def _bodies(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as package:
            if any(entry.file_size > _LARGEST for entry in package.infolist()):
                raise BundleError(f"{path}: a file in it is too large for a contract — ask for it again")
            return {name: package.read(name) for name in package.namelist()}
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{path}: it cannot be read as a bundle — ask for it again") from error
