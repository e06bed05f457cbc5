"""What a heading speaks of though no list holds it whole: 术中失血量 speaks of an operation.

Looks for the roots of words of ``policies/rules/roots.yaml``. A root is weaker than a word: but for kinds
that are numbers, whose roots are whole expressions, a heading that ends in somebody or something else (术者,
手术室) has none. Decides nothing of values and tables, which must agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from catalog.classify.kinds import scoring
from catalog.classify.lexicon import behind
from policies.grading import IN_FORCE
from policies.rulebook import rules

_FILE: Final = "roots"
_ELSEWHERE: Final = "elsewhere"
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Root:
    chinese: re.Pattern[str]
    latin: re.Pattern[str]


def rooted(words: str) -> dict[str, float]:
    """The kinds of the roots a heading holds, with their strength.

    Args:
        words: the normalised heading, parts joined by ``_``.
    """
    chinese = bool(_HAN.search(words))
    joined = words.replace("_", "") if chinese else words
    roots, elsewhere = _roots()
    away = (elsewhere.chinese if chinese else elsewhere.latin).search(joined)
    found = {}
    for kind, root in roots.items():
        numbered = kind in behind().numbered
        pattern = root.chinese if chinese else root.latin
        if (numbered or not away) and pattern.search(joined):
            found[kind] = scoring().initials if numbered else scoring().hint
    return found


@cache
def _roots() -> tuple[Mapping[str, _Root], _Root]:
    """The roots of every kind, and what headings end in that is something else."""
    made = {
        row.name: _Root(
            re.compile(row.value.get("roots") or row.value["chinese"]), re.compile(row.value["latin"])
        )
        for row in rules(_FILE, IN_FORCE)
    }
    return made, made.pop(_ELSEWHERE)
