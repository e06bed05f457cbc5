"""Jobs over the whole ledger: written in the departments' form, taken over, packed, unpacked, recounted.

Decides what a job is given and what file comes of it; what is entered is :mod:`catalog.bulk`'s.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from catalog.bulk import adoptable, adopting, faults, moving, reading, writing
from catalog.cataloging.values import Acts, Catalogued
from catalog.errors import CatalogError
from catalog.store import reading as transaction
from space.errors import SpaceError, Unknown
from space.jobs.work import Work
from space.money.reconcile import reconcile

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP: Final = "application/zip"
# Ending of a form → its media type.
FORMS: Final[Mapping[str, str]] = {"xlsx": XLSX, "csv": "text/csv", "json": "application/json"}

# What came of a job, and the media type of its file where it wrote one.
Came = tuple[dict[str, Any], str | None]


def entered(made: Sequence[Catalogued]) -> dict[str, Any]:
    """What became of many entries."""
    names = ("name", "code", "revision", "state", "changed")
    lines = [{n: getattr(one, n) for n in names} | {"open_points": list(one.open_points)} for one in made]
    return {"ok": True, "faults": [], "entries": lines}


def faulty(work: Work, file: Path, error: reading.FormFaulty) -> Came:
    """Every cell that cannot be taken, with its remedy, and a copy with the cells marked."""
    names = ("sheet", "cell", "what", "remedy")
    told = [{n: getattr(one, n) for n in names} for one in error.faults]
    with _result(work, ".xlsx") as copy:
        faults.mark(file, error.faults, copy)
    return {"ok": False, "faults": told, "entries": []}, XLSX


def export(work: Work) -> Came:
    """The ledger in the departments' form."""
    form, department = str(work.job.wanted["form"]), work.job.wanted["department"]
    with transaction(work.bench.engine) as connection:
        listed = writing.listed(connection, department)
    if not listed:
        raise Unknown("entry of", department or "the ledger")
    work.step(0, len(listed))
    with _result(work, f".{form}") as out:
        count = writing.write(out, listed)
    return {"entries": count}, FORMS[form]


def adopt(work: Work) -> Came:
    """A former catalogue taken over, with its codes, days, states and history; all of it or nothing."""
    wanted, bench, given = work.job.wanted, work.bench, json.loads(work.input.read_bytes())
    acts = Acts(work.job.asked_by, str(wanted["basis"]), bench.clock())
    with passing() as place:
        file = (place / "form").with_suffix(Path(str(wanted["name"])).suffix)
        file.write_bytes(base64.b64decode(given["content"]))
        told = place / "history.csv"
        told.write_text(given["history"], encoding="utf-8")
        try:
            entries = adoptable.given_by(bench.engine, reading.read(file), acts)
            work.step(0, len(entries))
            history = adopting.read_history(told) if given["history"] else []
            made = adopting.adopt(bench.engine, entries, history, acts, origin=str(wanted["origin"]))
        except reading.FormFaulty as error:
            return faulty(work, file, error)
    return entered(made) | {"foreign_codes": list(adoptable.foreign(entries))}, None


def pack(work: Work) -> Came:
    """Contracts as a signed bundle."""
    bench = work.bench
    with _result(work, ".zip") as out:
        count = moving.pack(bench.home, bench.engine, out, work.job.wanted["names"], now=bench.clock())
    return {"contracts": count, "key_id": bench.signer.key_id}, ZIP


def unpack(work: Work) -> Came:
    """The contracts of a bundle of another installation, all of them or none."""
    bench, wanted = work.bench, work.job.wanted
    with passing() as place:
        file = place / "bundle.zip"
        file.write_bytes(work.input.read_bytes())
        bundle = moving.opened(file)
    if bundle.key_id != wanted["from_key"]:
        raise moving.BundleError("it is signed by another key than you named — ask the sender for theirs")
    reason = f"moved from the installation with the key {bundle.key_id}"
    acts = Acts(work.job.asked_by, reason, bench.clock())
    return entered(moving.unpack(bench.home, bench.engine, bundle, acts, submit=wanted["submit"])), None


def count_anew(work: Work) -> Came:
    """Every call, counter and amount counted anew from evidence and receipts."""
    made = reconcile(work.bench.engine, work.bench.signer)
    return made.to_document() | {"ok": made.ok}, None


@contextmanager
def passing() -> Iterator[Path]:
    """A folder that is gone after the block; failures tell names of files and not where they lay."""
    with tempfile.TemporaryDirectory(prefix="ybz-job-") as place:
        try:
            yield Path(place)
        except (CatalogError, SpaceError) as error:
            if error.args and isinstance(error.args[0], str):
                error.args = (error.args[0].replace(f"{place}/", ""), *error.args[1:])
            raise


@contextmanager
def _result(work: Work, ending: str) -> Iterator[Path]:
    """A path with an ending, whose file becomes the result of the job."""
    work.result.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    out = work.result.with_suffix(ending)
    yield out
    out.replace(work.result)
