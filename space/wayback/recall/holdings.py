"""What a receiver holds of a row, and which datasets' holders are looked for on which ways.

Decides nothing of its own: one value, shared by the modules that compute holders
(:mod:`space.wayback.recall.delivered`, :mod:`space.wayback.recall.supplied`,
:mod:`space.wayback.recall.shown`) and by those that tell them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from catalog import revisions
from catalog.home import Home
from catalog.places.divisions import Divisions
from catalog.places.knowing import moment_of
from catalog.places.ledger import divisions_on
from catalog.releases import published as releases
from catalog.releases.published import Release, UnknownRelease
from contracts.model import Contract
from policies.clocks import local_date
from space.wayback.recall.rows import Target, VersionGone, value_at


@dataclass(frozen=True, slots=True)
class Holding:
    """One way on which a receiver came to a row.

    Attributes:
        receiver: code of the organisation.
        way: ``backflow``, ``file``, ``table``, ``list``, ``prefill``, ``submission``, ``verification`` or
            ``unmasking``.
        under: subscription or grant; empty where there is none.
        dataset, items: what of it; the fields that were asked for and handed over.
        release: the version.
        named: delivery, supply, usage or posting.
        evidence: entry of the evidence log.
        at: when.
    """

    receiver: str
    way: str
    under: str
    dataset: str
    items: tuple[str, ...]
    release: str
    named: str
    evidence: str
    at: datetime

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return found | {"items": list(self.items), "at": self.at.isoformat()}


@dataclass(slots=True)
class Looking:
    """One look for holders, with what it has read: every release and contract is read once.

    Attributes:
        home: the installation.
        connection: a reading transaction.
        secret: the pseudonym key.
    """

    home: Home
    connection: Connection
    secret: bytes
    _releases: dict[str, Release | None] = field(default_factory=dict)
    _contracts: dict[tuple[str, int], Contract] = field(default_factory=dict)
    _held: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    _trees: dict[str, Divisions] = field(default_factory=dict)

    def release(self, release_id: str) -> Release | None:
        """The release of that id; None where there is none any more."""
        if release_id not in self._releases:
            try:
                self._releases[release_id] = releases.by_id(self.connection, release_id)
            except UnknownRelease:
                self._releases[release_id] = None
        return self._releases[release_id]

    def contract(self, release: Release) -> Contract:
        """The contract a release was made under."""
        key = (release.dataset, release.revision)
        if key not in self._contracts:
            self._contracts[key] = revisions.number(self.connection, *key).contract
        return self._contracts[key]

    def held_version(self, target: Target, release_id: str, item: str) -> bool:
        """Whether a release held the version that is looked for; what cannot be told is not excluded."""
        if target.any_version:
            return True
        key = (release_id, str(sorted(target.key.items())), item)
        if key not in self._held:
            self._held[key] = self._compare(target, release_id, item)
        return self._held[key]

    def _compare(self, target: Target, release_id: str, item: str) -> bool:
        release = self.release(release_id)
        if release is None:
            return True
        try:
            found = value_at(self.home, release, target.key, item)
        except VersionGone:
            return True
        return found is not None and found[0] == target.value

    def lies_in(self, release: Release, code: str, area: str) -> bool:
        """Whether a region code lay in an area by the lists a release was attributed by."""
        if release.id not in self._trees:
            moment = moment_of(self.connection, release, release.published_at)
            self._trees[release.id] = divisions_on(self.connection, local_date(release.published_at), moment)
        tree = self._trees[release.id]
        return any(tree.inside(current, area) for current in tree.current(code))

    def items(self, target: Target, shown: tuple[str, ...]) -> tuple[str, ...]:
        """Of the fields that were handed over those that are asked for."""
        return tuple(sorted(i for i in shown if not target.items or i in target.items))
