"""Impact 影响分析: what a new contract would change for everyone who uses its dataset.

Decides who uses a dataset: active backflow subscriptions, forms prefilled from it and grants in force on a
day, datasets composed from it. What each of them feels is :mod:`catalog.lineage.felt`'s. Nothing is written,
nobody is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from catalog.errors import UnknownDataset
from catalog.lineage.columns import UnknownInput, known_inputs
from catalog.lineage.felt import Effect, composed_feels, form_feels, grant_feels, subscriber_feels
from catalog.lineage.filters import columns_of
from catalog.lineage.granted import terms_of
from catalog.lineage.graph import EVERY, Edge, edges_between, impact, sources_among
from catalog.revisions import Contracts, Revision, all_current, current
from catalog.store.tables.backflow import subscriptions
from catalog.store.tables.forms import forms
from catalog.store.tables.grants import HELD, grants
from catalog.store.tables.identity import organisations
from contracts.comparing.contracts import findings
from contracts.comparing.findings import Finding
from contracts.comparing.versions import Step, step_between
from contracts.model import Contract
from policies.terms import Terms


@dataclass(frozen=True, slots=True)
class Felt:
    """One user of the dataset and what they would feel.

    Attributes:
        id: of the subscription or grant; the code of the form; the name of the composed dataset.
        code, who: organisation concerned; of a composed dataset its department; of a form who issues it.
        detail: area of a subscription, title of a form, purpose of a grant, kind of a composed dataset.
        effects: empty where they would notice nothing.
    """

    id: str
    code: str
    who: str
    detail: str
    effects: tuple[Effect, ...]

    @property
    def breaks(self) -> bool:
        """Whether anything they have stops working or means something else."""
        return any(effect.breaking for effect in self.effects)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a new contract changes, and for whom.

    Attributes:
        dataset: its name in the ledger now.
        revision: number of the revision it is compared with.
        found: every difference.
        step: the version step it asks for and takes.
        subscribers, forms, grants, composed: everyone who uses the dataset.
    """

    dataset: str
    revision: int
    found: tuple[Finding, ...]
    step: Step
    subscribers: tuple[Felt, ...]
    forms: tuple[Felt, ...]
    grants: tuple[Felt, ...]
    composed: tuple[Felt, ...]

    @property
    def users(self) -> tuple[Felt, ...]:
        """All of them."""
        return (*self.subscribers, *self.forms, *self.grants, *self.composed)

    @property
    def breaks(self) -> bool:
        """Whether anybody's use breaks."""
        return any(felt.breaks for felt in self.users)


def impact_of(connection: Connection, contract: Contract, on: date) -> Impact:
    """What a contract would change for those who use its dataset as the ledger has it.

    Args:
        connection: to read with.
        contract: the new one; its dataset is found by name, or by its id where it was renamed.
        on: day on which grants are looked at, Asia/Shanghai.

    Raises:
        UnknownDataset: the ledger has no entry of that name or id.
    """
    revision = former(connection, contract)
    old = revision.contract
    found = findings(old, contract)
    return Impact(
        dataset=old.name,
        revision=revision.number,
        found=found,
        step=step_between(old.version, contract.version, found),
        subscribers=tuple(_subscribers(connection, old, found)),
        forms=tuple(_forms(connection, old, found, on)),
        grants=tuple(_grants(connection, old, contract, found, on)),
        composed=tuple(_composed(connection, old, contract, found)),
    )


def used_among(connection: Connection, names: Collection[str], on: date) -> frozenset[str]:
    """Which of some datasets anybody uses; what they feel of a change :func:`impact_of` says."""
    if not names:
        return frozenset()
    active = select(subscriptions.c.dataset).where(subscriptions.c.state == "active").distinct()
    used = set(connection.execute(active).scalars())
    agreements = select(grants.c.agreement).where(grants.c.state.in_(HELD), grants.c.valid_to >= on)
    for agreement in connection.execute(agreements).scalars():
        used |= {term.name for term in terms_of(agreement).datasets}
    for items in connection.execute(select(forms.c["items"]).where(forms.c.valid_to >= on)).scalars():
        used |= {item["dataset"] for item in items if item.get("dataset")}
    return frozenset(names) & (used | sources_among(connection, names))


def former(connection: Connection, contract: Contract) -> Revision:
    """What the ledger has of the dataset of a new contract, by its name, or by its id where it was renamed.

    Raises:
        UnknownDataset: the ledger has no entry of that name or id.
    """
    try:
        return current(connection, contract.name)
    except UnknownDataset:
        for revision in all_current(connection):
            if revision.contract.id == contract.id:
                return revision
        raise


