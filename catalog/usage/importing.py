"""Importing a log: its counts enter the ledger once, a day of a platform has one import.

Decides: the same files under the same mapping add nothing; files that share a day with an earlier import
are refused, unless they replace it, for a reason; a day is then the later import's whole. The replaced
counts stay as history and count no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select

from catalog import evidence
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.usage import (
    exchange_runs,
    usage_counts,
    usage_import_days,
    usage_imports,
    usage_outside,
)
from catalog.usage.lines import file_digest
from catalog.usage.mapping import LogMapping, UsageError
from catalog.usage.tallying import Tally, tally
from contracts.canonical import digest
from policies.clocks import local_date
from policies.rulebook import rule

_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        import_id: of the import; of the earlier one where nothing was added.
        added: whether anything was.
        first_on, last_on: days it speaks for.
        lines, counted, outside, unreadable: lines = counted + outside + unreadable.
        replaced: days taken over from earlier imports.
        not_in_ledger: shortened id of a resource → lines; the empty id: those that could name a person.
    """

    import_id: str
    added: bool
    first_on: date
    last_on: date
    lines: int
    counted: int
    outside: int
    unreadable: int
    replaced: int
    not_in_ledger: Mapping[str, int]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        names = ("added", "lines", "counted", "outside", "unreadable", "replaced")
        return {
            "import": self.import_id,
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat(),
            **{name: getattr(self, name) for name in names},
            "not_in_ledger": dict(self.not_in_ledger),
        }


def import_logs(
    engine: Engine,
    files: Sequence[Path],
    platform: str,
    mapping: LogMapping,
    *,
    by: str,
    now: datetime,
    replacing: str = "",
) -> Imported:
    """Import the log files of whole days of one platform.

    Args:
        engine: of the store.
        files: all files of those days: a log cut by hour or node is one import.
        platform: e.g. ``city-gateway``.
        mapping: how they are read.
        by: who imports.
        now: aware instant.
        replacing: why days imported before are replaced; empty: they may not be.

    Returns:
        What was added; ``added`` is False where the same files were imported before.

    Raises:
        UsageError: a file is of another platform's import, a day is imported already, or it cannot be read.
    """
    if not platform.strip() or not files:
        raise UsageError("an import names its platform and its files")
    summed = {path: file_digest(path) for path in files}
    held = sorted(summed.values())
    if len(set(held)) < len(files):
        raise UsageError("one file is given twice — name each once")
    told = digest({"files": held, "mapping": mapping.digest})
    with reading(engine) as connection:
        earlier = _earlier(connection, platform, told, held)
        names = _names(connection)
    if earlier is not None:
        return earlier
    found = tally(sorted(files, key=summed.__getitem__), mapping, names, local_date(now))
    with writing(engine) as connection:
        earlier = _earlier(connection, platform, told, held)
        if earlier is not None:
            return earlier
        replaced = _taken_over(connection, platform, found, replacing)
        about = {path.name: summed[path] for path in files}
        return _write(connection, found, platform, about, told, replaced, replacing, by=by, now=now)


def _earlier(connection: Connection, platform: str, told: str, held: Sequence[str]) -> Imported | None:
    """The import of the same files, as long as it speaks for a day."""
    i, d = usage_imports.c, usage_import_days.c
    speaking = select(d.import_id).distinct()
    for row in connection.execute(select(usage_imports).where(i.id.in_(speaking))):
        if row.platform == platform and row.digest == told:
            outside = connection.execute(
                select(usage_outside.c.resource, usage_outside.c.count).where(
                    usage_outside.c.import_id == row.id
                )
            ).all()
            return Imported(
                row.id, False, row.first_on, row.last_on, row.lines, row.counted, row.outside,
                row.unreadable, 0, {row[0]: row[1] for row in outside},
            )  # fmt: skip
        if row.platform != platform and not set(held).isdisjoint(row.files.values()):
            raise UsageError(
                f"one of these files was imported as a log of {row.platform} — name that platform"
            )
    return None


