"""What an installation lacks to be trusted and run: one finding a check, each with what to do.

Decides nothing and mends nothing. A check that cannot be made says so; none shows a value from data.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from catalog.errors import CatalogError, StoreOutdated
from catalog.keys import load
from catalog.keys.succession import in_use
from catalog.store import reading
from catalog.store.additions import lacking
from catalog.store.looking import only_lies
from catalog.store.revision import require_current
from catalog.store.schema import metadata
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.releases import intents
from policies.clocks import calendar
from policies.rulebook import RuleError, rules
from space import walls
from space.engines.second import NotUsable, second_engine
from space.errors import SpaceError
from space.observing.acting import tokens_go_on
from space.observing.custody import (
    backup_is_young,
    log_is_kept_outside,
    log_is_whole_at_its_head,
    nothing_is_kept_too_long,
    secrets_are_stated,
    signing_key_is_young,
    store_stands_where_it_was,
)
from space.observing.exposure import (
    administrators_are_apart,
    callers_come_through_tls,
    own_address_is_told,
    provider_answers,
    whom_this_machine_calls,
)
from space.observing.finding import Case, Finding
from space.observing.machine import (
    clock_goes_on,
    disk_has_room,
    queries_run,
    settings_are_known,
    storage_serves,
)

# Rule files whose rows a query or a grant cannot do without.
_NEEDED_RULES: Final = ("grants", "modes", "disclosure", "privacy_budgets", "purposes", "tariff")


# Seconds that the server of a second engine may take to answer, its carrier's start included.
_ENGINE_S: Final = 30.0


def examine(case: Case) -> tuple[Finding, ...]:
    """Every finding, in the order of :data:`CHECKS`."""
    return tuple(_found(name, check, case) for name, check in CHECKS)


def _found(name: str, check: Callable[[Case], Finding], case: Case) -> Finding:
    """What a check finds; where it cannot be made, why."""
    try:
        return check(case)
    except (CatalogError, SpaceError, RuleError) as error:
        return Finding(name, False, f"cannot be looked at: {error}", "mend what stands above first")


def workers_are_walled_in(case: Case) -> Finding:
    """The required walls stand around a query worker, or two people do without."""
    stand = ", ".join(name for name, stands in walls.standing().items() if stands)
    missing = walls.missing(case.day)
    if not missing:
        return Finding("walls", True, f"all required walls stand: {stand}")
    found = f"missing: {', '.join(missing)}; standing: {stand}"
    with reading(case.engine) as connection:
        covered = walls.covered(connection, missing, case.day)
    if covered:
        return Finding("walls", True, f"{found}; two people do without")
    return Finding(
        "walls",
        False,
        f"{found}; no grant to an operator can be signed",
        "run on a kernel that has them, or state an override with its reason and last day",
    )


def store_is_current(case: Case) -> Finding:
    """Every table, column and index the code knows is there."""
    try:
        require_current(case.engine)
    except StoreOutdated as error:
        return Finding("store", False, str(error), "run `ybz init`")
    with reading(case.engine) as connection:
        missing = lacking(connection)
    if missing:
        found = f"lacks {len(missing)} tables, columns or indexes ({missing[0]})"
        return Finding("store", False, found, "run `ybz init`")
    if only_lies(case.engine):
        found = "its disk takes nothing: the file can be looked at, and no act be done"
        return Finding("store", False, found, "make room where it is full, else look at the disk (`dmesg`)")
    return Finding("store", True, f"{case.engine.dialect.name}, {len(metadata.tables)} tables")


def keys_are_private(case: Case) -> Finding:
    """The keys are there, whole, and readable by their owner alone."""
    try:
        signer = load(case.home).signer
    except CatalogError as error:
        return Finding("keys", False, str(error), "see the message; never copy keys into a shared folder")
    with reading(case.engine) as connection:
        used = in_use(connection)
    if used is not None and used.key_id != signer.key_id:
        found = f"the signing key in place is {signer.key_id}, in use is {used.key_id}"
        todo = "bring back the keys/ of now, from escrow or the newest backup; repeat a rotation that stopped"
        return Finding("keys", False, found, todo)
    return Finding("keys", True, "signing and pseudonym keys are there and private")


def lake_is_private(case: Case) -> Finding:
    """Nobody but the owner may enter the lake."""
    path: Path = case.home.lake
    if not path.is_dir():
        return Finding("lake", False, "the folder is missing", "run `ybz init`")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("lake", False, "others may enter the folder", "chmod 700 on the folder lake")
    return Finding("lake", True, "only its owner may enter it")


def rules_read(case: Case) -> Finding:
    """The rule files, the installation's own rows included, can be read and have rows in force."""
    for name in _NEEDED_RULES:
        try:
            if not rules(name, case.day):
                return Finding("rules", False, f"{name} has no row in force", "add a row with valid_from")
        except RuleError as error:
            return Finding("rules", False, str(error), "mend the row")
    return Finding("rules", True, f"{len(_NEEDED_RULES)} files read")


