"""Selections: which datasets an operator means, in the words Dagster's page uses.

Decides nothing of its own: Dagster reads the selection. Names of the ledger (``civil.population``) may
stand where Dagster has keys (``civil/population``).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import dagster as dg
from sqlalchemy import Engine

from catalog.lineage.columns import ordered
from catalog.outlines import all_outlines
from pipelines.errors import NothingToBuild
from pipelines.orchestration.datasets import name_of, specs

_NAME: Final = re.compile(r"\b[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\b")
_HOW: Final = (
    "write e.g. civil/population, +civil/population (with what it is made from), group:civil, "
    'tag:update_cycle=daily, or key:"civil/*" and not group:theme'
)


def selected(engine: Engine, text: str, on: date) -> tuple[str, ...]:
    """Names of the datasets a selection means, in build order.

    Args:
        engine: of the store.
        text: a selection of assets, e.g. ``+civil/population`` or ``group:civil``.
        on: the day of the build.

    Raises:
        NothingToBuild: it cannot be read, names what the ledger has not, or means no dataset.
    """
    outlines = all_outlines(engine)
    names = {outline.name for outline in outlines}

    def slashed(match: re.Match[str]) -> str:
        return match[0].replace(".", "/") if match[0] in names else match[0]

    # One step of everything: only who is made from whom matters to a selection.
    @dg.multi_asset(name="ledger", specs=list(specs(outlines, on).values()), can_subset=True)
    def everything() -> Iterator[Any]:
        yield from ()

    graph = dg.Definitions(assets=[everything]).resolve_asset_graph()
    try:
        with warnings.catch_warnings():
            # Dagster's reader of selections warns of a parameter it gives itself.
            warnings.simplefilter("ignore", dg.BetaWarning)
            chosen = dg.AssetSelection.from_string(_NAME.sub(slashed, text.strip())).resolve(graph)
    except dg.DagsterError:
        raise NothingToBuild(f"the selection {text!r} cannot be read or names no dataset — {_HOW}") from None
    if not chosen:
        raise NothingToBuild(f"the selection {text!r} means no dataset of the ledger — {_HOW}")
    wanted = {name_of(key) for key in chosen}
    order = ordered({o.name: o.inputs or () for o in outlines}, {o.name: o.compared for o in outlines})
    return tuple(name for name in order if name in wanted)
