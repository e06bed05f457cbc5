"""What of a row leaves: the subscribed fields, personal information masked."""

from __future__ import annotations

from typing import Any

from tests.space.wayback.conftest import EAST
from tests.space.wayback.moves import rows_of


def test_only_subscribed_fields_leave_and_identity_numbers_are_masked(town: Any) -> None:
    town.publish(town.population, town.residents(EAST))
    town.subscribe("street", fields=("id_card", "phone"))

    (row,) = rows_of(town, town.deliver().sent[0].id)

    assert set(row) == {"_change", "_row", "_fields", "_disputed", "id_card", "phone"}
    assert row["id_card"] == town.person(1)[:6] + "*" * 8 + town.person(1)[-4:]
    assert row["phone"] == "139****0001"


def test_an_identity_number_leaves_whole_only_where_the_subscription_says_so(town: Any) -> None:
    town.publish(town.population, town.residents(EAST))
    town.subscribe("street", plain=("id_card",))

    (row,) = rows_of(town, town.deliver().sent[0].id)

    assert row["id_card"] == town.person(1)
