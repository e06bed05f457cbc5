"""The report package 目录上报 for the higher level: a closed edition as one signed ZIP file.

Decides what the package holds and how it is proved: entries and items as JSON lines in the words of the
guide, a workbook for a person, a manifest with the digest of each, signed. It is made of a closed edition
and of immutable revisions, so that the same edition makes the same entries whenever it is reported.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine

from catalog import evidence, keys, revisions
from catalog.editions import closing
from catalog.errors import CatalogError
from catalog.exports.core import Item, entry_item, field_items
from catalog.home import Home
from catalog.keys.encoding import of_base64
from catalog.store import reading, writing
from contracts.canonical import canonical
from policies.clocks import local_date

FORM: Final = "ybz-upward/1"
ENTRIES: Final = "entries.jsonl"
ITEMS: Final = "items.jsonl"
SHEET: Final = "目录.xlsx"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
KEY: Final = "key.pem"
# What the signature is over, before the manifest: no other signature of ours reads so.
_PREFIX: Final = b"ybz upward\n"
# The largest file of a package that is opened, in bytes: more is no report of ours.
_LARGEST: Final = 1 << 30
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class PackageError(CatalogError):
    """A package that cannot be made, or does not hold what it says."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a package says of itself.

    Attributes:
        period, number: of the edition.
        edition_digest: SHA-256 of its content.
        since: period of the edition it reports the changes since; empty for a whole report.
        entries: how many entries are told of; ``added + changed + removed``.
        items: how many data items.
        key_id: of the signing key.
        files: file of the package → SHA-256.
    """

    period: str
    number: int
    edition_digest: str
    since: str
    entries: int
    added: int
    changed: int
    removed: int
    items: int
    key_id: str
    files: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def make(
    home: Home, engine: Engine, out: Path, *, period: str, since: str = "", by: str, now: datetime
) -> Package:
    """Write the package of a closed edition.

    Args:
        home: the installation.
        engine: its store.
        out: file to write; one that exists is replaced.
        period: of the edition; the latest closed one where empty.
        since: period of the edition that was reported last; only what changed since is told.
        by: who reports.
        now: aware instant.

    Raises:
        EditionError: there is no such edition.
        PackageError: no edition is closed, or ``since`` is not before ``period``.
    """
    held = keys.load(home)
    with reading(engine) as connection:
        edition = _edition(connection, period)
        if since and since >= edition.period:
            raise PackageError(f"{since} is not before {edition.period} — name an earlier edition")
        former = closing.find(connection, since) if since else None
        acts = _acts(home, edition, former)
        entries, items = _told(connection, acts, edition)
    bodies = {
        ENTRIES: _lines(entries),
        ITEMS: _lines(items),
        SHEET: _sheet(entries, items),
    }
    counts = {
        act: sum(1 for made, _ in acts.values() if made == act) for act in ("added", "changed", "removed")
    }
    made = Package(
        period=edition.period, number=edition.number, edition_digest=edition.digest, since=since,
        entries=len(entries), **counts, items=len(items), key_id=held.signer.key_id,
        files={name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()},
    )  # fmt: skip
    manifest = canonical({"form": FORM, "edition_signature": edition.signature, **made.to_document()})
    bodies[MANIFEST] = manifest
    bodies[SIGNATURE] = base64.b64encode(held.signer.sign(_PREFIX + manifest))
    bodies[KEY] = held.signer.public_pem
    _write(out, bodies)
    digest = hashlib.sha256(manifest).hexdigest()
    with writing(engine) as connection:
        body = {
            "manifest": digest,
            "period": made.period,
            "since": since,
            "entries": made.entries,
            "actor": by,
        }
        evidence.record(connection, event="catalog:report:package", subject=edition.id, body=body, now=now)
    return made


def verify(path: Path) -> Package:
    """What a package says, once its digests and its signature hold.

    Args:
        path: the ZIP file.

    Raises:
        PackageError: it is no package, was changed, or is not signed by the key it carries.
    """
    bodies = _read(path)
    manifest = bodies.pop(MANIFEST)
    public = keys.public_from_pem(bodies.pop(KEY))
    try:
        signature = of_base64(bodies.pop(SIGNATURE))
        if not keys.Ring.single(public).signed(_PREFIX + manifest, signature):
            raise ValueError("another signature")
        document = json.loads(manifest)
        form, _ = document.pop("form"), document.pop("edition_signature")
        said = Package(**document)
    except (ValueError, TypeError, KeyError) as error:
        raise PackageError(
            f"{path}: the manifest is not what was signed — ask for the package again"
        ) from error
    if form != FORM:
        raise PackageError(f"{path}: it is no report package of this form — ask for the package again")
    if keys.key_id(public) != said.key_id:
        raise PackageError(f"{path}: the key in it is another than the manifest names — ask for it again")
    for name, digest in said.files.items():
        if name not in bodies or hashlib.sha256(bodies[name]).hexdigest() != digest:
            raise PackageError(f"{path}: {name} is not what was signed — ask for the package again")
    return said


def _edition(connection: Connection, period: str) -> closing.Edition:
    if period:
        closing.first_day(period)
        return closing.find(connection, period)
    every = closing.all_closed(connection)
    if not every:
        raise PackageError("no edition is closed yet — close one first")
    return every[-1]


def _acts(
    home: Home, edition: closing.Edition, former: closing.Edition | None
) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Resource code → what became of it since the former edition, and its row in the edition that has it.

    The higher level knows an entry by its code: one that got another code left, and came under the new one.
    """
    new = {row["code"]: row for row in closing.read(home, edition, "datasets").to_pylist()}
    old: dict[str, Any] = {}
    if former is not None:
        old = {row["code"]: row for row in closing.read(home, former, "datasets").to_pylist()}
    acts: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for code in sorted(new.keys() | old.keys()):
        if code not in old:
            acts[code] = ("added", new[code])
        elif code not in new:
            acts[code] = ("removed", old[code])
        elif old[code]["revision_digest"] != new[code]["revision_digest"]:
            acts[code] = ("changed", new[code])
    return acts


