"""Rooms of the interface for the ledger, its long work and its events, in the order of their doors.

Decides that a path which names a thing comes after the paths of its lists.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from space.api import (
    books,
    classification,
    clocks,
    department_evaluations,
    drafting,
    entries,
    entries_acts,
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
    registrar,
    registrations,
    reports,
    sources,
    standards,
    standing,
    subscriptions,
    watching,
    webhooks,
)

ROOMS: Final[tuple[ModuleType, ...]] = (
    jobs,  # before `links`, whose paths take any word
    webhooks,
    drafting,
    entries,
    entries_acts,
    granting,
    sources,
    subscriptions,
    watching,
    standing,
    standards,
    classification,
    books,
    clocks,
    inventories,
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
    reports,
)
