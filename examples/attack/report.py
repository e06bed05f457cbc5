"""A run as figures: by expectation, by class, every deviation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from examples.attack.verdict import ANSWERED, FAILED, REFUSED, SUPPRESSED, Came


def document(mode: str, came: Sequence[Came]) -> dict[str, Any]:
    """The machine form: totals by expectation, deviations, what was undecided, what became of the benign."""
    attacks = [one for one in came if one.line.expect is not None]
    benign = [one for one in came if one.line.expect is None]
    by_expect: dict[str, Counter[str]] = defaultdict(Counter)
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    for one in attacks:
        by_expect[str(one.line.expect)][one.got] += 1
        by_class[one.line.kind][one.got] += 1
    return {
        "mode": mode,
        "total": len(came),
        "by_expect": {name: _counts(count) for name, count in sorted(by_expect.items())},
        "by_class": {name: _counts(count) for name, count in sorted(by_class.items())},
        "deviations": [
            {"id": one.line.id, "expect": one.line.expect, "got": one.got} for one in attacks if one.deviates
        ],
        "failed": [{"id": one.line.id, "code": one.code} for one in came if one.got == FAILED],
        "asked_again": sum(one.tries > 1 for one in came),
        "benign": {
            "answered": sum(one.got in (ANSWERED, SUPPRESSED) for one in benign),
            "refused": [
                {"id": one.line.id, "code": one.code} for one in benign if one.got in (REFUSED, FAILED)
            ],
        },
    }


def _counts(count: Counter[str]) -> dict[str, int]:
    told = {name: count[name] for name in (REFUSED, SUPPRESSED, ANSWERED)}
    return told | ({FAILED: count[FAILED]} if count[FAILED] else {})
