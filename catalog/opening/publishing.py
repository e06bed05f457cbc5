"""The files of an opening: published as dated exports, removed on withdrawal, a tombstone left.

Decides what stands in the installation's folder ``open`` and in which order files and rows change: a
publication's files appear with its row, a withdrawal's files go first. Whether a release may leave was
decided before (:mod:`catalog.opening.checking`); here it is made sure that it is that very release.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from catalog import revisions
from catalog.home import Home
from catalog.opening import checking, files, openings
from catalog.opening.form import OpenForm
from catalog.opening.openings import Opening, OpeningError, OpeningRefused
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.revisions import Contracts, Revision
from catalog.stops import PUBLIC, closed
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.opening import open_files
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import Office, machine

OPEN: Final = "open"
INDEX: Final = "index.json"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A dated export.

    Attributes:
        folder: absolute.
        csv: name of its data file.
        sha256: of the data file.
        rows: how many.
        release: its id.
    """

    folder: Path
    csv: str
    sha256: str
    rows: int
    release: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "folder": str(self.folder),
            "csv": self.csv,
            "sha256": self.sha256,
            "rows": self.rows,
            "release": self.release,
        }


def publish(home: Home, engine: Engine, dataset: str, *, by: str, now: datetime) -> OpenFile:
    """Publish the newest release of an approved dataset as a dated export; the authority's act.

    Args:
        home: the installation; the export lies in its folder ``open``.
        engine: its store.
        dataset: approved, or published before (then a newer release).
        by: of the authority.
        now: aware instant.

    Raises:
        OpeningRefused: the newest release is not the one that passed its check, or no longer passes.
        OpeningError: that release is published already.
        IllegalStep: it is not approved.
    """
    folder: Path | None = None
    try:
        with writing(engine) as connection:
            opening = openings.called(connection, dataset)
            state = machine("opening").after(opening.state, "publish", Office.AUTHORITY, dataset)
            release, form, revision = _passing(home, connection, opening, now)
            _check_new(connection, opening, release)
            relative = _new_folder(connection, dataset, release, local_date(now))
            made = files.contents(opening, revision, release, form, now)
            folder = home.root / relative
            files.lay(folder, made)
            opening = openings.changed(connection, opening, state, now)
            name = f"{dataset}.csv"
            digest = hashlib.sha256(made[name]).hexdigest()
            body = {"release": release.id, "sha256": digest, "licence": opening.licence}
            proof = openings.step(
                connection, opening, "publish", Office.AUTHORITY, reason=opening.approval or "", by=by,
                now=now, body=body,
            )  # fmt: skip
            connection.execute(
                insert(open_files).values(
                    id=new_id("opf"), opening_id=opening.id, dataset=dataset, release_id=release.id,
                    folder=relative.as_posix(), sha256=digest,
                    metadata_sha256=hashlib.sha256(made[files.METADATA]).hexdigest(),
                    size_bytes=len(made[name]), rows=form.rows.num_rows, licence=opening.licence,
                    published_by=by, published_at=now, evidence_id=proof,
                )
            )  # fmt: skip
            _write_index(home, connection)
    except BaseException:  # nothing is public that the ledger does not know: take it back, raise again
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return OpenFile(folder, name, digest, form.rows.num_rows, release.id)


def withdraw(
    home: Home,
    engine: Engine,
    dataset: str,
    *,
    reason: str,
    announcement: str,
    by: str,
    now: datetime,
    office: Office = Office.AUTHORITY,
) -> tuple[str, ...]:
    """Withdraw every export of a dataset; its files go, a tombstone stays.

    Args:
        home: the installation.
        engine: its store.
        dataset: published.
        reason: why, kept in the ledger.
        announcement: what the public is told; it stands in the tombstone.
        by: of the authority, or of the security office where there is danger.
        now: aware instant.
        office: whose act it is.

    Returns:
        Folders of the exports withdrawn, relative to the installation.

    Raises:
        OpeningError: the reason or the announcement is missing.
        IllegalStep: it is not published, or the office may not.
    """
    with writing(engine) as connection:
        opening = openings.called(connection, dataset)
        state = machine("opening").after(opening.state, "withdraw", office, dataset)
        if not reason.strip() or not announcement.strip():
            what = "a withdrawal states its reason and what the public is told"
            raise OpeningError(f"{what} (`reason`, `announcement`)")
        opening = openings.changed(connection, opening, state, now)
        o = open_files.c
        standing = connection.execute(
            select(open_files).where(o.opening_id == opening.id, o.withdrawn_at.is_(None)).order_by(o.folder)
        ).all()
        connection.execute(
            update(open_files)
            .where(o.opening_id == opening.id, o.withdrawn_at.is_(None))
            .values(withdrawn_at=now, withdraw_reason=announcement)
        )
        body = {"reason": reason, "exports": [row.sha256 for row in standing]}
        openings.step(connection, opening, "withdraw", office, reason=reason, by=by, now=now, body=body)
        for row in standing:
            files.bury(home.root / row.folder, dict(row._mapping), announcement, now)
        _write_index(home, connection)
    return tuple(row.folder for row in standing)


