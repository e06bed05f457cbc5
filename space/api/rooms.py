"""Rooms of the interface for the ledger, its long work and its events, in the order of their doors.

Decides that a path which names a thing comes after the paths of its lists.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from space.api import (
    anchors,
    announcements,
    books,
    bulk,
    classification,
    clocks,
    countersigning,
    deliveries,
    department_evaluations,
    drafting,
    duty,
    entries,
    entries_acts,
    evaluating,
    granting,
    inventories,
    jobs,
    libraries,
    links,
    lists,
    openings,
    operating,
    organisations,
    places,
    qualities,
    receipts,
    registrar,
    registrations,
    registrations_filing,
    reports,
    reviewing,
    security_reports,
    sources,
    standards,
    standing,
    steps_taken,
    subscriptions,
    trying,
    watching,
    webhooks,
    workspace_texts,
)

ROOMS: Final[tuple[ModuleType, ...]] = (
    jobs,  # before `links`, whose paths take any word
    webhooks,
    drafting,
    trying,
    entries,
    entries_acts,
    deliveries,
    reviewing,
    granting,
    sources,
    subscriptions,
    watching,
    standing,
    standards,
    classification,
    books,
    clocks,
    countersigning,
    inventories,
    announcements,
    lists,
    libraries,
    links,
    openings,
    organisations,
    operating,
    places,
    qualities,
    department_evaluations,
    registrar,  # before `registrations`, whose paths take any word
    registrations,
    registrations_filing,
    reports,
    bulk,
    anchors,  # before the entries of the log, whose paths take any word
    evaluating,  # before what is published, whose paths take any word
    security_reports,
    duty,
    workspace_texts,
    steps_taken,
    receipts,
)
