"""What changes in how rows arrive, are cleaned and are judged.

Decides which of these changes users feel: rows that may now vanish or change, values spelt otherwise,
a rule that stops or quarantines less. A rule that only warns promises nothing, so its change is news.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contracts.arguments import OPERATORS
from contracts.comparing.findings import Findings, Touches, breaks, news
from contracts.model import Action, Cleaning, CleaningKind, Contract, DriftAction, LoadKind, Rule, RuleKind
from contracts.rules import rules_of

# Loads after which a row that a source dropped is gone, and those after which rows can change at all.
_VANISH: Final = (LoadKind.FULL, LoadKind.CHANGES)
_CHANGE: Final = (*_VANISH, LoadKind.INCREMENTAL)
# From the strictest to the mildest.
_STRICTNESS: Final = (Action.STOP, Action.QUARANTINE, Action.WARN)
_DRIFT: Final = (DriftAction.STOP, DriftAction.QUARANTINE, DriftAction.IGNORE)
# Drift after which values are missing or mean something else.
_DRIFTS: Final = {
    "missing_column": "a missing column",
    "type_change": "a column of another type",
    "renamed": "a renamed column",
}
# Steps that only tidy: adding one changes how a value is spelt, not which it is.
_TIDYING: Final = (CleaningKind.TRIM, CleaningKind.COLLAPSE, CleaningKind.HALF_WIDTH)
# Arguments that are a bound, and whether a larger one is looser.
_BOUNDS: Final = {"minimum": False, "maximum": True, "shrink": True, "grow": True}


def compare_delivery(old: Contract, new: Contract) -> Findings:
    """Differences of loads, drift and cleaning."""
    was, now = old.load.kind, new.load.kind
    if now in _VANISH and was not in _VANISH:
        yield breaks(f"rows may vanish: loads are {now}, no longer {was}", Touches.ROWS)
    elif now in _CHANGE and was not in _CHANGE:
        yield breaks(f"rows may change: loads are {now}, no longer {was}", Touches.ROWS)
    elif was in _VANISH and now not in _VANISH:
        yield breaks(f"rows gone at the source stay: loads are {now}, no longer {was}", Touches.ROWS)
    elif old.load != new.load:
        yield news("how deliveries are loaded changed", Touches.ROWS)
    for name, words in _DRIFTS.items():
        before, after = getattr(old.drift, name), getattr(new.drift, name)
        if _DRIFT.index(after) > _DRIFT.index(before):
            yield breaks(f"{words} is met by {after}, no longer {before}", Touches.QUALITY)
    if old.drift != new.drift:
        yield news("what a delivery that differs does changed")
    yield from _cleaning(old, new)


def _cleaning(old: Contract, new: Contract) -> Findings:
    before, after = ({step.id: step for step in contract.cleaning} for contract in (old, new))
    known = {field.name for field in old.fields} & {field.name for field in new.fields}
    for id_, step in before.items():
        for field in _read(step, known):
            if id_ not in after or field not in _read(after[id_], known):
                yield breaks(f"it is no longer cleaned by {id_} ({step.kind})", Touches.VALUES, field)
            elif _does(after[id_]) != _does(step):
                yield breaks(f"it is cleaned otherwise by {id_} ({after[id_].kind})", Touches.VALUES, field)
    for id_, step in after.items():
        for field in _read(step, known):
            if id_ in before and field in _read(before[id_], known):
                continue
            said = news if step.kind in _TIDYING else breaks
            yield said(f"it is cleaned by {id_} ({step.kind})", Touches.VALUES, field)
    kept = [id_ for id_ in before if id_ in after]
    if kept != [id_ for id_ in after if id_ in before]:
        yield breaks("cleaning steps run in another order", Touches.VALUES)


def _read(step: Cleaning, known: set[str]) -> tuple[str | None, ...]:
    """The fields of a step both contracts have; None stands for every text field."""
    return tuple(name for name in step.fields if name in known) if step.fields else (None,)


def _does(step: Cleaning) -> tuple[CleaningKind, Mapping[str, Any]]:
    return step.kind, step.args


def compare_rules(old: Contract, new: Contract) -> Findings:
    """Differences of the declared rules; what a field implies is compared with the field."""
    after = rules_of(new)
    ids = {rule.id: rule for rule in after}
    gone = {field.name for field in old.fields} - {field.name for field in new.fields}
    for rule in old.rules:
        if gone & set(rule.fields) or rule.action is Action.WARN:
            continue
        heir = ids.get(rule.id)
        if heir is None or (heir.kind, heir.fields) != (rule.kind, rule.fields):
            heir = next((r for r in after if (r.kind, r.fields) == (rule.kind, rule.fields)), None)
        if heir is None:
            yield breaks(f"the rule {rule.id} ({rule.kind}) is gone", Touches.QUALITY, _only(rule))
        else:
            yield from _loosened(rule, heir)
    if old.rules != new.rules:
        yield news("the rules changed", Touches.QUALITY)
    if new.quarantine_limit > old.quarantine_limit:
        what = f"{new.quarantine_limit:g} of the rows may be left out, no longer {old.quarantine_limit:g}"
        yield breaks(what, Touches.ROWS)
    least, now = old.minimum_quality, new.minimum_quality
    if least is not None and (now is None or now < least):
        yield breaks(f"no release is held back at a score of {least:g} any more", Touches.QUALITY)
    elif now != least or new.quarantine_limit < old.quarantine_limit:
        yield news("releases are held back sooner", Touches.QUALITY)


def _loosened(old: Rule, new: Rule) -> Findings:
    if _STRICTNESS.index(new.action) > _STRICTNESS.index(old.action):
        what = f"a breach of the rule {old.id} means {new.action}, no longer {old.action}"
        yield breaks(what, Touches.QUALITY, _only(old))
    if new.tolerance > old.tolerance:
        what = f"the rule {old.id} tolerates {new.tolerance:g}, no longer {old.tolerance:g}"
        yield breaks(what, Touches.QUALITY, _only(old))
    if _asks_less(old, new):
        yield breaks(f"the rule {old.id} ({old.kind}) asks for less", Touches.QUALITY, _only(old))


def _asks_less(old: Rule, new: Rule) -> bool:
    for name, value in old.args.items():
        other = new.args.get(name)
        if other == value:
            continue
        if other is None:
            return True
        if name in _BOUNDS:
            low, high = (other, value) if not _BOUNDS[name] else (value, other)
            if _below(low, high):
                return True
        elif name == "values":
            if not set(map(str, other)) <= set(map(str, value)):
                return True
        elif name == "operator" and old.kind is RuleKind.COMPARE:
            # "<" and "=" each hold more than "<=".
            if other == OPERATORS[1] or OPERATORS[1] != value:
                return True
        else:
            return True
    return False


def _below(low: Any, high: Any) -> bool:
    if isinstance(low, int | float) and isinstance(high, int | float):
        return low < high
    return str(low) < str(high)


def _only(rule: Rule) -> str | None:
    return rule.fields[0] if len(rule.fields) == 1 else None