def _told(
    connection: Connection, acts: Mapping[str, tuple[str, Mapping[str, Any]]], edition: closing.Edition
) -> tuple[list[Item], list[Item]]:
    entries: list[Item] = []
    items: list[Item] = []
    on = local_date(edition.closed_at)
    for code, (act, row) in acts.items():
        revision = revisions.number(connection, row["name"], row["revision"])
        published = local_date(revision.published_at or revision.made_at)
        contract = revision.contract
        entries.append(entry_item(contract, code=code, act=act, published=published, on=on))
        if act != "removed":
            items += field_items(contract, code=code, on=on)
    return entries, items


def _lines(rows: list[Item]) -> bytes:
    return b"".join(canonical(row) + b"\n" for row in rows)


def _sheet(entries: list[Item], items: list[Item]) -> bytes:
    """The workbook a person reads; every cell is text, so that no code loses its zeros."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    from catalog.workbook.cells import shown

    book = Workbook(write_only=True)
    for title, rows in (("信息资源", entries), ("信息项", items)):
        sheet = book.create_sheet(title)
        sheet.append(list(rows[0]) if rows else [])
        for row in rows:
            cells = []
            for value in row.values():
                cell = WriteOnlyCell(sheet, value=shown(str(value)))
                # A text that begins with "=" is no formula.
                cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    # The same edition makes the same workbook.
    book.properties.created = book.properties.modified = datetime(*_EPOCH, tzinfo=UTC).replace(tzinfo=None)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _write(out: Path, bodies: Mapping[str, bytes]) -> None:
    part = out.with_name(out.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in bodies.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    part.replace(out)


def _read(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as package:
            known = (MANIFEST, SIGNATURE, KEY, ENTRIES, ITEMS, SHEET)
            large = [entry.filename for entry in package.infolist() if entry.file_size > _LARGEST]
            if large or sorted(package.namelist()) != sorted(known):
                raise PackageError(
                    f"{path}: it does not hold the files of a report package — ask for it again"
                )
            return {name: package.read(name) for name in known}
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise PackageError(f"{path}: it cannot be read as a package — ask for it again") from error
