"""A terms file read into terms, with what it leaves out filled in from the dated rules.

Decides defaults only; whether the terms may be signed is decided by :mod:`space.granting.grant_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from policies import enforcement
from policies.disclosure import defaults
from policies.protection import Analysis, DatasetRules
from policies.protection_form import from_document
from policies.rulebook import rule
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, ReleasePeriod, Terms
from policies.usage_form import read_usage
from policies.usage_terms import Spending, spending
from space.errors import SpaceError

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class TermsUnreadable(SpaceError):
    """A terms file that does not read as terms.

    Attributes:
        where: the key at fault.
    """

    def __init__(self, where: str, what: str) -> None:
        self.where = where
        super().__init__(f"terms: {where}: {what}")


def read_terms(document: Mapping[str, Any], *, required: Mode, day: date) -> Terms:
    """Terms from a document as people write it.

    Args:
        document: ``purpose``, ``datasets [{name, columns, where, region, rules}]``, ``joins [a.b.f =
            c.d.g]``, ``valid_to``; optional ``valid_from mode disclosure budget calls max_rows
            price_fen_per_call prices trial_fee tiers analyses release_period hours networks rates volumes
            retention breach in_charge``.
        required: the mode the rules ask for; used where the document names none.
        day: today; the default first day, and the day whose rules give defaults.

    Raises:
        TermsUnreadable: a key is unknown, missing or malformed, or nobody enforces a term.
    """
    _known(document, "Terms")
    mode = _mode(document.get("mode"), required)
    optional: dict[str, Any] = {
        key: _whole(document[key], key)
        for key in ("calls", "max_rows", "price_fen_per_call")
        if key in document
    }
    try:
        terms = Terms(
            purpose=str(_needed(document, "purpose")),
            datasets=dataset_terms(document),
            joins=tuple(_join(text) for text in _list(document.get("joins", []), "joins")),
            mode=mode,
            disclosure=_disclosure(document.get("disclosure", {}), day),
            budget=_budget(document.get("budget"), mode, day),
            valid_from=_day(document.get("valid_from", day), "valid_from"),
            valid_to=_day(_needed(document, "valid_to"), "valid_to"),
            analyses=_analyses(document.get("analyses", ["aggregate"])),
            release_period=_period(document.get("release_period"), mode, day),
            **optional,
            **read_usage(document),
        )
    except ValueError as error:
        raise TermsUnreadable("terms", str(error)) from error
    lost = enforcement.unenforced(terms)
    if lost:
        raise TermsUnreadable(lost[0], "nobody enforces this term")
    return terms


def _known(document: Mapping[str, Any], value: str) -> None:
    """Refuse a key of which nobody says where it is enforced."""
    unknown = sorted(set(map(str, document)) - enforcement.keys(value))
    if unknown:
        raise TermsUnreadable(unknown[0], "nobody enforces a term of that name")


def dataset_terms(document: Mapping[str, Any]) -> tuple[DatasetTerm, ...]:
    """The datasets a document opens.

    Raises:
        TermsUnreadable: they are not a list of ``{name, columns}``.
    """
    terms = []
    for entry in _list(_needed(document, "datasets"), "datasets"):
        if not isinstance(entry, Mapping):
            raise TermsUnreadable("datasets", "each is {name, columns: […]}, with where, region and rules")
        _known(entry, "DatasetTerm")
        columns = tuple(str(c) for c in _list(entry.get("columns", []), "columns"))
        where = entry.get("where")
        try:
            made = DatasetTerm(
                name=str(_needed(entry, "name")),
                columns=columns,
                row_filter=None if where is None else str(where),
                rules=read_rules(entry.get("rules", {})),
                region=str(entry.get("region", "")),
            )
        except ValueError as error:
            raise TermsUnreadable("region", str(error)) from error
        terms.append(made)
    return tuple(terms)


def read_rules(document: Any) -> DatasetRules:
    """Rules of a dataset from a document as people write it; a template is a digest or the query itself.

    Raises:
        TermsUnreadable: a key or word is not known, or a template is no query.
    """
    if not isinstance(document, Mapping):
        raise TermsUnreadable("rules", "is a mapping of rules")
    stated = dict(document)
    if "templates" in stated:
        stated["templates"] = [_template(str(one)) for one in _list(stated["templates"], "templates")]
    try:
        rules = from_document(stated)
    except ValueError as error:
        raise TermsUnreadable("rules", str(error)) from error
    lost = enforcement.unenforced(rules)
    if lost:
        raise TermsUnreadable(lost[0], "nobody enforces this rule")
    return rules


def _template(text: str) -> str:
    from space.query.reasons import Refused
    from space.query.rules.templates import template_digest

    if _DIGEST.fullmatch(text):
        return text
    try:
        return template_digest(text)
    except Refused as refusal:
        raise TermsUnreadable("templates", refusal.reason.message) from refusal


def _analyses(stated: Any) -> frozenset[Analysis]:
    try:
        return frozenset(Analysis(str(one)) for one in _list(stated, "analyses"))
    except ValueError as error:
        raise TermsUnreadable("analyses", "are among " + ", ".join(Analysis)) from error


def _period(stated: Any, mode: Mode, day: date) -> ReleasePeriod:
    """The stated period; where none is stated, that of the dated rule for the mode."""
    usual = rule("grants", f"release_period/{mode.value}", day).value
    try:
        return ReleasePeriod(str(usual if stated is None else stated))
    except ValueError as error:
        raise TermsUnreadable("release_period", "one of " + ", ".join(ReleasePeriod)) from error


def _mode(stated: Any, required: Mode) -> Mode:
    if stated is None:
        return required
    try:
        return Mode(str(stated))
    except ValueError as error:
        raise TermsUnreadable("mode", "one of " + ", ".join(m.value for m in Mode)) from error


def _disclosure(stated: Mapping[str, Any], day: date) -> Disclosure:
    usual = defaults(day)
    unknown = sorted(set(stated) - enforcement.keys("Disclosure"))
    if unknown:
        raise TermsUnreadable("disclosure", f"{unknown[0]} is not a parameter")
    return Disclosure(
        k=_whole(stated.get("k", usual.k), "k"),
        dominance_share=_number(stated.get("dominance_share", usual.dominance_share), "dominance_share"),
        p_percent=_number(stated.get("p_percent", usual.p_percent), "p_percent"),
        rounding_base=_whole(stated.get("rounding_base", usual.rounding_base), "rounding_base"),
    )


def _budget(stated: Mapping[str, Any] | None, mode: Mode, day: date) -> Budget | None:
    if stated is None and mode is not Mode.DP:
        return None
    usual = rule("privacy_budgets", "grant_defaults", day).value
    stated = {**usual, **(stated or {})}
    unknown = sorted(set(stated) - enforcement.keys("Budget"))
    if unknown:
        raise TermsUnreadable("budget", f"{unknown[0]} is not a parameter")
    window = stated.get("window")
    return Budget(
        **{key: _number(stated[key], key) for key in ("rho", "rho_per_query", "delta")},
        window=None if window is None else _window(str(window)),
    )


def _window(line: str) -> Spending:
    try:
        return spending(line)
    except ValueError as error:
        raise TermsUnreadable("budget", str(error)) from error


def _join(text: Any) -> JoinTerm:
    sides = [side.strip().rpartition(".") for side in str(text).split("=")]
    if len(sides) != 2 or not all(dataset and field for dataset, _, field in sides):
        raise TermsUnreadable("joins", "a join reads `schema.table.field = schema.table.field`")
    return JoinTerm(sides[0][0], sides[0][2], sides[1][0], sides[1][2])


def _needed(document: Mapping[str, Any], key: str) -> Any:
    if document.get(key) in (None, "", []):
        raise TermsUnreadable(key, "is missing")
    return document[key]


def _list(value: Any, key: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TermsUnreadable(key, "is a list")
    return value


def _whole(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TermsUnreadable(key, "is a whole number, not negative")
    return value


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TermsUnreadable(key, "is a number")
    return float(value)


def _day(value: Any, key: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise TermsUnreadable(key, "is a day, YYYY-MM-DD") from error
