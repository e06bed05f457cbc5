"""Who reads datasets of the ledger: grants, forms, subscriptions, contracts, items, libraries, links.

Decides what of a dataset each of them reads, in one statement for all of them: the way to a server and back
costs more than what it looks up. Whether what they read changes is :mod:`catalog.lineage.affected`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from catalog import revisions
from catalog.lineage.filters import columns_of
from catalog.lineage.granted import terms_of
from catalog.lineage.graph import EVERY
from catalog.lineage.lists import Statement
from catalog.lineage.mentions import ELSEWHERE, MENTIONING
from catalog.store.tables.grants import HELD
from policies.odrl_names import DATASET

_GRANTED: Final = re.compile(re.escape(DATASET) + r"([a-z0-9_.]+)\"")
# One row a reader. What grants and forms read stands in their text; of the others only those are given that
# read one of the datasets.
_READERS: Final = Statement(f"""
    WITH wanted (name) AS [names:datasets]
    SELECT 'grant', g.id, o.name, NULL, g.purpose, CAST(g.valid_from AS text), CAST(g.valid_to AS text),
        g.agreement
    FROM grants AS g JOIN organisations AS o ON o.code = g.grantee
    WHERE g.state IN [names:held] AND g.valid_to >= :on
    UNION ALL
    SELECT 'form', f.code, f.issuer, NULL, f.title, NULL, NULL, CAST(f.items AS text)
    FROM forms AS f WHERE f.valid_to >= :on
    UNION ALL
    SELECT 'subscription', s.id, o.name, s.dataset, s.area, NULL, NULL, CAST(s.fields AS text)
    FROM subscriptions AS s JOIN organisations AS o ON o.code = s.subscriber
    WHERE s.state = 'active' AND s.dataset IN (SELECT name FROM wanted)
    UNION ALL
    SELECT 'contract', NULL, NULL, NULL, NULL, NULL, NULL, mentioning.contract
    FROM ({MENTIONING.format(datasets="(SELECT name FROM wanted)")}) AS mentioning
    UNION ALL
    SELECT 'authority', a.element, a.department, a.dataset, a.subject, NULL, NULL, a.field
    FROM authority_terms AS a WHERE a.ended_on IS NULL AND a.dataset IN (SELECT name FROM wanted)
    UNION ALL
    SELECT 'library', l.name, l.owner, m.dataset, l.title, NULL, NULL, ''
    FROM library_members AS m JOIN libraries AS l ON l.id = m.library_id
    WHERE m.left_at IS NULL AND l.closed_at IS NULL AND m.dataset IN (SELECT name FROM wanted)
    UNION ALL
    SELECT 'link', k.id, k.tied_by, k.dataset, k.target, NULL, NULL, k.kind
    FROM links AS k WHERE k.removed_at IS NULL AND k.dataset IN (SELECT name FROM wanted)
