"""Names of our custom properties in an ODCS document, by the level they stand on.

Decides where each belongs, so that one on another level is reported instead of being lost. What they
mean is in ``docs/odcs-mapping.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

# ``engine`` of our quality rules.
ENGINE: Final = "ybz"

DATASET: Final = "the top level"
FIELD: Final = "the field it is about"
LAYOUT: Final = "the server it is about"

NAMES: Final[dict[str, frozenset[str]]] = {
    DATASET: frozenset(
        {
            *("departmentCode", "departmentOffice", "resourceCode", "resourceFormat", "publishedOn"),
            *("relatedResources", "classification", "shareType", "shareCondition", "shareBasis"),
            *("shareReason", "shareScope", "shareUse"),
            *("shareMethods", "open", "openCondition", "updateCycle", "retention", "secrecy", "grade"),
            *("nulls", "unitFree", "units", "uniqueKeys", "joins", "area", "periodField", "composed"),
            *("attribution", "load", "drift", "cleaning", "quarantineLimit", "minimumQuality"),
        }
    ),
    FIELD: frozenset(
        {
            *("element", "check", "unit", "use", "grain", "scale", "grade", "personal", "sensitive"),
            *("category", "shareType", "itemType", "nulls"),
            # Options of the standard, where it has no place for them at the type of the field.
            *("pattern", "minLength", "maxLength", "minimum", "maximum", "format"),
        }
    ),
    LAYOUT: frozenset(
        {
            *("encoding", "delimiter", "quote", "sheet", "headerRow", "headerRows", "skipFooter", "drop"),
            *("recordPath", "query", "columns", "positions", "period", "area", "absent", "unpivot"),
            "reasons",
        }
    ),
}


@cache
def elsewhere(level: str) -> Mapping[str, str]:
    """Names that say nothing on ``level`` → where they do."""
    own = NAMES[level]
    return {name: place for place, names in NAMES.items() for name in names if name not in own}
