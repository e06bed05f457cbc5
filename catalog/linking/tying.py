"""Tying entries to resources 挂接: make a link, remove it, look it up.

Decides that a link belongs to an entry of the ledger and is made once. Whether its resource lives is
:mod:`catalog.linking.probing`'s matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from catalog import evidence, revisions
from catalog.linking.secrets import NONE, Secrets
from catalog.linking.settings import (
    InterfaceLink,
    Kind,
    LinkError,
    ReleaseLink,
    Settings,
    from_document,
    to_document,
)
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.linking import links
from catalog.store.tables.releases import releases
from contracts.canonical import digest
from policies.clocks import local_date

# Who ties the releases of this installation where nobody did.
BY_ITSELF: Final = "link probe"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry tied to a resource; mirrors its row.

    Attributes:
        id: of the link.
        dataset: ``schema.table`` of the entry.
        kind: see :class:`Kind`.
        target: what it is tied to, in one phrase.
        settings: by kind.
        tied_by, tied_at: who tied it, and when.
        removed_at: when the tie ended, or None.
    """

    id: str
    dataset: str
    kind: Kind
    target: str
    settings: Settings
    tied_by: str
    tied_at: datetime
    removed_at: datetime | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "dataset": self.dataset,
            "kind": self.kind.value,
            "target": self.target,
            "settings": to_document(self.settings),
            "tied_by": self.tied_by,
            "tied_at": self.tied_at.isoformat(),
            "removed_at": None if self.removed_at is None else self.removed_at.isoformat(),
        }


def tie(
    connection: Connection,
    dataset: str,
    settings: Settings,
    *,
    by: str,
    now: datetime,
    secrets: Secrets = NONE,
) -> Link:
    """Tie an entry to a resource.

    Args:
        connection: a writing transaction.
        dataset: ``schema.table`` of an entry, published or on its way.
        settings: by kind.
        by: of the department.
        now: aware instant.
        secrets: of the installation; a link that names one is judged by what is stated about it.

    Raises:
        UnknownDataset: the ledger has no such entry.
        NotStated: it names a secret that is not stated for its department and address.
        LinkError: it is tied to that already, or names a field the contract does not have.
    """
    contract = revisions.current(connection, dataset).contract
    strange = sorted(set(getattr(settings, "fields", ())) - {f.name for f in contract.fields})
    if strange:
        raise LinkError(f"{dataset} has no field {', '.join(strange)} — `ybz show {dataset}` lists them")
    uses: dict[str, str] = {}
    if isinstance(settings, InterfaceLink) and (settings.auth or settings.body):
        secrets.check(settings, contract.department.code, local_date(now))
        # Under which statement it was tied: its file may say something else by tomorrow.
        uses = {"secrets_stated": secrets.sha256}
    document = to_document(settings)
    told = digest({"kind": settings.kind.value, "settings": document})
    held = select(links.c.id).where(
        links.c.dataset == dataset, links.c.digest == told, links.c.removed_at.is_(None)
    )
    if connection.execute(held).first():
        raise LinkError(f"{dataset} is tied to {settings.target} already")
    link = Link(new_id("lnk"), dataset, settings.kind, settings.target, settings, by, now, None)
    proof = evidence.record(
        connection, event="catalog:link:tie", subject=dataset,
        body={"link": link.id, "kind": link.kind.value, "settings": told, "actor": by, **uses}, now=now,
    )  # fmt: skip
    connection.execute(
        insert(links).values(
            id=link.id, dataset=dataset, kind=link.kind.value, target=link.target, settings=document,
            digest=told, tied_by=by, tied_at=now, evidence_id=proof,
        )
    )  # fmt: skip
    return link


def tie_releases(connection: Connection, *, now: datetime) -> tuple[str, ...]:
    """Tie every published entry that has a release here and was never tied to its releases.

    One entry of evidence stands for them all. An entry whose tie somebody removed is left alone.

    Args:
        connection: a writing transaction.
        now: aware instant.

    Returns:
        Names of the datasets tied, sorted.
    """
    tied = select(links.c.dataset).where(links.c.kind == Kind.RELEASE.value)
    wanted = (
        select(entries.c.name)
        .where(
            entries.c.state == revisions.PUBLISHED,
            entries.c.name.in_(select(releases.c.dataset)),
            entries.c.name.not_in(tied),
        )
        .order_by(entries.c.name)
    )
    names = tuple(connection.execute(wanted).scalars())
    if not names:
        return ()
    settings = ReleaseLink()
    told = digest({"kind": settings.kind.value, "settings": to_document(settings)})
    made = [new_id("lnk") for _ in names]
    proof = evidence.record(
        connection, event="catalog:link:tie_releases", subject="links",
        body={"datasets": len(names), "links": digest(made), "actor": BY_ITSELF}, now=now,
    )  # fmt: skip
    shared: dict[str, Any] = {
        "kind": settings.kind.value, "target": settings.target, "settings": {}, "digest": told,
        "tied_by": BY_ITSELF, "tied_at": now, "evidence_id": proof,
    }  # fmt: skip
    rows = [{"id": i, "dataset": name, **shared} for i, name in zip(made, names, strict=True)]
    connection.execute(insert(links), rows)
    return names


def remove(connection: Connection, link_id: str, *, reason: str, by: str, now: datetime) -> Link:
    """End a tie; its row and its probes stay.

    Raises:
        LinkError: there is no such link, it is removed already, or no reason is given.
    """
    link = link_called(connection, link_id)
    if link.removed_at is not None:
        raise LinkError(f"the link {link_id} is removed already")
    if not reason.strip():
        raise LinkError("a link is removed for a reason — state it (`reason`)")
    connection.execute(
        update(links).where(links.c.id == link_id).values(removed_by=by, removed_at=now, remove_reason=reason)
    )
    evidence.record(
        connection, event="catalog:link:remove", subject=link.dataset,
        body={"link": link.id, "reason": reason, "actor": by}, now=now,
    )  # fmt: skip
    return link_called(connection, link_id)


def link_called(connection: Connection, link_id: str) -> Link:
    """The link of that id.

    Raises:
        LinkError: there is none.
    """
    row = connection.execute(select(links).where(links.c.id == link_id)).one_or_none()
    if row is None:
        raise LinkError(f"there is no link {link_id} — see `ybz link list`")
    return _link(row)


def held(
    connection: Connection,
    dataset: str | None = None,
    part: Part | None = None,
    *,
    told: ColumnElement[bool] | None = None,
) -> tuple[Link, ...]:
    """Every link that is not removed, by dataset; of one dataset where it is named.

    A part is by dataset and id. Where ``told`` is given, only links of entries it holds of.
    """
    query = select(links).where(links.c.removed_at.is_(None))
    if told is not None:
        query = query.where(links.c.dataset.in_(select(entries.c.name).where(told)))
    if dataset is not None:
        query = query.where(links.c.dataset == dataset)
    by_day = query.order_by(links.c.dataset, links.c.tied_at)
    ordered = by_day if part is None else parted(query, part, links.c.dataset, links.c.id)
    return tuple(_link(row) for row in connection.execute(ordered))


def _link(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        dataset=row.dataset,
        kind=Kind(row.kind),
        target=row.target,
        settings=from_document(row.kind, row.settings),
        tied_by=row.tied_by,
        tied_at=row.tied_at,
        removed_at=row.removed_at,
    )