def exports(connection: Connection, dataset: str | None = None) -> tuple[dict[str, Any], ...]:
    """Every export, withdrawn ones too, the latest first."""
    o = open_files.c
    query = select(
        o.dataset, o.folder, o.sha256, o.size_bytes, o.rows, o.licence, o.release_id, o.published_at,
        o.withdrawn_at, o.withdraw_reason,
    )  # fmt: skip
    if dataset is not None:
        query = query.where(o.dataset == dataset)
    rows = connection.execute(query.order_by(o.dataset, o.published_at.desc(), o.folder.desc()))
    return tuple(
        {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row._mapping.items()} for row in rows
    )


def _passing(
    home: Home, connection: Connection, opening: Opening, now: datetime
) -> tuple[Release, OpenForm, Revision]:
    """The release to publish: the newest, the one that was checked, and it passes now as it did then."""
    stop = closed(connection, PUBLIC, (opening.dataset,))
    if stop is not None:
        raise OpeningRefused(opening.dataset, Deny((stop,)))
    release, told = releases.latest(connection, opening.dataset), opening.check or {}
    if release is None or told.get("release") != release.id or not told.get("passed"):
        newer = Reason(
            "opening.unchecked",
            "the newest release has not passed its check",
            opening.dataset,
            "have it checked: `ybz open check`",
        )
        raise OpeningRefused(opening.dataset, Deny((newer,)))
    revision = revisions.current(connection, opening.dataset)
    case = checking.Case(
        revision=revision,
        release=release,
        contracts=Contracts(revisions.all_current(connection)),
        found=checking.found_in(connection, release),
        method=opening.method,
        effect_grade=opening.effect_grade,
        on=local_date(now),
        scope=opening.scope,
    )
    checked = checking.check(home, case)
    if isinstance(checked.decision, Deny):
        raise OpeningRefused(opening.dataset, checked.decision)
    assert checked.form is not None
    return release, checked.form, revision


def _check_new(connection: Connection, opening: Opening, release: Release) -> None:
    o = open_files.c
    same = select(o.folder).where(
        o.opening_id == opening.id, o.release_id == release.id, o.withdrawn_at.is_(None)
    )
    if (folder := connection.execute(same).scalar()) is not None:
        raise OpeningError(f"release {release.number} of {opening.dataset} is published already: {folder}")


def _new_folder(connection: Connection, dataset: str, release: Release, on: date) -> Path:
    """A folder no export had: a withdrawn one keeps its tombstone."""
    o = open_files.c
    taken = set(connection.execute(select(o.folder).where(o.dataset == dataset)).scalars())
    name = f"{on.isoformat()}-r{release.number}"
    names = (name, *(f"{name}-{nth}" for nth in range(2, len(taken) + 3)))
    return next(p for p in (Path(OPEN) / dataset / each for each in names) if p.as_posix() not in taken)


def stale(connection: Connection, among: Iterable[Opening] | None = None) -> Mapping[str, str]:
    """Published datasets whose latest export is not as it should be → why, in words; of all, or of some."""
    found = {}
    for opening in openings.listing(connection) if among is None else among:
        if opening.state != "published":
            continue
        release, told = releases.latest(connection, opening.dataset), opening.check or {}
        last = next((e for e in exports(connection, opening.dataset) if e["withdrawn_at"] is None), None)
        if release is None or last is None or last["release_id"] == release.id:
            continue
        if told.get("release") == release.id and not told.get("passed"):
            found[opening.dataset] = "its newest release failed the check — withdraw what is open, or mend it"
        else:
            found[opening.dataset] = f"release {release.number} is newer — check and publish it, or withdraw"
    return found


def _write_index(home: Home, connection: Connection) -> None:
    """What is open and what was, for whoever serves the folder."""
    folder = home.root / OPEN
    folder.mkdir(parents=True, exist_ok=True)
    names = (
        "dataset",
        "folder",
        "sha256",
        "rows",
        "licence",
        "published_at",
        "withdrawn_at",
        "withdraw_reason",
    )
    told = [
        {name: each[name] for name in names} | {"folder": each["folder"].removeprefix(f"{OPEN}/")}
        for each in exports(connection)
    ]
    made = folder / f".{INDEX}.part"
    made.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    made.rename(folder / INDEX)
