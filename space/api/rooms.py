"""Rooms of the interface for the ledger, its long work and its events, in the order of their doors.

Decides that a path which names a thing comes after the paths of its lists.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from space.api import steps_taken
from space.api.ledger import (
    announcements,
    bulk,
    classification,
    clocks,
    deliveries,
    department_evaluations,
    drafting,
    entries,
    entries_acts,
    identifiers,
    inventories,
    libraries,
    links,
    lists,
    openings,
    places,
    qualities,
    reports,
    reviewing,
    sources,
    standards,
    trying,
)
from space.api.operation import books, evaluating, receipts, standing, workspace_texts
from space.api.parties import countersigning, divisions, organisations
from space.api.registration import registrar, registrations, registrations_filing
from space.api.sharing import granting
from space.api.upkeep import anchors, duty, jobs, operating, security_reports, watching, webhooks
from space.api.wayback import subscriptions

ROOMS: Final[tuple[ModuleType, ...]] = (
    jobs,  # before `links`, whose paths take any word
    webhooks,
    drafting,
    trying,
    entries,
    entries_acts,
    identifiers,
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
    divisions,
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
