"""Terms of a grant from the permission of an ODRL agreement.

Reading is strict: what the profile does not know is refused, because a term nobody enforces must not look
agreed. How terms are written is :mod:`policies.odrl`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from policies import odrl_rules, odrl_usage
from policies.odrl_constraints import (
    Constraint,
    OdrlError,
    Stated,
    bare,
    gather,
    none_left,
    only,
    take,
)
from policies.odrl_names import (
    ACTIONS,
    DATASET,
    MODE,
    PURPOSE,
    join_of,
    refuse_unenforced,
)
from policies.protection import Analysis
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, ReleasePeriod, Terms
from policies.usage_terms import Spending, spending


def terms_of(rule: Mapping[str, Any]) -> Terms:
    """The terms a permission states.

    Raises:
        OdrlError: anything is missing, unknown or twice, or nobody enforces a term.
    """
    only(rule, {"target", "action", "constraint"}, "permission", optional=frozenset({"duty"}))
    constraints = gather(rule["constraint"])
    analyses, refined = _analyses(rule["action"])
    refinement = gather(refined)
    try:
        terms = _built(rule, constraints, refinement, analyses)
    except ValueError as error:
        raise error if isinstance(error, OdrlError) else OdrlError(str(error), where="permission") from error
    none_left(constraints)
    none_left(refinement)
    refuse_unenforced(terms)
    return terms


def _built(
    rule: Mapping[str, Any], constraints: Stated, refinement: Stated, analyses: frozenset[Analysis]
) -> Terms:
    return Terms(
        datasets=tuple(_dataset(target) for target in rule["target"]),
        purpose=bare(take(constraints, "purpose", "eq"), PURPOSE),
        valid_from=_as_day(take(constraints, "dateTime", "gteq")),
        valid_to=_as_day(take(constraints, "dateTime", "lteq")),
        calls=int(take(constraints, "count", "lteq")),
        joins=tuple(_as_join(text) for text in constraints.pop(("ybz:join", "isAnyOf"), [])),
        mode=Mode(bare(take(refinement, "ybz:mode", "eq"), MODE)),
        disclosure=Disclosure(
            k=int(take(refinement, "ybz:units", "gteq")),
            dominance_share=float(take(refinement, "ybz:dominanceShare", "lteq")),
            p_percent=float(take(refinement, "ybz:pPercent", "gteq")),
            rounding_base=int(take(refinement, "ybz:roundingBase", "eq")),
        ),
        max_rows=int(take(refinement, "ybz:rows", "lteq")),
        budget=_budget(refinement),
        analyses=analyses,
        release_period=_period(constraints.pop(("ybz:releasePeriod", "eq"), ReleasePeriod.NONE)),
        **odrl_usage.take_constraints(constraints),
        **odrl_usage.take_duties(rule.get("duty", [])),
    )


def _dataset(target: Mapping[str, Any]) -> DatasetTerm:
    only(target, {"@type", "source", "refinement"}, "target")
    stated = gather(target["refinement"])
    try:
        rules = odrl_rules.take(stated)
    except ValueError as error:
        raise OdrlError(str(error), where="target") from error
    term = DatasetTerm(
        name=bare(target["source"], DATASET),
        columns=tuple(take(stated, "ybz:column", "isAnyOf")),
        row_filter=stated.pop(("ybz:row", "isPartOf"), None),
        rules=rules,
        region=stated.pop(("ybz:region", "isPartOf"), ""),
    )
    none_left(stated)
    return term


def _budget(stated: Stated) -> Budget | None:
    if ("ybz:rho", "lteq") not in stated:
        return None
    return Budget(
        rho=float(take(stated, "ybz:rho", "lteq")),
        rho_per_query=float(take(stated, "ybz:rhoPerQuery", "eq")),
        delta=float(take(stated, "ybz:delta", "lteq")),
        window=_window(stated.pop(("ybz:rhoWindow", "lteq"), None)),
    )


def _window(line: str | None) -> Spending | None:
    if line is None:
        return None
    window = spending(line)
    if window.text() != line:
        raise OdrlError("is not written in its one spelling", where="ybz:rhoWindow")
    return window


def _analyses(
    actions: Sequence[Mapping[str, Any]],
) -> tuple[frozenset[Analysis], Sequence[Constraint]]:
    """What may be done, and the refinement that the first of it carries."""
    known = {name: analysis for analysis, name in ACTIONS.items()}
    named = [action.get("rdf:value", {}).get("@id") for action in actions]
    if not named or any(name not in known for name in named) or len(set(named)) != len(named):
        raise OdrlError(f"the actions here are {', '.join(known)}, each once", where="action")
    for place, action in enumerate(actions):
        only(action, {"rdf:value"} if place else {"rdf:value", "refinement"}, "action")
    refinement: Sequence[Constraint] = actions[0]["refinement"]
    return frozenset(known[name] for name in named), refinement


def _as_day(value: Mapping[str, str]) -> date:
    only(value, {"@value", "@type"}, "dateTime")
    return date.fromisoformat(value["@value"])


def _period(stated: str) -> ReleasePeriod:
    try:
        return ReleasePeriod(stated)
    except ValueError:
        raise OdrlError(f"one of {', '.join(ReleasePeriod)}", where="ybz:releasePeriod") from None


def _as_join(text: str) -> JoinTerm:
    join = join_of(text)
    if join is None:
        raise OdrlError("a join reads `schema.table.field = schema.table.field`", where="ybz:join")
    return join
