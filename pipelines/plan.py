"""What a build has to do: fingerprints are compared before a run opens.

Decides which datasets changed since their release; a composed one is due when its inputs are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine

from catalog.home import Home
from catalog.lineage import build_order, inputs_of
from catalog.releases import all_latest
from catalog.revisions import Revision, all_current
from catalog.store import reading
from pipelines.stages import Ledger, input_fingerprint
from pipelines.wave import folder_of


def changed(home: Home, engine: Engine, names: Sequence[str] | None = None) -> Mapping[str, str]:
    """Datasets whose inputs or contract differ from their release, in build order.

    Args:
        home: the installation.
        engine: its store.
        names: only these; all where None.

    Returns:
        Name → fingerprint; empty text where it cannot be known before the run: an input is due
        itself, or its files cannot be read (the build says why).
    """
    with reading(engine) as connection:
        revisions = {revision.name: revision for revision in all_current(connection)}
        releases = {release.dataset: release for release in all_latest(connection)}
    contracts = {name: revision.contract for name, revision in revisions.items()}
    ledger = Ledger(contracts, releases)
    due: dict[str, str] = {}
    for name in build_order(contracts):
        if names is not None and name not in names:
            continue
        now = _fingerprint(home, revisions[name], ledger, due)
        published = releases.get(name)
        if published is None or published.fingerprint != now:
            due[name] = now
    return due


def _fingerprint(home: Home, revision: Revision, ledger: Ledger, due: Mapping[str, str]) -> str:
    composed = revision.contract.composed
    inputs = inputs_of(composed.sql) if composed is not None else ()
    if any(name in due for name in inputs):
        return ""
    try:
        return input_fingerprint(revision.contract, folder_of(revision, home), ledger, inputs)
    # An unreadable source is the build's to report, with its reason, in the place of its dataset.
    except Exception as error:
        if not getattr(error, "user_facing", False):
            raise
        return ""
