"""Facets as people ask for them and as they are shown: ``FACET=VALUE``, counts, names of data elements.

Decides nothing of what is found (:mod:`catalog.search.finding`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.search.finding import Found


def narrowed_by(asked: Iterable[str]) -> dict[str, list[str]]:
    """Facet → the values asked for.

    Args:
        asked: each ``FACET=VALUE``.

    >>> narrowed_by(["grade=3", "grade=4", "open=true"])
    {'grade': ['3', '4'], 'open': ['true']}
    """
    made: dict[str, list[str]] = {}
    for each in asked:
        facet, _, value = each.partition("=")
        made.setdefault(facet.strip(), []).append(value)
    return made


def facets_shown(found: Found) -> dict[str, list[dict[str, Any]]]:
    """For every facet its most frequent values with their counts; data elements with their names."""
    from contracts.elements import elements

    library = elements()
    made: dict[str, list[dict[str, Any]]] = {}
    for facet, values in found.facets.items():
        made[facet] = [{"value": value, "count": count} for value, count in values]
        if facet == "element":
            for line in made[facet]:
                code = line["value"]
                line["name"] = library[code].name if code in library else code
    return made
