"""The lake beside its tables: files, wherever they are, and the object storage they may be on.

Decides which of the two an installation has. Tables are :mod:`catalog.releases.delta`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from catalog.home import Home
from catalog.lake.copies import copies_of
from catalog.lake.files import Draft, Files
from catalog.lake.in_bucket import InBucket
from catalog.lake.on_disk import OnDisk
from catalog.lake.storage import storage_of

__all__ = ["Draft", "Files", "files_of", "forget_drafts"]

# A table that waits so long to stand was written by a process that died.
_GIVEN_UP: Final = timedelta(days=1)


def files_of(home: Home) -> Files:
    """The files of an installation's lake: in its folder, or on the object storage it is on."""
    storage = storage_of(home.root)
    return OnDisk(home.lake) if storage is None else InBucket(storage, copies_of(home), home.lake)


def forget_drafts(files: Files, below: str, now: datetime) -> int:
    """Remove the tables below a name that were written and given up; returns how many.

    Whoever writes them writes them again. Drafts of answers are not among them: those of a submission that
    was committed are still to stand.
    """
    old = [draft for draft in files.drafts(below) if now - draft.made_at > _GIVEN_UP]
    given_up = [draft for draft in old if draft.name.endswith(".parquet")]
    for draft in given_up:
        files.drop(draft)
    return len(given_up)
