"""Who sees what of a monthly report: uncatalogued tables are named to their department and the authority.

Decides nothing about figures: points, ranks and counts are everybody's. The report itself is kept whole, as
the authority closes it; what is passed on goes through :func:`seen_by`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Kinds of reasons whose items are names of tables no entry stands for.
UNLISTED: Final = frozenset({"table_open"})


def seen_by(content: Mapping[str, Any], department: str = "") -> dict[str, Any]:
    """The content of a report as a department sees it; as anybody does where none is named.

    Args:
        content: as it is kept.
        department: whose own tables are named, by its name.

    Returns:
        The content; items of other departments' uncatalogued tables are gone, their count stays.
    """
    lines = [
        line if department and line["department"] == department else _line(line)
        for line in content["ranking"]
    ]
    return {**content, "ranking": lines}


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**line, "losses": [_loss(loss) for loss in line["losses"]]}


def _loss(loss: Mapping[str, Any]) -> dict[str, Any]:
    return {**loss, "items": [item for item in loss["items"] if item[1] not in UNLISTED]}
