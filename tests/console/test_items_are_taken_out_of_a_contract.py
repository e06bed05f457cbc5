"""An item that is taken out of a contract on the page leaves nothing behind, and comes back as it was."""

from __future__ import annotations

import copy

from contracts.yaml_document import load
from space.console.pages.steward import document as paper
from space.console.pages.steward.removing import take_out

CONTRACT = """
schema:
  - name: rows
    properties:
      - name: id_card
        customProperties: [{property: unit, value: {kind: person, about: true}}]
      - {name: area}
      - {name: amount}
    quality:
      - {id: r1, engine: ybz, implementation: {kind: required, fields: [area]}}
      - {id: r2, engine: ybz, implementation: {kind: range, fields: [amount]}}
servers:
  - {server: one, customProperties: [{property: columns, value: {"@area": area, 金额: amount}}]}
customProperties:
  - {property: uniqueKeys, value: [[area, amount], [id_card]]}
  - {property: area, value: {field: area, meaning: residence}}
  - {property: units, value: [{kind: person, maxRows: 1}]}
"""


def test_whatever_names_an_item_goes_with_it_and_comes_back_with_it() -> None:
    document = load(CONTRACT)
    before = copy.deepcopy(document)
    area = paper.items(document)[1]

    put_back = take_out(document, area)

    assert [one["name"] for one in paper.items(document)] == ["id_card", "amount"]
    assert [one["id"] for one in paper.table(document)["quality"]] == ["r2"]
    assert paper.custom(document["servers"][0], "columns") == {"金额": "amount"}
    assert paper.custom(document, "uniqueKeys") == [["id_card"]]
    assert paper.custom(document, "area") is None
    assert paper.custom(document, "units") == [{"kind": "person", "maxRows": 1}]

    put_back()

    assert [one["name"] for one in paper.items(document)] == ["id_card", "area", "amount"]
    assert {one["id"] for one in paper.table(document)["quality"]} == {"r1", "r2"}
    for name in ("uniqueKeys", "area", "units"):
        assert paper.custom(document, name) == paper.custom(before, name)
    assert document["servers"] == before["servers"]


def test_units_nothing_identifies_any_more_are_no_units_of_the_whole() -> None:
    document = load(CONTRACT)
    take_out(document, paper.items(document)[0])
    assert paper.custom(document, "units") is None
