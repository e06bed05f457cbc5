"""What the rows of a release are attributed by: the lists, registers and claims of one instant.

Decides which version of a register is asked: the one in force on the date a row names, else the newest at the
instant the release was attributed. Everything follows from that instant, so that a killed round, a second
subscriber and a comparison with a later release find the same area again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, select

from catalog import revisions
from catalog.home import Home
from catalog.places.addresses import AddressList
from catalog.places.attributing import Known, attribute_rows, rules_of, texts
from catalog.places.ledger import Places, divisions_on, places, state
from catalog.places.polygons import Polygons
from catalog.releases import published
from catalog.releases.published import Release
from catalog.releases.release import of_row
from catalog.store import reading
from catalog.store.tables.attributions import attribution_claims, attribution_moments
from catalog.store.tables.backflow import deliveries
from catalog.store.tables.releases import releases
from contracts.attribution import AttributionRule, Telling, write_attribution
from contracts.canonical import canonical
from contracts.codes import canonical_id
from contracts.model import Contract
from policies.attribution import attributing
from policies.clocks import ZONE, local_date

# Registers read: release, key and meaning → its contract and the columns that count.
_Cache = dict[tuple[str, str, str], tuple[Contract, pa.Table] | None]
# A register as released: its releases in order, each with the contract it was built from.
Registers = Mapping[str, tuple[tuple[Release, Contract], ...]]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the store says of all this, for one release in one meaning; read at once.

    Attributes:
        places: the lists.
        claims: reference of a row → the area that claims it.
        registers: those the rules ask, up to the instant.
        meaning: which area of a row is asked for.
        moment: the instant.
    """

    places: Places
    claims: Mapping[str, str]
    registers: Registers
    meaning: str
    moment: datetime


def grounds(
    connection: Connection,
    contract: Contract,
    meaning: str,
    release: Release,
    moment: datetime,
    lists: Places | None = None,
) -> Grounds:
    """What the rows of a release are attributed by.

    Args:
        connection: of the store.
        contract: the release was built from.
        meaning: which area of a row is asked for.
        release: whose rows.
        moment: the instant of its attribution.
        lists: of the day and the instant, where they are read already.
    """
    rules = rules_of(contract, meaning)
    if lists is None:
        lists = _needed(connection, rules, local_date(release.published_at), moment)
    asked = dict.fromkeys(rule.dataset for rule in rules if rule.by is Telling.REGISTER)
    registers = {name: _released(connection, name, moment) for name in asked}
    return Grounds(
        lists, _claims(connection, contract.name, meaning, release, moment), registers, meaning, moment
    )


def known_from(home: Home, secret: bytes, said: Grounds, cache: _Cache | None = None) -> Known:
    """The same, with registers that can be asked.

    Args:
        home: the installation.
        secret: the pseudonym key, for references of rows.
        said: what the store says.
        cache: registers read before, in this round of work.
    """
    kept: _Cache = {} if cache is None else cache

    def link(rule: AttributionRule, ids: Sequence[str], on: str) -> Mapping[str, str | None]:
        until = said.moment if not on else min(said.moment, end_of(date.fromisoformat(on)))
        found = _register(
            home, rule, _in_force(said.registers.get(rule.dataset, ()), until), said.meaning, kept
        )
        if found is None:
            return {}
        contract, rows = found
        mine = rows.filter(pc.is_in(rows[rule.key], value_set=pa.array(list(ids), pa.string())))
        told = attribute_rows(contract, said.meaning, mine, Known(said.places, _nothing, {}, secret))
        return _agreed(mine[rule.key].to_pylist(), told.codes.to_pylist())

    return Known(said.places, link, said.claims, secret)


@dataclass(slots=True)
class Knowing:
    """Reads what attribution needs, each thing once; for one round of work.

    Attributes:
        home: the installation.
        engine: its store.
        secret: the pseudonym key, for references of rows.
    """

    home: Home
    engine: Engine
    secret: bytes
    _places: dict[str, Places] = field(default_factory=dict)
    _registers: _Cache = field(default_factory=dict)

    def of(self, contract: Contract, meaning: str, release: Release, moment: datetime) -> Known:
        """What the rows of a release are attributed by; arguments as of :func:`grounds`."""
        day = local_date(release.published_at)
        with reading(self.engine) as connection:
            said = f"{day} {state(connection, day, moment)}"
            if said not in self._places:
                self._places[said] = places(connection, day, moment)
            found = grounds(connection, contract, meaning, release, moment, self._places[said])
        return known_from(self.home, self.secret, found, self._registers)

    def mark(self, contract: Contract, meaning: str, release: Release, moment: datetime) -> str:
        """What tells one state of all this from another: equal marks attribute every row alike."""
        rules = rules_of(contract, meaning)
        with reading(self.engine) as connection:
            said: list[Any] = [state(connection, local_date(release.published_at), moment)]
            said.append([write_attribution(rule) for rule in rules])
            for rule in rules:
                if rule.by is Telling.REGISTER:
                    newest = _in_force(_released(connection, rule.dataset, moment), moment)
                    said.append(newest[0].id if newest else "")
            claimed = _claims(connection, contract.name, meaning, release, moment)
            said.append([list(pair) for pair in sorted(claimed.items())])
        return hashlib.sha256(canonical(said)).hexdigest()


