from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.errors import UnknownDataset
from catalog.store import reading, writing
from contracts.model import ShareType, Sharing
from policies.access import OrganisationKind
from policies.decision import Deny, Permit
from space.errors import Refused, Unknown
from space.identity.organisations import KindIsFixed, Organisation
from space.identity.organisations import register as register_organisation
from space.wayback.backflow.bodies import Body, body, register
from space.wayback.backflow.subscriptions import Wanted, judge, listing

STREET = Body("street", "清波街道", "990101001")
BASIS = "政务数据共享条例 第24条"


def reasons(wanted: Wanted, contract: Any) -> set[str]:
    decision = judge(wanted, STREET, contract)
    return {reason.code for reason in decision.reasons} if isinstance(decision, Deny) else set()


def test_a_subscription_within_the_area_with_a_basis_is_permitted(town: Any) -> None:
    wanted = Wanted("street", "civil.population", ("name",), BASIS, area="990101001002")

    assert judge(wanted, STREET, town.population) == Permit()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"area": "990102002003"}, "backflow.area.outside"),
        ({"area": "990101"}, "backflow.area.outside"),
        ({"area": "9901010010"}, "backflow.area.outside"),
        ({"basis": "  "}, "backflow.basis.missing"),
        ({"fields": ()}, "backflow.fields.none"),
        ({"fields": ("salary",)}, "backflow.field.unknown"),
        ({"plain": ("id_card",)}, "backflow.field.plain"),
    ],
)
def test_a_subscription_is_denied_with_its_reason(town: Any, change: dict[str, Any], code: str) -> None:
    wanted = replace(Wanted("street", "civil.population", ("name",), BASIS), **change)

    assert reasons(wanted, town.population) == {code}


def test_a_dataset_that_cannot_be_attributed_or_matched_is_denied(town: Any) -> None:
    wanted = Wanted("street", "civil.population", ("name",), BASIS)
    fields = tuple(replace(f, key_position=None) for f in town.population.fields)

    assert reasons(wanted, replace(town.population, area=None)) == {"backflow.dataset.no_area"}
    assert reasons(wanted, replace(town.population, fields=fields)) == {"backflow.dataset.no_key"}


def test_what_is_not_shared_does_not_flow_back(town: Any) -> None:
    wanted = Wanted("street", "civil.population", ("name",), BASIS)
    withheld = replace(town.population, sharing=Sharing(ShareType.WITHHELD, basis="某法 第1条"))
    fields = tuple(
        replace(f, sharing=ShareType.WITHHELD) if f.name == "name" else f for f in town.population.fields
    )

    assert reasons(wanted, withheld) == {"backflow.dataset.withheld"}
    assert reasons(wanted, replace(town.population, fields=fields)) == {"backflow.field.withheld"}


def test_every_reason_is_told_at_once(town: Any) -> None:
    with pytest.raises(Refused) as refused:
        town.subscribe("street", fields=("salary",), basis="", area="110000")

    assert {reason.code for reason in refused.value.decision.reasons} == {
        "backflow.area.outside",
        "backflow.field.unknown",
        "backflow.basis.missing",
    }


def test_a_second_subscription_to_the_same_rows_is_refused_until_the_first_ends(town: Any) -> None:
    first = town.subscribe("street")

    with pytest.raises(Refused, match=first.id):
        town.subscribe("street")
    assert town.subscribe("street", area="990101001001").area == "990101001001"


def test_subscriptions_are_listed_by_body(town: Any) -> None:
    mine = town.subscribe("street")
    town.subscribe("village")

    with reading(town.engine) as connection:
        assert listing(connection, "street") == (mine,)
        assert len(listing(connection)) == 2


def test_an_unknown_body_or_dataset_is_named(town: Any) -> None:
    with pytest.raises(Unknown, match="nobody"):
        town.subscribe("nobody")
    with pytest.raises(UnknownDataset, match=r"civil\.ghosts"):
        town.subscribe("street", "civil.ghosts")


def test_a_body_answers_for_one_area_and_stays_a_grass_roots_body(town: Any) -> None:
    assert register(town.engine, STREET, town.now) == STREET
    with pytest.raises(Refused, match="answers for 990101001"):
        register(town.engine, replace(STREET, area="990105"), town.now)
    with pytest.raises(Refused, match="not a region code"):
        register(town.engine, Body("new", "新", "清波"), town.now)
    with writing(town.engine) as connection:
        operator = Organisation("operator", "运营公司", OrganisationKind.OPERATOR)
        register_organisation(connection, operator, town.now)
    with pytest.raises(KindIsFixed):
        register(town.engine, Body("operator", "运营公司", "990101"), town.now)
    with reading(town.engine) as connection:
        assert body(connection, "street") == STREET
