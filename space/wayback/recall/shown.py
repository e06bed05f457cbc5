"""Who was shown a row and left a posting of it: prefills, submitted forms, 核验 answers, un-maskings.

Decides that a posting counts where it names an item that is asked for, under the row's key or a unit the row
is about, in a release that held the version that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from space.wayback.recall.holdings import Holding, Looking
from space.wayback.recall.postings import of_rows
from space.wayback.recall.rows import Target


def holdings(looking: Looking, dataset: str, targets: Sequence[Target]) -> Iterator[Holding]:
    """The postings about some of these rows, the oldest first.

    Args:
        looking: one look for holders.
        dataset: of all targets.
        targets: the rows.
    """
    names = {name for one in targets for name in one.names}
    for posted in of_rows(looking.connection, dataset, names):
        posting = posted.posting
        for one in (target for target in targets if posting.row in target.names):
            items = tuple(
                item
                for item in looking.items(one, posting.items)
                if looking.held_version(one, posting.version, item)
            )
            if items:
                yield Holding(
                    posting.receiver, posting.kind, "", dataset, items, posting.version, posting.id,
                    posting.evidence, posted.posted_at,
                )  # fmt: skip


def gave_anew(looking: Looking, held: Row[Any], target: Target, after: int) -> tuple[str, datetime] | None:
    """The posting by which a receiver was shown a later version of a row, on the same way.

    Args:
        looking: one look for holders.
        held: row of ``recall_holdings``: receiver and way.
        target: the row.
        after: number of the release from which on the value is corrected.
    """
    for posted in of_rows(looking.connection, target.dataset, target.names):
        posting = posted.posting
        release = looking.release(posting.version)
        same = (posting.receiver, posting.kind) == (held.receiver, held.way)
        if same and looking.items(target, posting.items) and release is not None and release.number >= after:
            return posting.id, posted.posted_at
    return None