""")


@dataclass(frozen=True, slots=True)
class Reads:
    """What a reader reads of one dataset.

    Attributes:
        kind: ``grant``, ``form``, ``subscription``, ``rule``, ``join``, ``authority``, ``library``, ``link``.
        id: of it; the name of the contract whose rule or join it is.
        who: organisation or department concerned.
        detail: what a person needs to find it: a purpose, a title, a rule.
        dataset: of what it reads.
        fields: field → through what of the reader it is read; ``*`` where any column of it counts.
    """

    kind: str
    id: str
    who: str
    detail: str
    dataset: str
    fields: Mapping[str, str]


class _Row(NamedTuple):
    """A reader as the statement gives it; what does not apply is None."""

    kind: str
    id: str
    who: str
    dataset: str
    title: str
    begins: str
    ends: str
    text: str


def readers_of(connection: Connection, names: Set[str], on: date) -> Iterator[Reads]:
    """What reads any of some datasets.

    Args:
        connection: to read with.
        names: of the datasets.
        on: day; grants and forms that ended before it are left out, those that begin later are not.
    """
    found = _READERS.run(connection, datasets=names, held=HELD, on=on.isoformat())
    subscribed = []
    for row in map(_Row._make, found):
        if row.kind == "subscription":
            subscribed.append(row)
        else:
            yield from _OF_KIND[row.kind](row, names, on)
    if subscribed:
        yield from _subscriptions(connection, subscribed)


def _grant(row: _Row, names: Set[str], on: date) -> Iterator[Reads]:
    if names.isdisjoint(_GRANTED.findall(row.text)):
        return
    begins = f", from {row.begins}" if row.begins > on.isoformat() else ""
    said = "grant", row.id, row.who, f"{row.title}, until {row.ends}{begins}"
    terms = terms_of(row.text)
    for term in terms.datasets:
        yield Reads(*said, term.name, dict.fromkeys(term.columns, "column"))
        if term.row_filter:
            yield Reads(*said, term.name, dict.fromkeys(columns_of(term.row_filter), "row filter"))
    for join in terms.joins:
        yield Reads(*said, join.left_dataset, {join.left_field: "join"})
        yield Reads(*said, join.right_dataset, {join.right_field: "join"})


def _form(row: _Row, names: Set[str], _on: date) -> Iterator[Reads]:
    for item in json.loads(row.text):
        if (dataset := item.get("dataset")) not in names:
            continue
        said = "form", row.id, row.who, f"{row.title}: {item['title']}", dataset
        for through, name in (("item", item.get("field")), ("key", item.get("key"))):
            if name:
                yield Reads(*said, {name: through})


def _subscriptions(connection: Connection, rows: list[_Row]) -> Iterator[Reads]:
    entries = revisions.called(connection, {row.dataset for row in rows})
    for row in rows:
        contract = entries[row.dataset].contract
        used = dict.fromkeys(contract.key, "key")
        if contract.area is not None:
            used[contract.area.field] = "area"
        used |= dict.fromkeys(json.loads(row.text), "field")
        yield Reads("subscription", row.id, row.who, f"area {row.title}", row.dataset, used)


def _contract(row: _Row, names: Set[str], _on: date) -> Iterator[Reads]:
    """Rules and joins of another contract that read a dataset."""
    contract = revisions.parsed(row.text)
    who = contract.department.name
    for rule in contract.rules:
        other = str(rule.args.get("dataset")) if rule.kind in ELSEWHERE else ""
        if other in names and other != contract.name:
            compared = dict.fromkeys(_compared(rule.args), rule.kind.value)
            yield Reads("rule", contract.name, who, rule.id, other, compared)
    for join in contract.joins:
        if join.dataset in names and join.dataset != contract.name:
            yield Reads("join", contract.name, who, join.field, join.dataset, {join.other: "declared join"})


def _compared(args: Mapping[str, Any]) -> list[str]:
    """The fields of the other dataset that a reference or agreement rule reads."""
    named = [*args.get("fields", ()), *dict(args.get("on", {})).values(), args.get("value")]
    return [name for name in named if name]


def _authority(row: _Row, _names: Set[str], _on: date) -> Iterator[Reads]:
    detail = f"{row.id} of {row.title}"
    yield Reads("authority", row.id, row.who, detail, row.dataset, {row.text: "item"})


def _library(row: _Row, _names: Set[str], _on: date) -> Iterator[Reads]:
    yield Reads("library", row.id, row.who, row.title, row.dataset, {EVERY: "member"})


def _link(row: _Row, _names: Set[str], _on: date) -> Iterator[Reads]:
    yield Reads("link", row.id, row.who, row.title, row.dataset, {EVERY: row.text})


_OF_KIND: Final[Mapping[str, Callable[[_Row, Set[str], date], Iterator[Reads]]]] = {
    "grant": _grant,
    "form": _form,
    "contract": _contract,
    "authority": _authority,
    "library": _library,
    "link": _link,
}
