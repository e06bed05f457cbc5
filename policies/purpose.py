"""Purpose vocabulary 用途: which purposes exist, whether two agree, free or charged.

Decides compatibility and charge. The codes are data in ``rules/purposes.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import edition, rules


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose.

    Attributes:
        code: e.g. ``industry.research``.
        title, title_en: as people say it.
        group: ``governance`` 公共治理, ``public_good`` 公益事业 or ``industry`` 产业、行业发展.
        charged: whether an operating fee may be asked.
        source: the text it rests on.
    """

    code: str
    title: str
    title_en: str
    group: str
    charged: bool
    source: str


def purposes(on: date) -> dict[str, Purpose]:
    """Every purpose of the vocabulary on a day, by code."""
    return dict(_purposes(edition("purposes"), on))


@lru_cache(maxsize=256)
def _purposes(_state: tuple[tuple[str, int, int], ...], on: date) -> dict[str, Purpose]:
    # Asked for with every call that is metered.
    return {
        row.name: Purpose(
            code=row.name,
            title=str(row.value["title"]),
            title_en=str(row.value["title_en"]),
            group=str(row.value["class"]),
            charged=row.value["charge"] == "charged",
            source=row.source,
        )
        for row in rules("purposes", on)
    }


def known(code: str, on: date) -> Decision:
    """Whether ``code`` is in the vocabulary."""
    vocabulary = purposes(on)
    if code in vocabulary:
        return Permit()
    return Deny(
        (
            Reason(
                "purpose.unknown",
                "the purpose is not in the vocabulary",
                where="purpose",
                allowed="one of " + ", ".join(vocabulary),
            ),
        )
    )


def agrees(asked: str, granted: str) -> Decision:
    """Whether a call's purpose is the grant's. Only the same code agrees: no purpose includes another.

    Source: 政务数据共享条例 Art 25 (data may not serve another purpose).
    """
    if asked == granted:
        return Permit()
    return Deny(
        (
            Reason(
                "purpose.not_granted",
                "the purpose of the call is not the purpose of the grant",
                where="purpose",
                allowed=f"state the purpose {granted}, or ask for a grant with the purpose you have",
            ),
        )
    )
