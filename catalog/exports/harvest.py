"""The catalogue in pages for harvesters: what is published, and what changed since an instant.

Decides which entries a page holds and in which order. Pages follow each other by name, so that an entry
that comes in between is neither shown twice nor lost to those after it. An entry that was withdrawn stays
in the answer to *changed since* as a record that says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    func,
    or_,
    select,
    union,
)

from catalog import revisions
from catalog.errors import CatalogError
from catalog.exports.dcat import (
    CONTEXT,
    Listed,
    Node,
    Withdrawn,
    dataset_nodes,
    instant,
    withdrawn_nodes,
)
from catalog.exports.identity import Identity
from catalog.lineage.columns import inputs_of
from catalog.opening.exported import exported
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.ledger import entries
from catalog.store.tables.opening import open_files
from catalog.store.tables.releases import releases
from policies.clocks import local_date

PUBLISHED: Final = revisions.PUBLISHED
WITHDRAWN: Final = "withdrawn"
# Entries on a page, and the most a caller may ask for.
PAGE: Final = 100
LARGEST_PAGE: Final = 1000
# Where so many acts or releases are told of, every page finds entries of its own soon.
_MANY: Final = 10_000
# Names of one statement.
_NAMED: Final = 500


class HarvestError(CatalogError):
    """A page that cannot be given."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the catalogue.

    Attributes:
        document: JSON-LD.
        entries: how many entries it tells of.
        after: name after which the next page begins; None on the last one.
    """

    document: dict[str, Any]
    entries: int
    after: str | None


def page(
    connection: Connection,
    said: Identity,
    *,
    now: datetime,
    after: str = "",
    size: int = PAGE,
    changed_since: datetime | None = None,
) -> Page:
    """A page of the catalogue.

    Args:
        connection: a reading transaction.
        said: how the catalogue calls itself.
        now: aware instant.
        after: the ``after`` of the page before; empty for the first.
        size: most entries on it.
        changed_since: only what was published, released anew or withdrawn since then.

    Raises:
        HarvestError: the size is no size of a page.
    """
    if not 1 <= size <= LARGEST_PAGE:
        raise HarvestError(f"a page holds 1 to {LARGEST_PAGE} entries")
    query = _listed(after, changed_since)
    if changed_since is not None and _few(connection, changed_since):
        query = query.where(entries.c.id.in_(_touched(changed_since)))
    rows = connection.execute(query.limit(size + 1)).all()
    held, more = rows[:size], len(rows) > size
    on = local_date(now)
    nodes = [node for entry in _entries(connection, held, said, on) for node in _nodes(entry, said, on)]
    document = {
        "@context": dict(CONTEXT),
        "@graph": [_catalogue(held, said, whole=not (after or more)), *_once(nodes)],
    }
    return Page(document, len(held), held[-1].name if more else None)


def pages(
    connection: Connection,
    said: Identity,
    *,
    now: datetime,
    size: int = PAGE,
    changed_since: datetime | None = None,
) -> Iterator[Page]:
    """Every page, one after the other; one empty page where nothing is to be told."""
    after: str | None = ""
    while after is not None:
        made = page(connection, said, now=now, after=after, size=size, changed_since=changed_since)
        yield made
        after = made.after


def linked(made: Page, this: str, following: str) -> dict[str, Any]:
    """The document of a page with where it stands and where the next one is.

    Args:
        made: the page.
        this: its address.
        following: address of the next one; not looked at on the last.
    """
    if made.after is None:
        return made.document
    view: Node = {
        "@id": this,
        "@type": "hydra:PartialCollectionView",
        "hydra:next": {"@id": following},
    }
    return {**made.document, "@graph": [*made.document["@graph"], view]}


def _listed(after: str, changed_since: datetime | None) -> Select[Any]:
    """Name, code, state and the instants of entries that were ever published, by name.

    Instants are looked up entry by entry: a page reads those of its own entries and of no others.
    """
    a, r, o, e = entry_acts.c, releases.c, open_files.c, entries.c
    # What put an entry in force or took it out; an act that leaves it as it is, is nobody else's matter.
    told = or_(a.event == revisions.PUBLISH, a.state_before != a.state_after)
    acted = _latest(a.made_at, a.entry_id == e.id, a.state_after.in_((PUBLISHED, WITHDRAWN)), told)
    released = _latest(r.published_at, r.dataset == e.name)
    opened = _latest(o.published_at, o.dataset == e.name)
    shut = _latest(o.withdrawn_at, o.dataset == e.name)
    query = (
        select(
            e.name, e.code, e.state, e.published_at, acted.label("acted"), released.label("released"),
            opened.label("opened"), shut.label("shut"),
        )
        .where(e.published_at.is_not(None), e.name > after)
        .order_by(e.name)
    )  # fmt: skip
    if changed_since is None:
        return query.where(e.state == PUBLISHED)
    # An entry that was withdrawn stays withdrawn for others while a new revision of it is on its way.
    return query.where(
        or_(
            acted >= changed_since,
            and_(e.state == PUBLISHED, or_(*(each >= changed_since for each in (released, opened, shut)))),
            and_(acted.is_(None), e.published_at >= changed_since),
        )
    )


def _latest(instant: Column[Any], *of_entry: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.max(instant)).where(*of_entry).correlate(entries).scalar_subquery()


def _few(connection: Connection, since: datetime) -> bool:
    """Whether so little happened since an instant that the entries are found by it, not one after another."""
    a, r = entry_acts.c, releases.c
    happened = (select(a.id).where(a.made_at >= since), select(r.id).where(r.published_at >= since))
    counts = [
        connection.execute(select(func.count()).select_from(query.limit(_MANY).subquery())).scalar_one()
        for query in happened
    ]
    return max(counts) < _MANY


def _touched(since: datetime) -> CompoundSelect[Any]:
    """Entries anything happened to since an instant, found by its index."""
    a, r, o, e = entry_acts.c, releases.c, open_files.c, entries.alias("touched").c
    filed = or_(o.published_at >= since, o.withdrawn_at >= since)
    return union(
        select(a.entry_id).where(a.made_at >= since),
        select(e.id).where(e.published_at >= since),
        select(e.id).where(e.name.in_(select(r.dataset).where(r.published_at >= since))),
        select(e.id).where(e.name.in_(select(o.dataset).where(filed))),
    )


def _entries(
    connection: Connection, rows: Sequence[Row[Any]], said: Identity, on: date
) -> Iterator[Listed | Withdrawn]:
    """What DCAT tells of the entries of a page; asked for the whole page at once."""
    names = [row.name for row in rows if row.state == PUBLISHED]
    known = revisions.called(connection, names)
    opened = exported(connection, names, on)
    inputs = {name: _inputs(revision) for name, revision in known.items()}
    codes = _codes(connection, {each for some in inputs.values() for each in some})
    for row in rows:
        changed = max(filter(None, (row.published_at, row.acted)))
        if row.state != PUBLISHED:
            yield Withdrawn(row.code, changed)
            continue
        revision, export = known[row.name], opened.get(row.name)
        yield Listed(
            code=row.code,
            contract=revision.contract,
            revision=revision.number,
            issued=row.published_at,
            modified=max(filter(None, (changed, row.released, row.opened, row.shut))),
            released=row.released,
            inputs=tuple(sorted(codes[each] for each in inputs[row.name] if each in codes)),
            licence="" if export is None else export.licence_url or said.iri("licence", export.licence),
            download="" if export is None else said.download(export.path),
        )


def _nodes(entry: Listed | Withdrawn, said: Identity, on: date) -> list[Node]:
    return withdrawn_nodes(entry, said) if isinstance(entry, Withdrawn) else dataset_nodes(entry, said, on)


def _inputs(revision: revisions.Revision) -> tuple[str, ...]:
    made = revision.contract.composed
    return () if made is None else tuple(inputs_of(made.sql))


def _codes(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Resource codes of those datasets that are published, by name."""
    e, found = entries.c, dict[str, str]()
    wanted = sorted(names)
    for at in range(0, len(wanted), _NAMED):
        some = select(e.name, e.code).where(e.name.in_(wanted[at : at + _NAMED]), e.state == PUBLISHED)
        found |= {row.name: row.code for row in connection.execute(some)}
    return found


