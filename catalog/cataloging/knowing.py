"""What a walk has to know of the entries it is about, read in a few statements however many they are.

Decides nothing; :mod:`catalog.cataloging.walking` does. Only what a contract can need is read: of an entry
that is published as it is given, nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import revisions
from catalog.authority.permits import CATALOGUE, may_read
from catalog.cataloging import conditions
from catalog.cataloging.acts import Act, acts_of_all
from catalog.cataloging.checking import Prepared
from catalog.cataloging.standing import Standing, standings
from catalog.cataloging.values import Acts
from catalog.clocks.place import place_on
from catalog.lineage import columns as lineage
from catalog.numbering import GovernmentCatalogue
from contracts.comparing.contracts import Breaking, compare
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny
from policies.rulebook import NATIONAL


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says of the entries a walk is about.

    Attributes:
        standings: dataset → where its entry stands; new ones are left out.
        codes: dataset → the code its new entry gets.
        edges: composed dataset → its column lineage.
        made: the newest revision and the one in force of what changes, by id of the entry and number.
        acts: on each entry, by its id.
        findings: conditions added after publication, by id of the entry.
        copies: composed dataset → why it may not be listed: it reads copies another field answers for.
    """

    standings: Mapping[str, Standing]
    codes: Mapping[str, str]
    edges: Mapping[str, tuple[lineage.Edge, ...]]
    made: Mapping[tuple[str, int], revisions.Revision]
    acts: Mapping[str, tuple[Act, ...]]
    findings: Mapping[str, tuple[conditions.Finding, ...]]
    copies: Mapping[str, Deny]

    def in_force(self, standing: Standing) -> revisions.Revision | None:
        """The revision in force of an entry that changes; None where none ever was."""
        if standing.published is None:
            return None
        return self.made[standing.entry_id, standing.published]

    def acts_on(self, standing: Standing) -> list[Act]:
        """The acts on the newest revision of an entry."""
        return [act for act in self.acts.get(standing.entry_id, ()) if act.revision == standing.newest]

    def unseen(self, standing: Standing) -> tuple[conditions.Added, ...]:
        """Conditions its newest revision adds that nobody of the authority stated to have seen."""
        found = self.findings.get(standing.entry_id, ())
        newest = tuple(each for each in found if each.revision == standing.newest)
        return tuple(each.found for each in conditions.unseen(newest))


def known(connection: Connection, given: Sequence[Prepared], acts: Acts) -> Known:
    """What the ledger says of the entries of contracts.

    Raises:
        UnknownInput, LineageCycle: composed SQL cannot be followed; nothing is written then.
        UnknownClass: a new entry's classification is not in the code table.
    """
    found = standings(connection, [one.contract.name for one in given])
    digests = {one.contract.name: one.digest for one in given}
    changed = {s.entry_id for s in found.values() if s.newest_digest != digests[s.name]}
    waiting = {s.entry_id for s in found.values() if s.way != revisions.PUBLISHED} - changed
    spoken = {s.entry_id for s in found.values() if s.entry_id in waiting and s.published is not None}
    edges = _edges(connection, given)
    return Known(
        found,
        _codes(connection, [one.contract for one in given if one.contract.name not in found], acts),
        edges,
        revisions.several(connection, changed | spoken),
        acts_of_all(connection, waiting),
        conditions.findings_of_all(connection, waiting),
        _copies(connection, edges, acts),
    )


def breaks_of(old: Contract, new: Contract) -> tuple[str, ...]:
    """What a new contract takes back of an old one, one sentence each."""
    step = compare(old, new)
    return step.reasons if isinstance(step, Breaking) else ()


def _edges(connection: Connection, given: Sequence[Prepared]) -> dict[str, tuple[lineage.Edge, ...]]:
    """Lineage of composed datasets; a circle is refused before anything is written."""
    composed = [one.contract for one in given if one.contract.composed is not None]
    if not composed:
        return {}
    contracts = lineage.known_inputs(connection, *(one.contract for one in given))
    return {contract.name: lineage.column_lineage(contract, contracts) for contract in composed}


def _copies(
    connection: Connection, edges: Mapping[str, Sequence[lineage.Edge]], acts: Acts
) -> dict[str, Deny]:
    on = local_date(acts.now)
    place = place_on(connection, on) if edges else NATIONAL
    judged = {
        name: may_read(connection, name, each, on, step=CATALOGUE, place=place)
        for name, each in edges.items()
    }
    return {name: decision for name, decision in judged.items() if isinstance(decision, Deny)}


def _codes(connection: Connection, new: Sequence[Contract], acts: Acts) -> dict[str, str]:
    scheme = GovernmentCatalogue(local_date(acts.now))
    named = [contract for contract in new if contract.name not in acts.codes]
    codes = scheme.next_codes(connection, [contract.classification for contract in named])
    given = {contract.name: code for contract, code in zip(named, codes, strict=True)}
    return {**acts.codes, **given}
