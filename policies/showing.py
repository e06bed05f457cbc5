"""How personal information looks when it flows back 回流, and how long one value may be un-masked.

Decides which mask a field has (``rules/backflow.yaml``): by its check-digit code; else, where it is personal,
by what it is. Names and addresses show to the street that has to visit; whatever is sensitive does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from contracts.fields import Field
from contracts.vocabulary import FieldType
from policies.masking import Mask
from policies.rulebook import edition, rule, rules

_FILE = "backflow"
_PREFIX = "mask/"
_DATED = (FieldType.DATE, FieldType.TIMESTAMP)


@dataclass(frozen=True, slots=True)
class Showing:
    """The rules of a day.

    Attributes:
        masks: check-digit code, or ``sensitive``, ``date``, ``personal`` → mask.
        shown: headings, or ends of headings, whose values show to those who must visit.
        unmask_hours: how long an un-masked value may be looked at.
        reason_characters: how long a reason is at least.
        rows_a_day: rows one person of a body may un-mask on a day.
        body_rows_a_day: rows all persons of a body together may.
        acknowledge_days: working days a receiver has to count a delivery back.
        longest: ``task``, ``text``, ``reason``, ``to`` → characters somebody may write there.
        most_rows: rows a delivery may be counted to have.
    """

    masks: Mapping[str, Mask]
    shown: tuple[str, ...]
    unmask_hours: int
    reason_characters: int
    rows_a_day: int
    body_rows_a_day: int
    acknowledge_days: int
    longest: Mapping[str, int]
    most_rows: int

    def in_form(self, field: Field) -> Mask | None:
        """The mask of a field on a form; None where its values show.

        Who fills a form answers for what it says: items of ordinary personal information show, identifiers
        and what is sensitive do not.
        """
        return self.mask_of(field) if field.check in self.masks or field.sensitive else None

    def mask_of(self, field: Field) -> Mask | None:
        """The mask of a field; None where its values show."""
        if field.check in self.masks:
            return self.masks[field.check or ""]
        if field.sensitive:
            return self.masks["sensitive"]
        if not field.personal:
            return None
        if field.type in _DATED:
            return self.masks["date"]
        heading = field.business_name or field.name
        return None if heading.endswith(self.shown) else self.masks["personal"]


def showing(on: date) -> Showing:
    """The rules in force on a day.

    Raises:
        RuleError: one is missing.
    """
    return _read(edition(_FILE), on)


@lru_cache(maxsize=64)
def _read(_state: tuple[tuple[str, int, int], ...], on: date) -> Showing:
    masks = {
        row.name.removeprefix(_PREFIX): Mask(int(row.value["first"]), int(row.value["last"]))
        for row in rules(_FILE, on)
        if row.name.startswith(_PREFIX)
    }
    return Showing(
        masks=masks,
        shown=tuple(str(each) for each in rule(_FILE, "shown_headings", on).value),
        unmask_hours=int(rule(_FILE, "unmask_hours", on).value),
        reason_characters=int(rule(_FILE, "unmask_reason_characters", on).value),
        rows_a_day=int(rule(_FILE, "unmask_rows_a_day", on).value),
        body_rows_a_day=int(rule(_FILE, "unmask_body_rows_a_day", on).value),
        acknowledge_days=int(rule(_FILE, "acknowledge_days", on).value),
        longest={str(name): int(most) for name, most in rule(_FILE, "longest_texts", on).value.items()},
        most_rows=int(rule(_FILE, "most_rows_counted", on).value),
    )
