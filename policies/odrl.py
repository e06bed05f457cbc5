"""Terms of a grant as an ODRL 2.2 agreement in JSON-LD, and back without loss.

Decides how every term is written in our profile. Reading is strict: what the profile does not know
is refused, because a term nobody enforces must not look agreed. Signing is done elsewhere.

Source: W3C ODRL Information Model 2.2, with a profile of our own (left operands ``ybz:…``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, get_args

from contracts.canonical import digest
from policies import enforcement, odrl_rules, odrl_usage
from policies.odrl_constraints import (
    Constraint,
    OdrlError,
    Stated,
    bare,
    constraint,
    gather,
    none_left,
    only,
    take,
)
from policies.protection import Analysis
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, ReleasePeriod, Terms
from policies.usage_terms import Spending, spending

PROFILE: Final = "urn:ybz:odrl:1"
CONTEXT: Final = (
    "http://www.w3.org/ns/odrl.jsonld",
    {"ybz": f"{PROFILE}:", "xsd": "http://www.w3.org/2001/XMLSchema#"},
)
GRANT: Final = "urn:ybz:grant:"
PARTY: Final = "urn:ybz:organisation:"
DATASET: Final = "urn:ybz:dataset:"
PURPOSE: Final = "urn:ybz:purpose:"
MODE: Final = "urn:ybz:mode:"
REQUEST: Final = "urn:ybz:request:"

# What may be done under a grant, in the order it is written; the first that is allowed carries the terms.
ACTIONS: Final = {
    Analysis.AGGREGATE: "odrl:aggregate",
    Analysis.LIST: "ybz:list",
    Analysis.MASKED_LIST: "ybz:maskedList",
    Analysis.VERIFY: "ybz:verify",
}

_JOIN: Final = re.compile(r"^([^=\s]+)\.([^.=\s]+) = ([^=\s]+)\.([^.=\s]+)$")

Kind = Literal["sharing", "operation", "open"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who grants what to whom.

    Attributes:
        grant_id: of the grant it documents.
        kind: ``sharing`` (政务数据共享), ``operation`` (授权运营) or ``open`` (公共数据开放).
        assigner, assignee: codes of the granting and the receiving organisation.
        request_id: the request it answers.
        terms: what is agreed.
    """

    grant_id: str
    kind: Kind
    assigner: str
    assignee: str
    request_id: str
    terms: Terms


def write(agreement: Agreement) -> dict[str, Any]:
    """The agreement as a JSON-LD document.

    Raises:
        OdrlError: a name cannot be carried without loss, or nobody enforces a term.
    """
    return {
        "@context": list(CONTEXT),
        "@type": "Agreement",
        "uid": GRANT + agreement.grant_id,
        "profile": PROFILE,
        "assigner": PARTY + agreement.assigner,
        "assignee": PARTY + agreement.assignee,
        "ybz:kind": agreement.kind,
        "ybz:request": REQUEST + agreement.request_id,
        "permission": [_permission(agreement.terms)],
    }


def read(document: Mapping[str, Any]) -> Agreement:
    """The agreement a document states.

    Raises:
        OdrlError: anything is missing, unknown or twice.
    """
    known = {
        "@context",
        "@type",
        "uid",
        "profile",
        "assigner",
        "assignee",
        "ybz:kind",
        "ybz:request",
        "permission",
    }
    only(document, known, "agreement")
    if document["@type"] != "Agreement" or document["profile"] != PROFILE:
        raise OdrlError("not an agreement of this profile", where="profile", remedy=f"expected {PROFILE}")
    if list(document["@context"]) != list(CONTEXT):
        raise OdrlError("the context is not the profile's", where="@context")
    kind = document["ybz:kind"]
    if kind not in get_args(Kind):
        raise OdrlError(f"kind is one of {', '.join(get_args(Kind))}", where="ybz:kind")
    permissions = document["permission"]
    if len(permissions) != 1:
        raise OdrlError("an agreement of this profile has one permission", where="permission")
    return Agreement(
        grant_id=bare(document["uid"], GRANT),
        kind=kind,
        assigner=bare(document["assigner"], PARTY),
        assignee=bare(document["assignee"], PARTY),
        request_id=bare(document["ybz:request"], REQUEST),
        terms=_terms(permissions[0]),
    )


def terms_digest(terms: Terms) -> str:
    """SHA-256 of the terms alone, whoever the parties are, in hexadecimal."""
    return digest(_permission(terms))


