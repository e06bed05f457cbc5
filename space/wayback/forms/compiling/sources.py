"""What the ledger has already: the field that answers for an item, its department, and as of when.

Decides which published dataset an item of a form is prefilled from: the named authoritative source 一数一源;
else the only one there is; else the base dataset, or the one about the form's matter. Several without a
named source are a question. A dataset without a release, an area or a key that identifies the subject
prefills nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from catalog import revisions
from catalog.authority import naming
from catalog.errors import CatalogError
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.revisions import PUBLISHED
from catalog.search.finding import search
from catalog.standards import life
from catalog.standards.adoption import matching
from contracts.elements_index import Index, folded, index_of, standard_index
from contracts.model import Contract, Field
from policies.clocks import local_date
from space.wayback.forms.compiling.binding import Meaning
from space.wayback.forms.compiling.labels import without_qualifier
from space.wayback.forms.compiling.words import Words

_BASE = "基础"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands.

    Attributes:
        dataset, field: its source.
        key: field that holds the identifier of whom the row is about.
        department: who answers for it.
        as_of: day of the release it would come from.
    """

    dataset: str
    field: str
    key: str
    department: str
    as_of: str

    def to_document(self) -> dict[str, str]:
        """Plain JSON-able form."""
        return {
            "dataset": self.dataset, "field": self.field, "department": self.department, "as_of": self.as_of,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sourced:
    """A source that was chosen, or those among which the issuer has to choose."""

    place: Place | None = None
    confidence: float = 0.0
    others: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """The published datasets as the compiler asks them.

    Attributes:
        contracts: by name.
        index: look-ups of the elements, the city's own included.
        headings: folded heading → the fields printed so.
        elements: element → the fields that follow it, by declaration or by their heading.
        newest: dataset → its newest release.
        named: (element, subject) → place of the named authoritative source.
        topical: datasets found by the title of the form.
    """

    contracts: Mapping[str, Contract]
    index: Index
    headings: Mapping[str, tuple[tuple[Contract, Field], ...]]
    elements: Mapping[str, tuple[tuple[Contract, Field], ...]]
    newest: Mapping[str, Release]
    named: Mapping[tuple[str, str], str]
    topical: frozenset[str] = field(default_factory=frozenset)


def ledger(connection: Connection, matter: Iterable[str], on: date, words: Words) -> Ledger:
    """The ledger as of now.

    Args:
        connection: to read with.
        matter: words of the form's title that say what it is about.
        on: day whose own standards count.
        words: of the day.
    """
    own = life.in_force(connection, on)
    index = index_of(own) if own else standard_index()
    current = revisions.all_current(connection, states=(PUBLISHED,))
    contracts = {each.name: each.contract for each in current}
    headings: dict[str, list[tuple[Contract, Field]]] = defaultdict(list)
    elements: dict[str, list[tuple[Contract, Field]]] = defaultdict(list)
    for contract in contracts.values():
        for one in contract.fields:
            headings[folded(one.business_name)].append((contract, one))
            element = matching(one, index)
            if element is not None:
                elements[element].append((contract, one))
    topical = _about(connection, contracts, matter, on)
    for name in topical:  # 月发放金额 of the allowance is what its form calls 发放金额
        for one in contracts[name].fields:
            shorter = without_qualifier(one.business_name, words)
            if folded(shorter) != folded(one.business_name):
                headings[folded(shorter)].append((contracts[name], one))
    return Ledger(
        contracts, index,
        {name: tuple(held) for name, held in headings.items()},
        {name: tuple(held) for name, held in elements.items()},
        releases.newest(connection, contracts.keys()),
        {(each.element, each.subject): each.place for each in naming.sources(connection)},
        topical,
    )  # fmt: skip


def place_of(held: Ledger, meaning: Meaning, subject: str, words: Words, *, rows_of: str = "") -> Sourced:
    """The source of an item about a subject.

    Args:
        held: the ledger.
        meaning: what the label means.
        subject: person, household, enterprise.
        words: of the day.
        rows_of: kind of unit whose several rows are wanted: the persons of a ``household``.
    """
    fields = {(c.name, f.name): (c, f) for c, f in held.elements.get(meaning.element or "", ())}
    fields |= {(c.name, f.name): (c, f) for c, f in meaning.fields}
    found = {}
    for (dataset, name), (contract, _) in fields.items():
        key = _key(contract, subject, rows_of)
        release = held.newest.get(dataset)
        if key is None or release is None or contract.area is None or not contract.key:
            continue
        as_of = local_date(release.published_at).isoformat()
        found[dataset, name] = Place(dataset, name, key, contract.department.name, as_of)
    if not found:
        return Sourced()
    named = held.named.get((meaning.element or "", subject), "")
    worth = words.source_worth
    for (dataset, name), place in found.items():
        if f"{dataset}.{name}" == named:
            return Sourced(place, worth["named"])
    return _chosen(held, meaning, list(found.values()), worth)


def _chosen(held: Ledger, meaning: Meaning, places: list[Place], worth: Mapping[str, float]) -> Sourced:
    base = [p for p in places if held.contracts[p.dataset].classification.startswith(_BASE)]
    topic = [p for p in places if p.dataset in held.topical]
    if len(places) == 1:
        # A list made for another matter has some subjects only.
        return Sourced(places[0], worth["only" if base or topic else "foreign"])
    # A person's base data stand in the base dataset; what the form is about stands in its own.
    exact = {(c.name, f.name) for c, f in meaning.fields}
    for some, sure in ((base, worth["base"]), (topic, worth["topic"])):
        if len(some) == 1:
            return Sourced(some[0], sure)
        spelt = [p for p in some if (p.dataset, p.field) in exact]
        if len(spelt) == 1:
            return Sourced(spelt[0], min(sure, worth["topic"]))
    return Sourced(None, worth["several"], tuple(places))


def _key(contract: Contract, subject: str, rows_of: str) -> str | None:
    """The field that identifies the subject, where every subject has one row of a period."""
    wanted = rows_of or subject
    about = [each for each in contract.unit_fields if each.unit is not None and each.unit.kind == wanted]
    if rows_of:
        persons = [e for e in contract.unit_fields if e.unit is not None and e.unit.kind == subject]
        return about[0].name if about and any(e.name in contract.key for e in persons) else None
    keyed = [each for each in about if each.unit is not None and each.unit.about]
    single = [each for each in keyed if set(contract.key) <= {each.name, contract.period_field}]
    return single[0].name if single else None


def head_of(held: Ledger, subject: str) -> Place | None:
    """The field that says who heads a household: of the dataset whose rows are households."""
    for contract in held.contracts.values():
        key, release = _key(contract, subject, ""), held.newest.get(contract.name)
        if key is None or release is None or contract.area is None:
            continue
        for each in contract.unit_fields:
            if each.unit is not None and each.unit.kind == "person" and "户主" in each.business_name:
                as_of = local_date(release.published_at).isoformat()
                return Place(contract.name, each.name, key, contract.department.name, as_of)
    return None


def _about(
    connection: Connection, contracts: Mapping[str, Contract], matter: Iterable[str], on: date
) -> frozenset[str]:
    """Datasets the search finds by the matter of a form; without an index, by their titles alone."""
    found: set[str] = set()
    for words in matter:
        try:
            found |= {hit.name for hit in search(connection, words, limit=5, on=on)}
        except CatalogError:  # no index: the titles say it
            found |= {name for name, contract in contracts.items() if words in contract.title}
    return frozenset(found & set(contracts))
