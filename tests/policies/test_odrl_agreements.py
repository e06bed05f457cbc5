"""Terms written as an ODRL agreement come back unchanged; nothing unknown is read as agreed."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical
from policies.odrl import Agreement, OdrlError, read, terms_digest, write
from policies.price_terms import product_price
from policies.protection import Analysis, DatasetRules
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, ReleasePeriod, Terms
from tests.policies.conditions import conditions, regions, spendings
from tests.policies.protections import dataset_rules

names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
datasets = st.builds("{}.{}".format, names, names)
shares = st.floats(0.001, 1.0)
positive = st.floats(1e-12, 10.0)


@st.composite
def all_terms(draw: st.DrawFn) -> Terms:
    """Any terms that can be built."""
    begin = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    mode = draw(st.sampled_from(Mode))
    budget = draw(st.builds(Budget, positive, positive, positive, spendings))
    return Terms(
        purpose=draw(st.builds("{}.{}".format, names, names)),
        datasets=tuple(
            draw(
                st.lists(
                    st.builds(
                        DatasetTerm,
                        datasets,
                        st.lists(names, max_size=4).map(tuple),
                        st.none() | st.text(max_size=20),
                        st.just(DatasetRules()) | dataset_rules(),
                        regions,
                    ),
                    min_size=1,
                    max_size=3,
                )
            )
        ),
        joins=tuple(draw(st.lists(st.builds(JoinTerm, datasets, names, datasets, names), max_size=2))),
        mode=mode,
        disclosure=draw(st.builds(Disclosure, st.integers(2, 100), shares, positive, st.integers(1, 100))),
        budget=budget if mode is Mode.DP or draw(st.booleans()) else None,
        calls=draw(st.integers(0, 10**6)),
        max_rows=draw(st.integers(1, 10**6)),
        valid_from=begin,
        valid_to=draw(st.dates(begin, date(2035, 1, 1))),
        price_fen_per_call=draw(st.integers(0, 10**6)),
        analyses=draw(st.frozensets(st.sampled_from(Analysis), min_size=1)),
        release_period=draw(st.sampled_from(ReleasePeriod)),
        **draw(conditions()),
    )


@settings(max_examples=25, derandomize=True, deadline=None)
@given(terms=all_terms(), kind=st.sampled_from(["sharing", "operation"]))
def test_every_agreement_survives_json_and_canonical_bytes(terms: Terms, kind: Any) -> None:
    agreement = Agreement("grt_1", kind, "11990100", "91990100", "req_1", terms)

    document = json.loads(canonical(write(agreement)))

    assert read(document) == agreement
    assert terms_digest(read(document).terms) == terms_digest(terms)


def sample(**more: Any) -> dict[str, Any]:
    """An agreement with every kind of term in it; ``more`` adds to them."""
    terms = Terms(
        purpose="industry.research",
        datasets=(DatasetTerm("civil.population", ("sex", "district"), "district = '云湖区'"),),
        joins=(JoinTerm("a.b", "c", "d.e", "f"),),
        mode=Mode.DP,
        disclosure=Disclosure(10, 0.5, 10.0, 5),
        budget=Budget(0.5, 0.01, 1e-8),
        valid_from=date(2026, 9, 1),
        valid_to=date(2027, 8, 31),
        price_fen_per_call=500,
        **more,
    )
    return write(Agreement("grt_1", "operation", "11", "91", "req_1", terms))


def permission(document: dict[str, Any]) -> dict[str, Any]:
    """The one permission of a document."""
    found: dict[str, Any] = document["permission"][0]
    return found


def test_an_agreement_has_the_parts_odrl_asks_for() -> None:
    document = sample()

    assert document["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    assert {"uid", "profile", "assigner", "assignee", "permission"} <= set(document)
    operands = {c["leftOperand"] for c in permission(document)["constraint"]}
    assert {"purpose", "dateTime", "count"} <= operands
    assert permission(document)["duty"][0]["action"][0]["rdf:value"] == {"@id": "odrl:compensate"}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update({"prohibition": []}),
        lambda d: d.update({"profile": "urn:other"}),
        lambda d: d.pop("assignee"),
        lambda d: d.update({"ybz:kind": "gift"}),
        lambda d: d["permission"].append(d["permission"][0]),
        lambda d: permission(d)["constraint"].append(
            {"leftOperand": "spatial", "operator": "eq", "rightOperand": "990100"}
        ),
        lambda d: permission(d)["constraint"].append(permission(d)["constraint"][0]),
        lambda d: permission(d)["constraint"].pop(0),
        lambda d: permission(d)["constraint"][0].update({"operator": "isA"}),
        lambda d: permission(d)["action"][0].update({"rdf:value": {"@id": "odrl:distribute"}}),
        lambda d: permission(d)["action"][0]["refinement"].pop(),
        lambda d: permission(d)["target"][0]["refinement"].append(
            {"leftOperand": "ybz:mask", "operator": "eq", "rightOperand": "name"}
        ),
        lambda d: permission(d)["duty"].append(permission(d)["duty"][0]),
        lambda d: permission(d)["duty"].append({"action": [{"rdf:value": {"@id": "odrl:inform"}}]}),
        lambda d: permission(d)["duty"].append(
            {"action": [{"rdf:value": {"@id": "odrl:delete"}, "refinement": []}]}
        ),
        lambda d: permission(d)["constraint"].append(
            {"leftOperand": "ybz:rate", "operator": "isAllOf", "rightOperand": ["60/minute", "9/minute"]}
        ),
        lambda d: permission(d)["constraint"].append(
            {"leftOperand": "ybz:hours", "operator": "isAnyOf", "rightOperand": ["mon,tue,wed 08:00-09:00"]}
        ),
        lambda d: permission(d)["constraint"].append(
            {"leftOperand": "ybz:managedBy", "operator": "eq", "rightOperand": "张磊"}
        ),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"][0].update({"unit": "ybz:yuan"}),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"][1].pop("unit"),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"].clear(),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"][1].update(
            {"rightOperand": ["supply: 20000/product", "supply: 1/call"]}
        ),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"][1].update(
            {"rightOperand": ["supply: 20000"]}
        ),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"].append(
            {
                "leftOperand": "ybz:tier",
                "operator": "isAllOf",
                "rightOperand": ["above 9: 90%", "above 5: 80%"],
            }
        ),
        lambda d: permission(d)["duty"][0]["action"][0]["refinement"].append(
            {"leftOperand": "ybz:trialFee", "operator": "eq", "rightOperand": "050% for 3 months"}
        ),
    ],
)
def test_what_the_profile_does_not_know_is_refused(change: Any) -> None:
    document = copy.deepcopy(sample(prices=(product_price("supply: 20000/product"),)))
    change(document)

    with pytest.raises(OdrlError):
        read(document)


def test_a_join_that_cannot_be_carried_without_loss_is_not_written() -> None:
    terms = read(sample()).terms
    bad = Terms(
        purpose=terms.purpose,
        datasets=terms.datasets,
        joins=(JoinTerm("a.b", "c = d", "e.f", "g"),),
        mode=Mode.THRESHOLD,
        disclosure=terms.disclosure,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
    )

    with pytest.raises(OdrlError):
        write(Agreement("grt_1", "sharing", "11", "12", "req_1", bad))


# Of the agreement of :func:`sample`, made before there were conditions of use.
FORMER = "6ed63d0c2ff2229700d1e0bb36d0a0b1f5b5bfc45fb99f974ba8eca0134cff20"


def test_terms_without_conditions_of_use_keep_the_digest_they_had() -> None:
    assert terms_digest(read(sample()).terms) == FORMER
