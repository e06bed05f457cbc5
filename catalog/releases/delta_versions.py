"""Versions of a Delta table that went: a table made to hold an earlier one, and files no version names.

How tables are read and written is :mod:`catalog.releases.delta`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from catalog.releases.delta import table_at
from catalog.releases.delta_log import Place, head
from catalog.releases.remote import Remote


def restore(path: Place, version: int | None) -> None:
    """Make the head hold what ``version`` holds; with None, no rows at all.

    History stays: the table gets one more version.
    """
    current = head(path)
    if current is None or current == version:
        return
    table = table_at(path)
    if version is None:
        table.delete()
    else:
        table.restore(version)


def vacuum(path: Place, keep: Sequence[int], *, hours: int, dry_run: bool) -> tuple[str, ...]:
    """Remove data files no version of ``keep``, nor the head, names.

    Args:
        path: folder of the table.
        keep: versions that stay readable whatever their age.
        hours: files younger than this stay too, for writers and readers at work.
        dry_run: name the files only.

    Returns:
        The files, relative to the table.
    """
    found: list[str] = table_at(path).vacuum(
        retention_hours=hours,
        dry_run=dry_run,
        enforce_retention_duration=False,
        keep_versions=sorted(keep),
    )
    if isinstance(path, Remote) and not dry_run:
        path.forget(tuple(unquote(name) for name in found))
    return tuple(sorted(found))
