"""Lists, and what of every row of the store somebody is told by each.

Decides nothing: what is told is read whole from the store, and cut here by what the reader may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from catalog.authority import cases, naming, permits
from catalog.cataloging.standing import all_standings
from catalog.editions import closing
from catalog.evidence.anchors import anchors
from catalog.keys.parties import party_keys
from catalog.libraries import kept
from catalog.linking import destinations
from catalog.organisations import handover, regions
from catalog.places.ledger import lists
from catalog.registration.registrars import registrars
from catalog.revisions import PUBLISHED
from catalog.standards import life
from policies.access import Role
from space.calls.standing import all_standing
from space.evaluation.bonds import all_bonds
from space.granting.grants import all_grants
from space.granting.stopping import all_stops
from space.money.statements import by_organisation
from space.notices.duty import turns
from space.operation.agreements import all_agreements
from space.operation.disclosure import all_made
from space.operation.scenarios import all_scenarios
from space.requesting import chains
from space.supply import databases
from space.watch.notices import notices_of
from space.wayback.backflow import balances, tasks
from space.wayback.backflow import subscriptions as opened
from space.wayback.grassroots import stand_ins
from space.webhooks import hooks
from space.workspace.texts import texts
from tests.space.api.conftest import AUTHORITY
from tests.space.api.further_lists import INCIDENT
from tests.space.api.space_lists import STREET
from tests.space.bureau import DEPARTMENT
from tests.space.bureau_contracts import MARKET, POLICE

Told = Callable[[Connection], Iterable[Any]]


@dataclass(frozen=True)
class List:
    """A list and what somebody is to be told of it.

    Attributes:
        path, name: its address, and what its rows are called; ``{grant}`` is the reader's first.
        key: what tells a row from every other; of several words, their values.
        role, organisation: who reads.
        told: what it is told, from every row of the store.
    """

    path: str
    name: str
    key: str
    role: Role
    organisation: str
    told: Told

    def named(self, row: dict[str, Any]) -> Any:
        """What tells a row from every other."""
        return row[self.key] if " " not in self.key else tuple(row[word] for word in self.key.split())


def _ids(of: Callable[[Connection], Iterable[Any]]) -> Told:
    return lambda connection: (one.id for one in of(connection))


def _told_of(connection: Connection) -> Callable[[str], bool]:
    """Whether the market department is told of an entry or of a field of one."""
    hidden = {
        one.name
        for one in all_standings(connection)
        if one.state != PUBLISHED and one.department_code != MARKET.code
    }
    return lambda place: ".".join(place.split(".")[:2]) not in hidden


def _sources(connection: Connection) -> Iterable[str]:
    told = _told_of(connection)
    return (one.element for one in naming.sources(connection) if told(one.dataset))


def _permits(connection: Connection) -> Iterable[str]:
    told = _told_of(connection)
    return (one.id for one in permits.permits(connection) if told(one.reader) and told(one.reads))


def _handovers(to: str) -> Told:
    def found(connection: Connection) -> Iterable[str]:
        told = _told_of(connection)
        return (one.dataset for one in handover.pending(connection, to or None) if told(one.dataset))

    return found


def _rows(of: Callable[[Connection], Iterable[Any]], *names: str) -> Told:
    def told(connection: Connection) -> Iterable[Any]:
        for one in of(connection):
            values = [one[name] if isinstance(one, dict) else getattr(one, name) for name in names]
            yield values[0] if len(values) == 1 else tuple(values)

    return told


def _of_buyer(connection: Connection) -> Iterable[Any]:
    return (one for one in all_agreements(connection) if BUYER in (one.body_code, one.operator_code))


def _scenarios(connection: Connection) -> Iterable[str]:
    numbers = {one.number for one in _of_buyer(connection)}
    return (one.id for one in all_scenarios(connection) if one.agreement in numbers)


def _standing(connection: Connection) -> Iterable[str]:
    held = {one.id for one in all_grants(connection, BUYER)}
    return (one.id for one in all_standing(connection) if one.grant_id in held)


def _views(connection: Connection) -> Iterable[str]:
    first = min(one.id for one in all_grants(connection, BUYER))
    return (one.name for one in texts(connection, first, "view"))


def _leases(connection: Connection) -> Iterable[str]:
    return (one.name for one in all_standings(connection) if one.name.startswith("x."))


BUYER: Final = DEPARTMENT["code"]
STEWARD: Final = (Role.STEWARD, MARKET.code)
DECIDES: Final = (Role.AUTHORITY, AUTHORITY)
PAYS: Final = (Role.CLIENT, BUYER)
WATCHES: Final = (Role.SECURITY, AUTHORITY)
OPERATES: Final = (Role.SYSTEM_ADMIN, AUTHORITY)
BODY: Final = (Role.CLIENT, STREET)
FURTHER: Final = [
    List("/v1/sources", "sources", "element", *STEWARD, _sources),
    List("/v1/sources/conflicts", "conflicts", "id", *STEWARD, _ids(cases.open_cases)),
    List("/v1/sources/permits", "permits", "id", *STEWARD, _permits),
    List("/v1/sources/permits", "permits", "id", Role.AUDITOR, AUTHORITY, _ids(permits.permits)),
    List("/v1/agreements", "agreements", "id", *PAYS, _ids(_of_buyer)),
    List("/v1/scenarios", "scenarios", "id", *PAYS, _scenarios),
    List("/v1/disclosures", "disclosures", "id", *PAYS, _rows(all_made, "id")),
    List(
        "/v1/subscriptions", "subscriptions", "id", Role.AUTHORITY, STREET,
        _ids(lambda c: opened.listing(c, STREET)),
    ),
    List("/v1/backflow/balance", "balances", "id", *DECIDES, _ids(balances.balance)),
    List("/v1/grassroots/stand-ins", "stand_ins", "id", *BODY, _ids(lambda c: stand_ins.listing(c, STREET))),
    List("/v1/inbox", "tasks", "id", *BODY, _ids(lambda c: tasks.tasks_of(c, STREET, open_only=True))),
    List(
        "/v1/divisions", "divisions", "code valid_from", *STEWARD,
        _rows(regions.listing, "code", "valid_from"),
    ),
    List("/v1/handovers", "entries", "dataset", *STEWARD, _handovers("")),
    List("/v1/handovers", "entries", "dataset", *DECIDES, _rows(handover.pending, "dataset")),
    List(f"/v1/handovers?to={POLICE.code}", "entries", "dataset", *STEWARD, _handovers(POLICE.code)),
    List("/v1/places/lists", "lists", "id", *STEWARD, _rows(lists, "id")),
    List(
        "/v1/editions", "editions", "period number", *STEWARD,
        _rows(closing.all_closed, "period", "number"),
    ),
    List("/v1/standards", "standards", "code version", *STEWARD, _rows(life.versions, "code", "number")),
    List("/v1/registrars", "registrars", "id", *STEWARD, _ids(registrars)),
    List("/v1/libraries", "libraries", "id", *STEWARD, lambda c: [one.id for one, _ in kept.listing(c)]),
    List("/v1/links/destinations", "destinations", "value", *WATCHES, _rows(destinations.listing, "value")),
    List("/v1/bonds", "bonds", "id", *DECIDES, _ids(all_bonds)),
    List(
        "/v1/exchanges", "exchanges", "id", Role.PROVIDER, BUYER,
        _ids(lambda c: databases.listing(c, {BUYER})),
    ),
    List("/v1/exchanges", "exchanges", "id", *DECIDES, _ids(databases.listing)),
    List(
        "/v1/statements", "statements", "id", *PAYS,
        _rows(lambda c: map(dict, by_organisation(c, BUYER)), "id"),
    ),
    List("/v1/stops", "stops", "id", *WATCHES, _ids(lambda c: all_stops(c, standing=True))),
    List("/v1/duty", "turns", "id", *OPERATES, _ids(turns)),
    List(
        f"/v1/incidents/{INCIDENT}/notices", "notices", "id", *WATCHES,
        _ids(lambda c: notices_of(c, INCIDENT)),
    ),
    List("/v1/keys/parties", "keys", "key_id", *STEWARD, _rows(party_keys, "key_id")),
    List("/v1/leases", "leases", "dataset", *OPERATES, _leases),
    List("/v1/webhooks", "webhooks", "id", *PAYS, _ids(lambda c: hooks.listing(c, BUYER))),
    List("/v1/evidence/anchors", "anchors", "id", *STEWARD, _ids(anchors)),
    List("/v1/chains", "chains", "id", *STEWARD, _ids(chains.statements)),
    List(
        "/v1/delegations", "delegations", "id", *STEWARD,
        _ids(lambda c: [one for one in chains.delegations(c) if one.organisation == MARKET.code]),
    ),
    List("/v1/standing-queries", "queries", "id", *PAYS, _standing),
    List("/v1/grants/{grant}/workspace/views", "views", "name", *PAYS, _views),
]  # fmt: skip