def write_terms(terms: Terms) -> dict[str, Any]:
    """The terms alone, as the one permission of an agreement; the document of an offer.

    Raises:
        OdrlError: a name cannot be carried without loss, or nobody enforces a term.
    """
    return _permission(terms)


def read_terms(permission: Mapping[str, Any]) -> Terms:
    """The terms a permission states.

    Raises:
        OdrlError: anything is missing, unknown or twice, or nobody enforces a term.
    """
    return _terms(permission)


def _permission(terms: Terms) -> dict[str, Any]:
    _enforced(terms)
    rule: dict[str, Any] = {
        "target": [_target(dataset) for dataset in terms.datasets],
        "action": _actions(terms),
        "constraint": _constraints(terms),
    }
    if duties := odrl_usage.duties(terms):
        rule["duty"] = duties
    return rule


def _enforced(terms: Terms) -> None:
    """Refuse terms of which nobody enforces one: written, they would look agreed."""
    lost = enforcement.unenforced(terms)
    if lost:
        raise OdrlError("nobody enforces this term", where=lost[0], remedy="leave it out")


def _actions(terms: Terms) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = [
        {"rdf:value": {"@id": name}} for analysis, name in ACTIONS.items() if analysis in terms.analyses
    ]
    written[0]["refinement"] = _refinement(terms)
    return written


def _target(dataset: DatasetTerm) -> dict[str, Any]:
    refinement = [constraint("ybz:column", "isAnyOf", list(dataset.columns))]
    if dataset.row_filter is not None:
        refinement.append(constraint("ybz:row", "isPartOf", dataset.row_filter))
    if dataset.region:
        refinement.append(constraint("ybz:region", "isPartOf", dataset.region))
    refinement += odrl_rules.constraints(dataset.rules)
    return {"@type": "AssetCollection", "source": DATASET + dataset.name, "refinement": refinement}


def _refinement(terms: Terms) -> list[Constraint]:
    rules = terms.disclosure
    stated = [
        constraint("ybz:mode", "eq", MODE + terms.mode.value),
        constraint("ybz:units", "gteq", str(rules.k)),
        constraint("ybz:dominanceShare", "lteq", repr(float(rules.dominance_share))),
        constraint("ybz:pPercent", "gteq", repr(float(rules.p_percent))),
        constraint("ybz:roundingBase", "eq", str(rules.rounding_base)),
        constraint("ybz:rows", "lteq", str(terms.max_rows)),
    ]
    if terms.budget is not None:
        stated += [
            constraint("ybz:rho", "lteq", repr(float(terms.budget.rho))),
            constraint("ybz:rhoPerQuery", "eq", repr(float(terms.budget.rho_per_query))),
            constraint("ybz:delta", "lteq", repr(float(terms.budget.delta))),
        ]
        if terms.budget.window is not None:
            stated.append(constraint("ybz:rhoWindow", "lteq", terms.budget.window.text()))
    return stated


def _constraints(terms: Terms) -> list[Constraint]:
    stated = [
        constraint("purpose", "eq", PURPOSE + terms.purpose),
        constraint("dateTime", "gteq", _day(terms.valid_from)),
        constraint("dateTime", "lteq", _day(terms.valid_to)),
        constraint("count", "lteq", str(terms.calls)),
    ]
    if terms.release_period is not ReleasePeriod.NONE:
        stated.append(constraint("ybz:releasePeriod", "eq", terms.release_period.value))
    if terms.joins:
        stated.append(constraint("ybz:join", "isAnyOf", [_join(join) for join in terms.joins]))
    return stated + odrl_usage.constraints(terms)


def _day(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}


def _join(join: JoinTerm) -> str:
    text = f"{join.left_dataset}.{join.left_field} = {join.right_dataset}.{join.right_field}"
    if _parse_join(text) != join:
        raise OdrlError("a join names a column that is not a safe name", where="joins")
    return text


def _parse_join(text: str) -> JoinTerm | None:
    found = _JOIN.match(text)
    return JoinTerm(*found.groups()) if found else None


def _terms(rule: Mapping[str, Any]) -> Terms:
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
    _enforced(terms)
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
    join = _parse_join(text)
    if join is None:
        raise OdrlError("a join reads `schema.table.field = schema.table.field`", where="ybz:join")
    return join
