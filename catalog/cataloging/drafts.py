"""A release to be: its rows, how they change the tables, and what its store rows will say.

Decides only what is written down before anything is committed; the order of the steps is
:mod:`catalog.releases.publication`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from catalog.releases.attempts import Attempt
from catalog.releases.charges import Charge
from catalog.releases.facts import Facts
from catalog.store.schema import new_id

if TYPE_CHECKING:
    from catalog.lineage.columns import Edge


class Mode(StrEnum):
    """How the two tables become the new version."""

    REPLACE = "replace"  # every row is given
    APPEND = "append"  # the rows given are added
    MERGE = "merge"  # the rows given replace or are added, others leave


@dataclass(frozen=True, slots=True)
class Change:
    """What the tables of a draft are to the former release.

    Attributes:
        mode: see :class:`Mode`.
        removed: row identities that leave, of a merge.
        row_count: rows of the new release; None for those given.
        former: identifier of the release the rows are added to or merged into.
    """

    mode: Mode = Mode.REPLACE
    removed: pa.Array = field(default_factory=lambda: pa.array([], pa.int64()))
    row_count: int | None = None
    former: str | None = None


WHOLE: Final = Change()


@dataclass(frozen=True, slots=True)
class Draft:
    """A release to be: its rows, and what its store rows will say.

    Attributes:
        vault, protected: the two physical forms.
        content_hash: SHA-256 over the typed rows.
        seal: the content hash keyed, for eyes outside the owner; it goes into the evidence.
        attempt: the build that made it.
        edges: column lineage of a composed dataset; None where there is none to record.
        change: what the two tables are to the former release; without it they are the whole of it.
        charge: what it costs of privacy budgets, of a release made with noise.
    """

    dataset: str
    revision: int
    fingerprint: str
    vault: pa.Table
    protected: pa.Table
    content_hash: str
    seal: str
    counts: Mapping[str, Any]
    dimensions: Mapping[str, Any]
    grade: int
    facts: Facts
    attempt: Attempt
    edges: tuple[Edge, ...] | None = None
    change: Change = WHOLE
    charge: Charge | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What a release is about to write; ``document`` holds the rows the last step inserts."""

    id: str
    dataset: str
    fence: int
    vault_version: int
    protected_version: int
    document: Mapping[str, Any]


def document_of(draft: Draft, number: int) -> dict[str, Any]:
    """The rows the last step of a release inserts, as plain JSON."""
    attempt, change = draft.attempt, draft.change
    row = {
        "id": new_id("rel"),
        "revision": draft.revision,
        "row_count": draft.protected.num_rows if change.row_count is None else change.row_count,
        "content_hash": draft.content_hash,
        "fingerprint": draft.fingerprint,
        "lines_read": attempt.lines_read,
        "landed": attempt.landed,
        "typed": attempt.typed,
        "quarantined": attempt.quarantined,
        "counts": dict(draft.counts),
        "quality": attempt.quality,
        "dimensions": dict(draft.dimensions),
        "grade": draft.grade,
        "facts": draft.facts.to_document(),
    }
    edges = None if draft.edges is None else [asdict(edge) for edge in draft.edges]
    return {
        "number": number,
        "row": row,
        "seal": draft.seal,
        "edges": edges,
        "attempt": attempt.to_document(),
        "charge": None if draft.charge is None else draft.charge.to_document(),
    }


def stamp_of(intent: Intent) -> dict[str, str]:
    """What stands in both commits of a release."""
    return {
        "ybz_fence": str(intent.fence),
        "ybz_intent": intent.id,
        "ybz_release": intent.document["row"]["id"],
    }