def moment_of(connection: Connection, release: Release, now: datetime) -> datetime:
    """The instant a release was attributed at; ``now`` where it has not been yet."""
    m, d = attribution_moments.c, deliveries.c
    kept: datetime | None = connection.execute(select(m.moment).where(m.release_id == release.id)).scalar()
    if kept is not None:
        return kept
    # Deliveries made before such instants were kept.
    first: datetime | None = connection.execute(
        select(d.sent_at).where(d.release_id == release.id).order_by(d.sent_at).limit(1)
    ).scalar()
    return now if first is None else first


def registers_behind(connection: Connection, since: datetime | None) -> frozenset[str]:
    """Releases of registers that rows of other datasets were attributed by.

    Args:
        connection: of the store.
        since: attributions made before it need not be told again; None = every one may be.
    """
    m, r = attribution_moments.c, releases.c
    query = select(m.moment, r.dataset, r.revision).join(releases, r.id == m.release_id)
    if since is not None:
        query = query.where(m.moment >= since)
    contracts: dict[tuple[str, int], Contract] = {}
    found: set[str] = set()
    for row in connection.execute(query).all():
        key = (row.dataset, row.revision)
        if key not in contracts:
            contracts[key] = revisions.number(connection, *key).contract
        for rule in contracts[key].attribution_rules:
            if rule.by is not Telling.REGISTER:
                continue
            released = [release for release, _ in _released(connection, rule.dataset, row.moment)]
            # A rule that names a date may ask any of them; the others the newest.
            found |= {each.id for each in (released if rule.as_of else released[-1:])}
    return frozenset(found)


def _needed(connection: Connection, rules: Sequence[AttributionRule], day: date, moment: datetime) -> Places:
    """The lists some rules read: of codes alone the region tree is enough."""
    if {rule.by for rule in rules} - {Telling.CODE}:
        return places(connection, day, moment)
    tree, read = divisions_on(connection, day, moment), attributing(day)
    return Places(tree, AddressList((), (), tree, read), Polygons((), tree), read)


def _released(connection: Connection, dataset: str, moment: datetime) -> tuple[tuple[Release, Contract], ...]:
    """Releases of a register up to an instant, in order; its first one where all came later."""
    r = releases.c
    rows = connection.execute(select(releases).where(r.dataset == dataset).order_by(r.number)).all()
    known = [of_row(row) for row in rows]
    before = [each for each in known if each.published_at <= moment] or known[:1]
    contracts = {
        number: revisions.number(connection, dataset, number).contract
        for number in {each.revision for each in before}
    }
    return tuple((each, contracts[each.revision]) for each in before)


def _in_force(
    released: Sequence[tuple[Release, Contract]], until: datetime
) -> tuple[Release, Contract] | None:
    """The release of a register in force at an instant; its first one where it was published later."""
    earlier = [each for each in released if each[0].published_at <= until]
    return earlier[-1] if earlier else next(iter(released), None)


def _register(
    home: Home,
    rule: AttributionRule,
    asked: tuple[Release, Contract] | None,
    meaning: str,
    cache: _Cache,
) -> tuple[Contract, pa.Table] | None:
    """The columns of a register that identify and attribute its rows; None where it has none."""
    if asked is None:
        return None
    release, contract = asked
    mark = (release.id, rule.key, meaning)
    if mark not in cache:
        needed = {name for each in rules_of(contract, meaning) for name in each.reads}
        if rule.key not in {f.name for f in contract.fields} or not needed:
            cache[mark] = None
        else:
            names = list(dict.fromkeys((rule.key, *contract.key, *sorted(needed))))
            rows = _canonical(contract, rule.key, published.read_vault(home, release, names))
            cache[mark] = contract, rows
    return cache[mark]


def end_of(day: date) -> datetime:
    """The last instant of a day of the administration."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE) - timedelta(microseconds=1)


def _claims(
    connection: Connection, dataset: str, meaning: str, release: Release, moment: datetime
) -> dict[str, str]:
    """Rows a street claims as of a release: those claimed of it or of an earlier one."""
    c, r = attribution_claims.c, releases.c
    query = (
        select(c.row, c.area)
        .join(releases, r.id == c.release_id)
        .where(c.dataset == dataset, c.meaning == meaning, r.number <= release.number)
        .where(c.withdrawn_at.is_(None) | (c.withdrawn_at > moment))
        .order_by(c.claimed_at, c.id)
    )
    return {row.row: row.area for row in connection.execute(query)}


def _canonical(contract: Contract, key: str, rows: pa.Table) -> pa.Table:
    """Identifiers in their one spelling."""
    unit = contract.field(key).unit
    kind = unit.kind if unit is not None else ""
    encoded = texts(rows[key]).dictionary_encode()
    spelt = pa.array([canonical_id(kind, text) for text in encoded.dictionary.to_pylist()], pa.string())
    return rows.set_column(rows.column_names.index(key), key, spelt.take(encoded.indices))


def _agreed(ids: Sequence[str], codes: Sequence[str | None]) -> dict[str, str | None]:
    """Identifier → area; None where the register's rows name two."""
    told: dict[str, str | None] = {}
    for identifier, code in zip(ids, codes, strict=True):
        if code is not None:
            told[identifier] = code if told.get(identifier, code) == code else None
    return told


def _nothing(_rule: AttributionRule, _ids: Sequence[str], _on: str) -> Mapping[str, str | None]:
    return {}
