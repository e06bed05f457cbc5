"""The catalogue in pages for harvesters: what is published, and what changed since an instant.

Decides which entries a page holds and in which order. Pages follow each other by name, so that an entry
that comes in between is neither shown twice nor lost to those after it. An entry that was withdrawn stays
in the answer to *changed since* as a record that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

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
from catalog.lineage import inputs_of
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.ledger import entries
from catalog.store.tables.releases import releases
from policies.clocks import local_date

PUBLISHED: Final = revisions.PUBLISHED
WITHDRAWN: Final = "withdrawn"
# Entries on a page, and the most a caller may ask for.
PAGE: Final = 100
LARGEST_PAGE: Final = 1000


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
    rows = connection.execute(_listed(after, changed_since).limit(size + 1)).all()
    held, more = rows[:size], len(rows) > size
    on = local_date(now)
    nodes = [node for row in held for node in _nodes(connection, row, said, on)]
    document = {"@context": dict(CONTEXT), "@graph": [_catalogue(held, said), *_once(nodes)]}
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
    """Name, code, state and the instants of entries that were ever published, by name."""
    a, r, e = entry_acts.c, releases.c, entries.c
    acts = (
        select(a.entry_id, func.max(a.made_at).label("acted"))
        .where(a.state_after.in_((PUBLISHED, WITHDRAWN)))
        .group_by(a.entry_id)
        .subquery()
    )
    last = select(r.dataset, func.max(r.published_at).label("released")).group_by(r.dataset).subquery()
    query = (
        select(e.name, e.code, e.state, e.published_at, acts.c.acted, last.c.released)
        .outerjoin(acts, acts.c.entry_id == e.id)
        .outerjoin(last, last.c.dataset == e.name)
        .where(e.published_at.is_not(None), e.name > after)
        .order_by(e.name)
    )
    if changed_since is None:
        return query.where(e.state == PUBLISHED)
    changed = or_(
        acts.c.acted >= changed_since,
        and_(e.state == PUBLISHED, last.c.released >= changed_since),
        and_(acts.c.acted.is_(None), e.published_at >= changed_since),
    )
    return query.where(e.state.in_((PUBLISHED, WITHDRAWN)), changed)


def _nodes(connection: Connection, row: Row[Any], said: Identity, on: date) -> list[Node]:
    changed = max(filter(None, (row.published_at, row.acted)))
    if row.state != PUBLISHED:
        return withdrawn_nodes(Withdrawn(row.code, changed), said)
    revision = revisions.current(connection, row.name)
    modified = max(filter(None, (changed, row.released)))
    listed = Listed(
        code=row.code,
        contract=revision.contract,
        revision=revision.number,
        issued=row.published_at,
        modified=modified,
        released=row.released,
        inputs=_inputs(connection, revision),
    )
    return dataset_nodes(listed, said, on)


def _inputs(connection: Connection, revision: revisions.Revision) -> tuple[str, ...]:
    """Codes of the published datasets a composed one is made from."""
    made = revision.contract.composed
    if made is None:
        return ()
    e = entries.c
    known = select(e.code).where(e.name.in_(inputs_of(made.sql)), e.state == PUBLISHED).order_by(e.code)
    return tuple(connection.execute(known).scalars())


def _catalogue(held: Sequence[Row[Any]], said: Identity) -> Node:
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
    modified = [when for row in held for when in (row.published_at, row.acted, row.released) if when]
    if modified:
        node["dct:modified"] = instant(max(modified))
    return {name: value for name, value in node.items() if value != []}


def _once(nodes: list[Node]) -> list[Node]:
    """Each node once: departments and themes come with every dataset of theirs."""
    return list({node["@id"]: node for node in nodes}.values())
