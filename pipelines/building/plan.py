"""What a build has to do: fingerprints are compared before a run opens.

Decides which datasets changed since their release; a composed one is due when its inputs are, one whose
rules read others when these are. Works on outlines and remembered digests, so that a dataset nobody touched
costs a look at its file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, func, select

from catalog import rectification
from catalog.classify import decided
from catalog.home import Home
from catalog.intake.landing.delivered import folder_of
from catalog.intake.landing.fingerprint import FileDigests, of_sources
from catalog.lake.bringing import bring_sources
from catalog.lineage.columns import ordered
from catalog.outlines import Outline, all_outlines
from catalog.revisions import current
from catalog.store import reading
from catalog.store.tables.releases import releases
from contracts.canonical import digest
from contracts.model import LoadKind, Source
from pipelines.building.inputs import compared_with
from policies.clocks import local_date


@dataclass(frozen=True, slots=True)
class _Published:
    """What a plan needs of a dataset's newest release."""

    id: str
    fingerprint: str
    loaded: frozenset[str]


def changed(
    home: Home,
    engine: Engine,
    names: Collection[str] | None = None,
    outlines: Sequence[Outline] | None = None,
) -> Mapping[str, str]:
    """Datasets whose inputs or contract differ from their release, in build order.

    Args:
        home: the installation.
        engine: its store.
        names: only these; where None, all that something stands behind.
        outlines: of every entry, where they are read already.

    Returns:
        Name → fingerprint; empty text where it cannot be known before the run: an input is due
        itself, or its files cannot be read (the build says why).

    Raises:
        LineageCycle: datasets are made from each other.
    """
    known = {outline.name: outline for outline in outlines or all_outlines(engine)}
    if names is None:
        names = frozenset(name for name, each in known.items() if not each.lands_nothing)
    digests = FileDigests.load(engine, now=datetime.now(UTC))
    with reading(engine) as connection:
        published = _published(connection, [name for name in known if name in names], known)
        released = {name: release.id for name, release in published.items()}
        corrections = rectification.versions(connection)
        decisions = decided.versions(connection, local_date(datetime.now(UTC)))
        due: dict[str, str] = {}
        for name in ordered(
            {each.name: each.inputs or () for each in known.values()},
            {each.name: each.compared for each in known.values()},
        ):
            if name not in names:
                continue
            now = _fingerprint(connection, home, known[name], published, due, digests)
            now = compared_with(now, name, known[name].compared, released)
            now = rectification.fingerprinted(now, corrections.get(name, ""))
            now = decided.fingerprinted(now, decisions.get(name, ""))
            release = published.get(name)
            # What its rules compare with may come out of this run as another release.
            awaits = any(other in due for other in known[name].compared)
            if release is None or release.fingerprint != now or awaits:
                due[name] = "" if awaits else now
    digests.keep(engine)
    return due


def _fingerprint(
    connection: Connection,
    home: Home,
    outline: Outline,
    published: Mapping[str, _Published],
    due: Mapping[str, str],
    digests: FileDigests,
) -> str:
    if outline.inputs is not None:
        if any(name in due for name in outline.inputs):
            return ""
        made_from = {name: published[name].id if name in published else "" for name in outline.inputs}
        return digest({"contract": outline.digest, "inputs": made_from})
    release = published.get(outline.name)
    sources: Sequence[Source] = outline.sources
    if any("://" in source.path for source in outline.sources):
        sources = current(connection, outline.name).contract.sources  # a database is read as it says
    folder = folder_of(home, outline.name, outline.path)
    try:
        bring_sources(home, sources, folder)
        return of_sources(
            outline.digest,
            sources,
            outline.load,
            folder,
            digests=digests,
            loaded=release.loaded if release is not None else (),
        )
    # An unreadable source is the build's to report, with its reason, in the place of its dataset.
    except Exception as error:
        if not isinstance(error, OSError) and not getattr(error, "user_facing", False):
            raise
        return ""


def _published(
    connection: Connection, names: Sequence[str], known: Mapping[str, Outline]
) -> dict[str, _Published]:
    """The newest release of each dataset and of what it is made from."""
    newest = (
        select(releases.c.dataset, func.max(releases.c.number).label("number"))
        .group_by(releases.c.dataset)
        .subquery()
    )
    of_newest = (releases.c.dataset == newest.c.dataset) & (releases.c.number == newest.c.number)
    rows = connection.execute(
        select(releases.c.id, releases.c.dataset, releases.c.fingerprint).join(newest, of_newest)
    )
    found = {row.dataset: row for row in rows}
    adds = [n for n in names if known[n].load is not LoadKind.FULL and n in found]
    loaded = {}
    for name in adds:
        counts = connection.execute(
            select(releases.c.counts).where(releases.c.id == found[name].id)
        ).scalar_one()
        loaded[name] = frozenset(counts.get("loaded", ()))
    return {
        name: _Published(row.id, row.fingerprint, loaded.get(name, frozenset()))
        for name, row in found.items()
    }
