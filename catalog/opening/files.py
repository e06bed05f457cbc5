"""The files of an export: the data as CSV, its metadata as JSON, their digests; and the tombstone.

Decides how they are written. Nothing here asks whether they may be.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from catalog.opening.form import OpenForm
from catalog.opening.openings import Opening
from catalog.releases.published import Release
from catalog.revisions import Revision
from policies.clocks import local_date
from policies.disclosure import defaults
from policies.rulebook import rule

METADATA: Final = "metadata.json"
SUMS: Final = "SHA256SUMS"
TOMBSTONE: Final = "WITHDRAWN.json"


def contents(
    opening: Opening, revision: Revision, release: Release, form: OpenForm, now: datetime
) -> dict[str, bytes]:
    """The files of an export, by name: data, metadata, digests.

    Args:
        opening: under which it is published.
        revision: of the entry, in force.
        release: published.
        form: its open form.
        now: aware instant of publication.
    """
    name = f"{opening.dataset}.csv"
    data = _csv(form)
    described = _metadata(opening, revision, release, form, data, now)
    metadata = (json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {file}\n"
        for file, content in ((METADATA, metadata), (name, data))
    )
    return {name: data, METADATA: metadata, SUMS: sums.encode()}


def _csv(form: OpenForm) -> bytes:
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow([item.name for item in form.fields])
    for row in zip(*(column.to_pylist() for column in form.rows.columns), strict=True):
        out.writerow(["" if value is None else _cell(value) for value in row])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value


def _metadata(
    opening: Opening, revision: Revision, release: Release, form: OpenForm, data: bytes, now: datetime
) -> dict[str, Any]:
    contract, on = revision.contract, local_date(now)
    document: dict[str, Any] = {
        "name": revision.name,
        "code": revision.code,
        "title": contract.title,
        "summary": contract.summary,
        "department": contract.department.name,
        "licence": {"id": opening.licence, **rule("opening", "licences", on).value[opening.licence]},
        "release": release.number,
        "released_on": local_date(release.published_at).isoformat(),
        "issued": on.isoformat(),
        "update_cycle": contract.update_cycle.value,
        "file": {
            "name": f"{revision.name}.csv",
            "media_type": "text/csv; charset=utf-8; header=present",
            "sha256": hashlib.sha256(data).hexdigest(),
            "size_bytes": len(data),
            "rows": form.rows.num_rows,
        },
        "columns": [
            {
                "name": item.name,
                "title": item.business_name,
                "type": item.type.value,
                "element": item.element,
                "description": item.description,
            }
            for item in form.fields
        ],
        "kind": form.kind.value,
        "method": opening.method,
        "effect_grade": opening.effect_grade or None,
        "grade": release.grade,
    }
    if form.kinds:
        terms = defaults(on)
        document["disclosure"] = {
            "units": list(form.kinds),
            "cells_below_units_withheld": terms.k,
            "rounding": form.rounding,
        }
    return document


def lay(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files into a folder that appears whole; what a broken publication left there goes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder.with_name(f".{folder.name}.part")
    for stale in (made, folder):
        shutil.rmtree(stale, ignore_errors=True)
    made.mkdir()
    for name, content in files.items():
        (made / name).write_bytes(content)
    made.rename(folder)


def bury(folder: Path, row: Mapping[str, Any], announcement: str, now: datetime) -> None:
    """Remove an export's files; what stood there is still said."""
    # A file that stays must not be taken for gone: what cannot be removed stops the withdrawal.
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "dataset": row["dataset"],
        "sha256": row["sha256"],
        "published_at": row["published_at"].isoformat(),
        "withdrawn_at": now.isoformat(),
        "announcement": announcement,
    }
    (folder / TOMBSTONE).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
