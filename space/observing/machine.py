"""What the doctor asks of the machine: room, clock, settings, and queries that really run.

Decides nothing and mends nothing.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from catalog.lake.storage import StorageTrouble, storage_of
from catalog.lake.trial import trial
from catalog.settings import reading as settings
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from space.engines.workers.trial import answers
from space.observing.finding import Case, Finding
from space.observing.readiness import free_percent


def settings_are_known(case: Case) -> Finding:
    """Every setting is one there is, and can be what it says."""
    try:
        settings.require(case.home.root)
    except settings.SettingsError as error:
        todo = "mend the setting; docs/operate.md lists all there are"
        return Finding("settings", False, str(error), todo)
    said = [one for one in settings.listing(case.home.root) if one.origin != "default"]
    return Finding("settings", True, f"{len(said)} set by the environment or the file, the others as shipped")


def disk_has_room(case: Case) -> Finding:
    """There is room for the next builds and the log."""
    free = free_percent(case.home)
    if free < float(case.ruled("disk_low")):
        todo = "make room, or move the installation; a store that cannot write refuses every act"
        return Finding("disk", free >= float(case.ruled("disk_least")), f"{free:.0f} % free", todo)
    return Finding("disk", True, f"{free:.0f} % free")


def storage_serves(case: Case) -> Finding:
    """Where the lake is on object storage, this machine can write, read, list and delete there."""
    try:
        storage = storage_of(case.home.root)
    except StorageTrouble as error:
        return Finding("storage", False, str(error), "mend the setting: see docs/object-storage.md")
    if storage is None:
        return Finding("storage", True, "none is set: the lake is a folder")
    fault = trial(storage)
    if fault:
        todo = "start it, or mend address, bucket, credentials or their rights (docs/object-storage.md)"
        return Finding("storage", False, f"{storage.url} {fault}", todo)
    return Finding("storage", True, f"{storage.url} takes, gives back, lists and deletes")


def clock_goes_on(case: Case) -> Finding:
    """The clock does not stand behind the newest act in the log."""
    with reading(case.engine) as connection:
        last = connection.execute(select(func.max(evidence_entries.c.recorded_at))).scalar_one()
    if last is None:
        return Finding("clock", True, "no act is recorded yet")
    behind = last - case.now
    if behind > timedelta(seconds=int(case.ruled("clock_behind"))):
        found = f"the clock stands {behind.total_seconds():.0f} s behind the newest act of the log"
        return Finding("clock", False, found, "set the clock (NTP) before anything is signed or granted")
    return Finding("clock", True, "not behind the newest act of the log")


def queries_run(case: Case) -> Finding:
    """A query is really answered by a worker behind its walls."""
    if answers(float(case.ruled("trial_query"))):
        return Finding("queries", True, "a trial query was answered behind the walls")
    todo = "look for a limit of memory or processes on this account; `ybz doctor` asks again"
    return Finding("queries", False, "a trial query was not answered: no call can be", todo)
