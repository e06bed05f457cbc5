"""Outlines: what plans and graphs need of every contract of the ledger, without parsing the contracts.

Decides nothing of its own: an outline follows from its contract and is kept by the contract's digest, so
it is made once a revision. A lost or outdated outline is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, bindparam, delete, insert, select

from catalog.lineage.sql import inputs_of
from catalog.quality import assessable
from catalog.revisions import in_force as speaking
from catalog.revisions import parsed
from catalog.store import reading, writing
from catalog.store.tables.inputs import outlines
from catalog.store.tables.ledger import entries, revisions
from contracts.model import Contract, Dimension, LoadKind, RuleKind, Source, SourceFormat, UpdateCycle

# Form of the documents; a changed form has a number of its own, and older rows are made again.
FORM: Final = 3
# Kinds of rules that read another dataset.
_ELSEWHERE: Final = (RuleKind.REFERENCE, RuleKind.AGREEMENT)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a dataset of the ledger is, in short.

    Attributes:
        name: ``schema.table``.
        code: resource code 信息资源代码.
        revision: number of the revision in force.
        digest: of its contract.
        path: the contract file, or None; data paths are relative to its folder.
        title, department, department_code, summary: as the contract says.
        cycle: update cycle 更新周期.
        sharing: sharing type 共享类型.
        fields: name, type and business name of each.
        dimensions: quality dimensions a build can assess, in the order of the standard.
        sources: name, format, path, sheet and query of each; nothing else of them.
        load: what a delivery stands for.
        inputs: names of the datasets it is made from; None where it is not composed.
        compared: names of the datasets its rules read.
    """

    name: str
    code: str
    revision: int
    digest: str
    path: Path | None
    title: str
    department: str
    department_code: str
    summary: str
    cycle: UpdateCycle
    sharing: str
    fields: tuple[tuple[str, str, str], ...]
    dimensions: tuple[Dimension, ...]
    sources: tuple[Source, ...]
    load: LoadKind
    inputs: tuple[str, ...] | None
    compared: tuple[str, ...]

    @property
    def schema(self) -> str:
        """The part of the name before the point."""
        return self.name.partition(".")[0]

    @property
    def lands_nothing(self) -> bool:
        """Whether nothing stands behind it yet: no source, and not composed of others."""
        return not self.sources and self.inputs is None


def all_outlines(engine: Engine) -> tuple[Outline, ...]:
    """The outline of every entry's revision in force, by name; what is missing is made and kept."""
    with reading(engine) as connection:
        rows = connection.execute(_current()).all()
        missing = {row.digest for row in rows if row.document is None}
        texts = _texts(connection) if missing else {}
    made = {digest: document_of(parsed(texts[digest])) for digest in missing if digest in texts}
    if made:
        with writing(engine) as connection:
            _keep(connection, made)
    return tuple(_outline(dict(row._mapping), made) for row in rows)


def keep(connection: Connection, contract: Contract, digest: str) -> None:
    """Keep the outline of a new revision, in the transaction that makes it."""
    _keep(connection, {digest: document_of(contract)})


def keep_all(connection: Connection, contracts: Mapping[str, Contract]) -> None:
    """Keep the outlines of many new revisions, by their digests, in the transaction that makes them."""
    _keep(connection, {digest: document_of(contract) for digest, contract in contracts.items()})


def document_of(contract: Contract) -> dict[str, Any]:
    """The outline of a contract as plain JSON."""
    return {
        "title": contract.title,
        "summary": contract.summary,
        "cycle": contract.update_cycle.value,
        "sharing": contract.sharing.type.value,
        "fields": [[f.name, f.type.value, f.business_name] for f in contract.fields],
        "dimensions": [dimension.value for dimension in assessable(contract)],
        "sources": [[s.name, s.format.value, s.path, s.sheet, s.query] for s in contract.sources],
        "load": contract.load.kind.value,
        "inputs": None if contract.composed is None else list(inputs_of(contract.composed.sql)),
        "compared": sorted({rule.args["dataset"] for rule in contract.rules if rule.kind in _ELSEWHERE}),
    }


def _keep(connection: Connection, documents: Mapping[str, Mapping[str, Any]]) -> None:
    former = delete(outlines).where(outlines.c.digest == bindparam("former"))
    connection.execute(former, [{"former": digest} for digest in documents])
    rows = [{"digest": digest, "form": FORM, "document": each} for digest, each in documents.items()]
    connection.execute(insert(outlines), rows)


def _current() -> Any:
    held = and_(outlines.c.digest == revisions.c.digest, outlines.c.form == FORM)
    in_force = and_(revisions.c.entry_id == entries.c.id, speaking())
    return (
        select(
            entries.c.name,
            entries.c.code,
            entries.c.path,
            entries.c.department,
            entries.c.department_code,
            revisions.c.number,
            revisions.c.digest,
            outlines.c.document,
        )
        .join(revisions, in_force)
        .outerjoin(outlines, held)
        .order_by(entries.c.name)
    )


def _texts(connection: Connection) -> dict[str, str]:
    """Digest → contract text of every revision in force."""
    in_force = and_(revisions.c.entry_id == entries.c.id, speaking())
    rows: Iterable[Any] = connection.execute(
        select(revisions.c.digest, revisions.c.contract).join(entries, in_force)
    )
    return {row.digest: row.contract for row in rows}


def _outline(row: Mapping[str, Any], made: Mapping[str, Mapping[str, Any]]) -> Outline:
    document = made[row["digest"]] if row["document"] is None else row["document"]
    inputs = document["inputs"]
    return Outline(
        name=row["name"],
        code=row["code"],
        revision=row["number"],
        digest=row["digest"],
        path=Path(row["path"]) if row["path"] else None,
        title=document["title"],
        department=row["department"],
        department_code=row["department_code"],
        summary=document["summary"],
        cycle=UpdateCycle(document["cycle"]),
        sharing=document["sharing"],
        fields=tuple((name, kind, heading) for name, kind, heading in document["fields"]),
        dimensions=tuple(Dimension(each) for each in document["dimensions"]),
        sources=tuple(
            Source(name, SourceFormat(form), path, sheet=sheet, query=query)
            for name, form, path, sheet, query in document["sources"]
        ),
        load=LoadKind(document["load"]),
        inputs=None if inputs is None else tuple(inputs),
        compared=tuple(document["compared"]),
    )
