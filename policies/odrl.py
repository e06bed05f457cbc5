"""Terms of a grant as an ODRL 2.2 agreement in JSON-LD, and back without loss.

Decides how every term is written in our profile. Reading is strict: what the profile does not know
is refused, because a term nobody enforces must not look agreed. Signing is done elsewhere.

Source: W3C ODRL Information Model 2.2, with a profile of our own (left operands ``ybz:…``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from contracts.canonical import digest
from policies import odrl_rules, odrl_usage
from policies.odrl_constraints import (
    Constraint,
    OdrlError,
    bare,
    constraint,
    only,
)
from policies.odrl_names import (
    ACTIONS,
    CONTEXT,
    DATASET,
    GRANT,
    MODE,
    PARTY,
    PROFILE,
    PURPOSE,
    REQUEST,
    join_text,
    refuse_unenforced,
)
from policies.odrl_reading import terms_of
from policies.terms import DatasetTerm, ReleasePeriod, Terms

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
        terms=terms_of(permissions[0]),
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
    return terms_of(permission)


def _permission(terms: Terms) -> dict[str, Any]:
    refuse_unenforced(terms)
    rule: dict[str, Any] = {
        "target": [_target(dataset) for dataset in terms.datasets],
        "action": _actions(terms),
        "constraint": _constraints(terms),
    }
    if duties := odrl_usage.duties(terms):
        rule["duty"] = duties
    return rule


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
        stated.append(constraint("ybz:join", "isAnyOf", [join_text(join) for join in terms.joins]))
    return stated + odrl_usage.constraints(terms)


def _day(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}