def _subscribers(connection: Connection, old: Contract, found: tuple[Finding, ...]) -> Iterator[Felt]:
    rows = connection.execute(
        select(subscriptions, organisations.c.name)
        .join(organisations, organisations.c.code == subscriptions.c.subscriber)
        .where(subscriptions.c.dataset == old.name, subscriptions.c.state == "active")
        .order_by(subscriptions.c.area, subscriptions.c.id)
    )
    for row in rows:
        effects = subscriber_feels(frozenset(row.fields), old, found)
        yield Felt(row.id, row.subscriber, row.name, row.area, effects)


def _forms(connection: Connection, old: Contract, found: tuple[Finding, ...], on: date) -> Iterator[Felt]:
    rows = connection.execute(select(forms).where(forms.c.valid_to >= on).order_by(forms.c.code))
    for row in rows:
        items = [
            (item["title"], item["field"], item["key"])
            for item in row.items
            if item.get("dataset") == old.name
        ]
        if items:
            yield Felt(row.code, row.issuer, row.issuer, row.title, form_feels(items, found))


def _grants(
    connection: Connection, old: Contract, new: Contract, found: tuple[Finding, ...], on: date
) -> Iterator[Felt]:
    rows = connection.execute(
        select(grants, organisations.c.name)
        .join(organisations, organisations.c.code == grants.c.grantee)
        .where(grants.c.state.in_(HELD), grants.c.valid_to >= on)
        .order_by(grants.c.id)
    )
    for row in rows:
        terms = terms_of(row.agreement)
        if any(term.name == old.name for term in terms.datasets):
            effects = grant_feels(terms, _filtered(terms, old), old, new, found)
            yield Felt(row.id, row.grantee, row.name, row.purpose, effects)


def _filtered(terms: Terms, contract: Contract) -> frozenset[str]:
    """Fields the row filters of a grant read in a dataset."""
    area = None if contract.area is None else contract.area.field
    scopes = [term.scope(area) for term in terms.datasets if term.name == contract.name]
    return frozenset(name for condition in scopes if condition for name in columns_of(condition))


def _composed(
    connection: Connection, old: Contract, new: Contract, found: tuple[Finding, ...]
) -> Iterator[Felt]:
    names = impact(connection, old.name)
    if not names:
        return
    before = _family(connection, names)
    after = {name: contract for name, contract in before.items() if name != old.name} | {new.name: new}
    edges = edges_between(connection, (old.name, *names))
    for name in names:
        if name == old.name or name not in before:
            continue
        target = before[name]
        effects = composed_feels(target, _drawn(edges, old.name, name), before, after, found)
        kind = "" if target.composed is None else target.composed.kind.value
        yield Felt(name, target.department.code, target.department.name, kind, effects)


def _family(connection: Connection, names: Iterable[str]) -> Mapping[str, Contract]:
    """Contracts in force of datasets and of all they are made from; of the whole ledger where one lacks."""
    targets = []
    for name in names:
        try:
            targets.append(current(connection, name).contract)
        except UnknownDataset:
            continue
    try:
        return known_inputs(connection, *targets)
    except UnknownInput:
        return Contracts(all_current(connection))


def _drawn(edges: tuple[Edge, ...], source: str, target: str) -> tuple[Edge, ...]:
    """Edges from ``source`` to ``target``, paths through other datasets drawn together as one."""
    by_source: dict[str, list[Edge]] = {}
    for edge in edges:
        by_source.setdefault(edge.source_dataset, []).append(edge)
    made: dict[Edge, None] = {}
    seen: set[tuple[str, str, str]] = set()
    open_ends = [(edge.source_field, edge) for edge in by_source.get(source, ())]
    while open_ends:
        origin, edge = open_ends.pop()
        mark = (origin, edge.target_dataset, edge.target_field)
        if mark in seen:
            continue
        seen.add(mark)
        if edge.target_dataset == target:
            made[Edge(source, origin, target, edge.target_field, edge.subtype)] = None
        for further in by_source.get(edge.target_dataset, ()):
            if (
                EVERY in (edge.target_field, further.source_field)
                or edge.target_field == further.source_field
            ):
                open_ends.append((origin, further))
    return tuple(made)


def as_document(found: Impact) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "dataset": found.dataset,
        "revision": found.revision,
        "breaks": found.breaks,
        "verdict": "breaking" if any(f.breaking for f in found.found) else "compatible",
        "version": found.step.as_document(),
        "findings": [{**finding.as_document(), "breaking": finding.breaking} for finding in found.found],
        **{
            kind: [_felt(felt) for felt in getattr(found, kind)]
            for kind in ("subscribers", "forms", "grants", "composed")
        },
    }


def _felt(felt: Felt) -> dict[str, Any]:
    return {
        "id": felt.id,
        "code": felt.code,
        "who": felt.who,
        "detail": felt.detail,
        "breaks": felt.breaks,
        "effects": [
            {"through": e.through, "field": e.field, "what": e.what, "breaking": e.breaking}
            for e in felt.effects
        ],
    }