def _names(connection: Connection) -> dict[str, str]:
    """Name or code of an entry → its name."""
    rows = connection.execute(select(entries.c.name, entries.c.code)).all()
    return {code: name for name, code in rows} | {name: name for name, _ in rows}


def _taken_over(connection: Connection, platform: str, found: Tally, replacing: str) -> int:
    d = usage_import_days.c
    first, last = min(found.days), max(found.days)
    rows = connection.execute(select(d.day).where(d.platform == platform, d.day >= first, d.day <= last))
    shared = sorted(set(rows.scalars()) & found.days)
    if shared and not replacing.strip():
        raise UsageError(
            f"{len(shared)} of these days of {platform} were imported before, the first is {shared[0]} — "
            "import all files of a day together, or replace those days and say why (`replace`)"
        )
    for day in shared:
        connection.execute(delete(usage_import_days).where(d.platform == platform, d.day == day))
    return len(shared)


def _write(
    connection: Connection,
    found: Tally,
    platform: str,
    files: Mapping[str, str],
    told: str,
    replaced: int,
    replacing: str,
    *,
    by: str,
    now: datetime,
) -> Imported:
    outside = _kept(found, local_date(now))
    done = Imported(
        new_id("imp"), True, min(found.days), max(found.days), found.lines, found.counted,
        found.outside.total(), found.unreadable.total(), replaced, outside,
    )  # fmt: skip
    figures = {
        "platform": platform, "lines": done.lines, "counted": done.counted, "outside": done.outside,
        "unreadable": done.unreadable,
    }  # fmt: skip
    body = {
        **figures, "import": done.import_id, "digest": told, "first_on": done.first_on.isoformat(),
        "last_on": done.last_on.isoformat(), "replaced_days": replaced, "reason": replacing, "actor": by,
    }  # fmt: skip
    proof = evidence.record(connection, event="catalog:usage:import", subject=platform, body=body, now=now)
    connection.execute(
        insert(usage_imports).values(
            id=done.import_id, files=dict(files), digest=told, first_on=done.first_on, last_on=done.last_on,
            unreadable_by=dict(found.unreadable), reason=replacing, imported_by=by, imported_at=now,
            evidence_id=proof, **figures,
        )
    )  # fmt: skip
    own = {"import_id": done.import_id}
    cells = ("day", "dataset", "consumer", "kind", "outcome")
    for table, rows in (
        (usage_import_days, [own | {"platform": platform, "day": day} for day in sorted(found.days)]),
        (
            usage_counts,
            [
                own | dict(zip(cells, key, strict=True)) | {"count": count, "bytes_class": bytes_class(size)}
                for key, (count, size) in sorted(found.counts.items())
            ],
        ),
        (usage_outside, [own | {"resource": name, "count": n} for name, n in sorted(outside.items())]),
        (
            exchange_runs,
            [
                own | {"platform": platform, "job": job, "day": day, "succeeded": good, "failed": bad}
                for (job, day), (good, bad) in sorted(found.jobs.items())
                if job
            ],
        ),
    ):
        for start in range(0, len(rows), _ROWS):
            connection.execute(insert(table), rows[start : start + _ROWS])
    return done


def _kept(found: Tally, on: date) -> dict[str, int]:
    """Resources outside the ledger by name, the most used; the rest under the empty name."""
    most = int(rule("usage", "outside_kept", on).value)
    named = sorted(((n, name) for name, n in found.outside.items() if name), key=lambda e: (-e[0], e[1]))
    kept = {name: n for n, name in named[:most]}
    rest = found.outside.total() - sum(kept.values())
    return kept | ({"": rest} if rest else {})


def bytes_class(size: int) -> str:
    """Order of magnitude of a number of bytes; empty where none is told.

    >>> bytes_class(1_234), bytes_class(0)
    ('<10^4', '')
    """
    return f"<10^{len(str(size))}" if size else ""
