"""What people write in their own words about a form: reasons, why an item is asked again.

Decides how long such a text may be, at every door alike, and what the evidence holds of it: a digest that
binds the text to the row it is kept in, for it may name a person. A legal basis that is cited is none such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from policies.decision import Reason
from policies.rulebook import rule


def too_long(texts: Mapping[str, str], on: date) -> tuple[Reason, ...]:
    """A reason for every text that is longer than the rules let it be.

    Args:
        texts: where it is written → the text.
        on: day of the rules.
    """
    most = int(rule("forms", "text/characters", on).value)
    told = f"at most {most} characters"
    return tuple(
        Reason("form.text.long", "the text is longer than a reason may be", where, told)
        for where, text in texts.items()
        if len(text) > most
    )


def digest(text: str) -> str | None:
    """What the evidence holds of a text; None where nothing was written."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None
