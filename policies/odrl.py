"""Terms of a grant as an ODRL 2.2 agreement in JSON-LD, and back without loss.

Decides how every term is written in our profile. Reading is strict: what the profile does not know
is refused, because a term nobody enforces must not look agreed. Signing is done elsewhere.

Source: W3C ODRL Information Model 2.2, with a profile of our own (left operands ``ybz:…``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from contracts.canonical import digest
from contracts.model import ContractError
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, Terms

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

_JOIN: Final = re.compile(r"^([^=\s]+)\.([^.=\s]+) = ([^=\s]+)\.([^.=\s]+)$")

Kind = Literal["sharing", "operation"]
Constraint = Mapping[str, Any]
_Stated = dict[tuple[str, str], Any]


class OdrlError(ContractError):
    """An agreement our profile cannot read, or terms it cannot write."""

    user_facing = True


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who grants what to whom.

    Attributes:
        grant_id: of the grant it documents.
        kind: ``sharing`` (政务数据共享) or ``operation`` (授权运营).
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
        OdrlError: a name cannot be carried without loss.
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
    _only(document, known, "agreement")
    if document["@type"] != "Agreement" or document["profile"] != PROFILE:
        raise OdrlError("not an agreement of this profile", where="profile", remedy=f"expected {PROFILE}")
    if list(document["@context"]) != list(CONTEXT):
        raise OdrlError("the context is not the profile's", where="@context")
    kind = document["ybz:kind"]
    if kind not in ("sharing", "operation"):
        raise OdrlError("kind is sharing or operation", where="ybz:kind")
    permissions = document["permission"]
    if len(permissions) != 1:
        raise OdrlError("an agreement of this profile has one permission", where="permission")
    return Agreement(
        grant_id=_bare(document["uid"], GRANT),
        kind=kind,
        assigner=_bare(document["assigner"], PARTY),
        assignee=_bare(document["assignee"], PARTY),
        request_id=_bare(document["ybz:request"], REQUEST),
        terms=_terms(permissions[0]),
    )


def terms_digest(terms: Terms) -> str:
    """SHA-256 of the terms alone, whoever the parties are, in hexadecimal."""
    return digest(_permission(terms))


def _permission(terms: Terms) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "target": [_target(dataset) for dataset in terms.datasets],
        "action": [{"rdf:value": {"@id": "odrl:aggregate"}, "refinement": _refinement(terms)}],
        "constraint": _constraints(terms),
    }
    if terms.price_fen_per_call:
        amount = _constraint("payAmount", "eq", str(terms.price_fen_per_call), unit="ybz:fen")
        rule["duty"] = [{"action": [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [amount]}]}]
    return rule


def _target(dataset: DatasetTerm) -> dict[str, Any]:
    refinement = [_constraint("ybz:column", "isAnyOf", list(dataset.columns))]
    if dataset.row_filter is not None:
        refinement.append(_constraint("ybz:row", "isPartOf", dataset.row_filter))
    return {"@type": "AssetCollection", "source": DATASET + dataset.name, "refinement": refinement}


def _refinement(terms: Terms) -> list[Constraint]:
    rules = terms.disclosure
    stated = [
        _constraint("ybz:mode", "eq", MODE + terms.mode.value),
        _constraint("ybz:units", "gteq", str(rules.k)),
        _constraint("ybz:dominanceShare", "lteq", repr(float(rules.dominance_share))),
        _constraint("ybz:pPercent", "gteq", repr(float(rules.p_percent))),
        _constraint("ybz:roundingBase", "eq", str(rules.rounding_base)),
        _constraint("ybz:rows", "lteq", str(terms.max_rows)),
    ]
    if terms.budget is not None:
        stated += [
            _constraint("ybz:rho", "lteq", repr(float(terms.budget.rho))),
            _constraint("ybz:rhoPerQuery", "eq", repr(float(terms.budget.rho_per_query))),
            _constraint("ybz:delta", "lteq", repr(float(terms.budget.delta))),
        ]
    return stated


def _constraints(terms: Terms) -> list[Constraint]:
    stated = [
        _constraint("purpose", "eq", PURPOSE + terms.purpose),
        _constraint("dateTime", "gteq", _day(terms.valid_from)),
        _constraint("dateTime", "lteq", _day(terms.valid_to)),
        _constraint("count", "lteq", str(terms.calls)),
    ]
    if terms.joins:
        stated.append(_constraint("ybz:join", "isAnyOf", [_join(join) for join in terms.joins]))
    return stated


def _constraint(left: str, operator: str, right: Any, **more: Any) -> Constraint:
    return {"leftOperand": left, "operator": operator, "rightOperand": right, **more}


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
    _only(rule, {"target", "action", "constraint"}, "permission", optional=frozenset({"duty"}))
    constraints = _stated(rule["constraint"])
    refinement = _stated(_action(rule["action"], "odrl:aggregate"))
    terms = Terms(
        datasets=tuple(_dataset(target) for target in rule["target"]),
        purpose=_bare(_take(constraints, "purpose", "eq"), PURPOSE),
        valid_from=_as_day(_take(constraints, "dateTime", "gteq")),
        valid_to=_as_day(_take(constraints, "dateTime", "lteq")),
        calls=int(_take(constraints, "count", "lteq")),
        joins=tuple(_as_join(text) for text in constraints.pop(("ybz:join", "isAnyOf"), [])),
        mode=Mode(_bare(_take(refinement, "ybz:mode", "eq"), MODE)),
        disclosure=Disclosure(
            k=int(_take(refinement, "ybz:units", "gteq")),
            dominance_share=float(_take(refinement, "ybz:dominanceShare", "lteq")),
            p_percent=float(_take(refinement, "ybz:pPercent", "gteq")),
            rounding_base=int(_take(refinement, "ybz:roundingBase", "eq")),
        ),
        max_rows=int(_take(refinement, "ybz:rows", "lteq")),
        budget=_budget(refinement),
        price_fen_per_call=_price(rule.get("duty", [])),
    )
    _none_left(constraints)
    _none_left(refinement)
    return terms


def _dataset(target: Mapping[str, Any]) -> DatasetTerm:
    _only(target, {"@type", "source", "refinement"}, "target")
    stated = _stated(target["refinement"])
    term = DatasetTerm(
        name=_bare(target["source"], DATASET),
        columns=tuple(_take(stated, "ybz:column", "isAnyOf")),
        row_filter=stated.pop(("ybz:row", "isPartOf"), None),
    )
    _none_left(stated)
    return term


def _budget(stated: _Stated) -> Budget | None:
    if ("ybz:rho", "lteq") not in stated:
        return None
    return Budget(
        rho=float(_take(stated, "ybz:rho", "lteq")),
        rho_per_query=float(_take(stated, "ybz:rhoPerQuery", "eq")),
        delta=float(_take(stated, "ybz:delta", "lteq")),
    )


def _price(duties: Sequence[Mapping[str, Any]]) -> int:
    if not duties:
        return 0
    if len(duties) != 1:
        raise OdrlError("a permission has at most one duty", where="duty")
    _only(duties[0], {"action"}, "duty")
    amounts = _action(duties[0]["action"], "odrl:compensate")
    if len(amounts) != 1 or amounts[0].get("unit") != "ybz:fen":
        raise OdrlError("a price is one amount in fen", where="duty")
    return int(_take(_stated(amounts), "payAmount", "eq"))


def _action(actions: Sequence[Mapping[str, Any]], wanted: str) -> Sequence[Constraint]:
    if len(actions) != 1 or actions[0].get("rdf:value") != {"@id": wanted}:
        raise OdrlError(f"the one action here is {wanted}", where="action")
    _only(actions[0], {"rdf:value", "refinement"}, "action")
    refinement: Sequence[Constraint] = actions[0]["refinement"]
    return refinement


def _stated(constraints: Iterable[Constraint]) -> _Stated:
    found: _Stated = {}
    for one in constraints:
        _only(one, {"leftOperand", "operator", "rightOperand"}, "constraint", optional=frozenset({"unit"}))
        key = (one["leftOperand"], one["operator"])
        if key in found:
            raise OdrlError(f"{key[0]} {key[1]} is stated twice", where="constraint")
        found[key] = one["rightOperand"]
    return found


def _take(stated: _Stated, left: str, operator: str) -> Any:
    if (left, operator) not in stated:
        raise OdrlError(f"{left} {operator} is missing", where="constraint")
    return stated.pop((left, operator))


def _none_left(stated: _Stated) -> None:
    if stated:
        left, operator = next(iter(stated))
        raise OdrlError(f"{left} {operator} is not in this profile", where="constraint")


def _only(
    value: Mapping[str, Any], known: set[str], where: str, optional: frozenset[str] = frozenset()
) -> None:
    missing, unknown = sorted(known - set(value)), sorted(set(value) - known - optional)
    if missing or unknown:
        what = (
            f"lacks {', '.join(missing)}" if missing else f"has {', '.join(unknown)}, which nobody enforces"
        )
        raise OdrlError(what, where=where)


def _bare(uid: str, prefix: str) -> str:
    if not uid.startswith(prefix):
        raise OdrlError(f"expected an identifier that begins with {prefix}", where="uid")
    return uid[len(prefix) :]


def _as_day(value: Mapping[str, str]) -> date:
    _only(value, {"@value", "@type"}, "dateTime")
    return date.fromisoformat(value["@value"])


def _as_join(text: str) -> JoinTerm:
    join = _parse_join(text)
    if join is None:
        raise OdrlError("a join reads `schema.table.field = schema.table.field`", where="ybz:join")
    return join