def calendar_is_official(case: Case) -> Finding:
    """Due dates of a year without an official calendar are provisional: say so before it begins."""
    known = calendar()
    years = [year for year in (case.day.year, case.day.year + 1) if not known.is_official(date(year, 1, 1))]
    # The notice for a year is published in the last weeks of the one before.
    late = [year for year in years if year == case.day.year or case.day.month == 12]
    if late:
        return Finding(
            "calendar",
            False,
            f"no official calendar of {late[0]}: due dates are provisional",
            "add the notice's days to rules/holidays.yaml of the installation",
        )
    return Finding("calendar", True, f"official through {case.day.year + (not years)}")


def engine_answers(_: Case) -> Finding:
    """Where a second engine is set, its server answers, to a carrier with walls around it."""
    try:
        second = second_engine()
    except NotUsable as error:
        return Finding("engine", False, str(error), "mend the setting: see docs/second-engine.md")
    if second is None:
        return Finding("engine", True, "DuckDB, inside the workers")
    stand, answers = second.examine(_ENGINE_S)
    if not answers:
        found = f"the second engine at {second.shown} does not answer; every query is lost until it does"
        return Finding("engine", False, found, "start the Spark Connect server, or unset YBZ_ENGINE_URL")
    lacking = [name for name, stands in stand.items() if not stands]
    without = f"; its carrier lacks {', '.join(lacking)}" if lacking else "; all walls of its carrier stand"
    return Finding("engine", True, f"the second engine at {second.shown} answers{without}")


def releases_are_closed(case: Case) -> Finding:
    """No build was cut off between the lake and the ledger."""
    with reading(case.engine) as connection:
        open_ = connection.execute(
            select(func.count()).select_from(intents).where(intents.c.closed_at.is_(None))
        ).scalar_one()
    if open_:
        return Finding("releases", False, f"{open_} builds were cut off", "`ybz build` ends them first")
    return Finding("releases", True, "no build was cut off")


def evidence_is_integrated(case: Case) -> Finding:
    """Every act has its place in the log, or gets one when the log is next read."""
    with reading(case.engine) as connection:
        waiting = connection.execute(
            select(func.count()).select_from(evidence_entries).where(evidence_entries.c.position.is_(None))
        ).scalar_one()
    return Finding(
        "evidence",
        True,
        f"{waiting} entries wait for their place (`ybz evidence root`)" if waiting else "whole",
    )


CHECKS: Final[tuple[tuple[str, Callable[[Case], Finding]], ...]] = (
    ("settings", settings_are_known),
    ("store", store_is_current),
    ("place", store_stands_where_it_was),
    ("keys", keys_are_private),
    ("key_age", signing_key_is_young),
    ("secrets", secrets_are_stated),
    ("lake", lake_is_private),
    ("storage", storage_serves),
    ("disk", disk_has_room),
    ("rules", rules_read),
    ("calendar", calendar_is_official),
    ("clock", clock_goes_on),
    ("releases", releases_are_closed),
    ("evidence", evidence_is_integrated),
    ("log", log_is_whole_at_its_head),
    ("copy", log_is_kept_outside),
    ("backup", backup_is_young),
    ("retention", nothing_is_kept_too_long),
    ("walls", workers_are_walled_in),
    ("queries", queries_run),
    ("engine", engine_answers),
    ("proxy", callers_come_through_tls),
    ("address", own_address_is_told),
    ("accounts", administrators_are_apart),
    ("provider", provider_answers),
    ("tokens", tokens_go_on),
    ("offline", whom_this_machine_calls),
)