def _catalogue(held: Sequence[Row[Any]], said: Identity, *, whole: bool) -> Node:
    """The catalogue as far as a page tells of it; all pages together say everything of it once."""
    publisher = said.iri("agent", said.publisher)
    references = [{"@id": said.iri("dataset", row.code)} for row in held if row.state == PUBLISHED]
    records = [{"@id": said.iri("record", row.code)} for row in held]
    node: Node = {
        "@id": said.iri("catalogue", "ledger"),
        "@type": "dcat:Catalog",
        "dct:title": {"@language": "zh", "@value": said.title},
        "dct:description": {"@language": "zh", "@value": said.description},
        "dct:publisher": {
            "@id": publisher,
            "@type": "foaf:Agent",
            "foaf:name": {"@language": "zh", "@value": said.publisher},
        },
        "dcat:dataset": references,
        "dcat:record": records,
    }
    names = ("published_at", "acted", "released", "opened", "shut")
    modified = [when for row in held for name in names if (when := getattr(row, name))]
    if modified and whole:
        node["dct:modified"] = instant(max(modified))
    return {name: value for name, value in node.items() if value != []}


def _once(nodes: list[Node]) -> list[Node]:
    """Each node once: departments and themes come with every dataset of theirs."""
    return list({node["@id"]: node for node in nodes}.values())
