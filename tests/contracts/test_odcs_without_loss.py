"""Nothing of an ODCS 3.1 or 3.2 document is lost when a contract is read and written."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from contracts.odcs import files as odcs
from contracts.plain import plain

STANDARDS = Path(__file__).resolve().parents[2].parent / "shared" / "standards" / "odcs"
SCHEMAS = {"v3.1.0": "odcs-json-schema-v3.1.0.json", "v3.2.0": "odcs-3.2.0.schema.json"}

# Everything the standard has that we do not read, at every level we do read.
FULL = """\
apiVersion: v3.2.0
kind: DataContract
id: civil-allowance
name: 高龄津贴发放
version: 1.0.0
status: active
tenant: yunzhou
tags: [民政]
domain: civil
dataProduct: allowances
contractCreatedTs: 2026-01-02T03:04:05Z
description:
  purpose: 按月发放记录
  limitations: 不含补发
  usage: 资格核验
  authoritativeDefinitions: [{url: "https://example.org/a", type: businessDefinition}]
  customProperties: [{property: style, value: plain}]
team:
  name: 民政局
  description: 养老服务处
  members: [{username: zhang, role: owner, dateIn: 2024-01-01}]
  customProperties: [{property: phoneBook, value: 3}]
support: [{channel: desk, url: "https://example.org/desk"}]
price: {priceAmount: 0, priceCurrency: CNY, priceUnit: call}
roles: [{role: reader, access: read, firstLevelApprovers: 处长}]
slaProperties: [{property: frequency, value: 1, unit: m, element: allowance}]
authoritativeDefinitions: [{url: "https://example.org/b", type: transformationImplementation}]
schema:
  - name: allowance
    id: table_1
    physicalName: civil.allowance
    physicalType: view
    logicalType: object
    businessName: 高龄津贴
    description: 每人每月一行
    dataGranularityDescription: 人月
    tags: [月报]
    authoritativeDefinitions: [{url: "https://example.org/c", type: businessDefinition}]
    customProperties: [{property: upstreamTable, value: T_001, description: 旧系统}]
    properties:
      - name: id_card
        id: col_1
        businessName: 公民身份号码
        physicalName: SFZH
        physicalType: VARCHAR(18)
        required: true
        primaryKey: true
        partitioned: false
        classification: 一般数据
        encryptedName: sfzh_enc
        criticalDataElement: true
        transformLogic: upper(SFZH)
        transformSourceObjects: [t1, t2]
        examples: [x]
        tags: [证件]
        customProperties:
          - {property: element, value: resident_id, id: p1, description: 部标}
          - {property: use, value: identifier, vendor: ybz}
          - {property: unit, value: {kind: person}}
          - {property: use, value: masked, vendor: otherproduct}
          - {property: maskingHint, value: [1, {a: null}]}
      - name: level
        logicalType: integer
        enum:
          - {value: 1, label: 低, description: 低龄}
          - {value: 2}
        semanticType: dimension
        synonyms: [{synonym: 等级}]
      - name: paid
        logicalType: number
        logicalTypeOptions: {minimum: 0, exclusiveMaximum: 1000, multipleOf: 0.01}
        quality: [{type: library, metric: nullValues, mustBe: 0}]
        customProperties:
          - {property: scale, value: 2}
          - {property: use, value: measure}
    quality:
      - {id: q_rows, type: library, metric: rowCount, mustBeGreaterThan: 5}
      - id: q_paid
        name: 金额上限
        type: custom
        engine: ybz
        severity: error
        businessImpact: operational
        schedule: 0 20 * * *
        tags: [金额]
        customProperties: [{property: owner, value: 财务}]
        implementation: {kind: range, fields: [paid], args: {maximum: 1000}, action: stop, tolerance: 0.01}
servers:
  - server: csv
    id: s1
    type: local
    path: ./a.csv
    format: csv
    environment: prod
    description: 月报
    roles: [{role: loader}]
    customProperties:
      - {property: encoding, value: gb18030, description: 科室惯例}
      - {property: checksum, value: md5}
  - {server: pg, type: postgres, host: h, port: 5432, database: d, schema: s}
customProperties:
  - {property: units, value: [{kind: person, maxRows: 12}], description: 一年十二月}
  - {property: open, value: false, description: 暂不开放}
  - {property: shareType, value: conditional, id: st1}
  - {property: upstreamCode, value: X1, vendor: province}
"""
# Keys 3.1 does not have.
ONLY_3_2 = ("enum", "semanticType", "synonyms", "vendor")


def without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {key: without(inner, names) for key, inner in value.items() if key not in names}
    return [without(inner, names) for inner in value] if isinstance(value, list) else value


@cache
def parsed() -> dict[str, Any]:
    made: dict[str, Any] = plain(YAML().load(FULL))
    return made


def document(version: str) -> dict[str, Any]:
    made = copy.deepcopy(parsed())
    if version == "v3.2.0":
        return made
    older: dict[str, Any] = without(made, ONLY_3_2) | {"apiVersion": version}
    # A property of another product needs a vendor to stand beside one of ours.
    entries = older["schema"][0]["properties"][0]["customProperties"]
    entries[:] = [entry for entry in entries if entry["value"] != "masked"]
    return older


@cache
def official(version: str) -> Any:
    path = STANDARDS / SCHEMAS[version]
    if not path.is_file():
        pytest.skip("the official ODCS schemas are not beside this checkout")
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def lost(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Paths of ``before`` that ``after`` does not hold; lists of named things may be in another order."""
    if isinstance(before, Mapping):
        for key, value in before.items():
            if isinstance(after, Mapping) and key in after:
                yield from lost(value, after[key], f"{path}.{key}")
            elif value not in (None, False):
                yield f"{path}.{key}"
    elif isinstance(before, list) and before != after and all(isinstance(item, Mapping) for item in before):
        for item in before:
            twins = [other for other in after if name_of(other) == name_of(item)]
            yield from lost(item, twins[0] if twins else None, f"{path}[{name_of(item)}]")
    elif before != after:
        yield path


def name_of(item: Mapping[str, Any]) -> Any:
    keys = (
        ("property", "vendor") if "property" in item else ("server", "id", "name", "value", "url", "metric")
    )
    return json.dumps([item.get(key) for key in keys], sort_keys=True, ensure_ascii=False)


def again(made: Mapping[str, Any]) -> dict[str, Any]:
    """The document after reading and writing."""
    return odcs.to_document(odcs.from_document(json.loads(json.dumps(made))))


@pytest.mark.parametrize("version", SCHEMAS)
def test_the_example_is_valid_before_and_after(version: str) -> None:
    official(version).validate(document(version))
    official("v3.2.0").validate(again(document(version)))


@pytest.mark.parametrize("version", SCHEMAS)
def test_nothing_is_lost_but_the_version_which_is_raised(version: str) -> None:
    before = document(version)
    after = again(before)
    assert after.pop("apiVersion") == "v3.2.0"
    del before["apiVersion"]
    # A position is written for every key field, so that order is never a matter of the file.
    assert list(lost(before, after)) == []
    assert odcs.to_document(odcs.loads(odcs.dumps(odcs.from_document(after | {"apiVersion": version})))) == {
        **after,
        "apiVersion": "v3.2.0",
    }


def test_an_older_document_means_the_same_contract() -> None:
    older, newer = (odcs.from_document(document(version)) for version in ("v3.1.0", "v3.2.0"))
    assert older.rules == newer.rules
    assert older.field("id_card") == newer.field("id_card")
    assert older.sources == newer.sources


def test_what_stands_beside_a_value_stays_with_it() -> None:
    after = again(document("v3.2.0"))
    assert {"property": "open", "value": False, "description": "暂不开放"} in after["customProperties"]
    id_card = after["schema"][0]["properties"][0]["customProperties"]
    assert {"property": "element", "value": "resident_id", "id": "p1", "description": "部标"} in id_card
    assert {"property": "use", "value": "masked", "vendor": "otherproduct"} in id_card


def test_a_remark_on_an_unsaid_value_is_kept_without_saying_it() -> None:
    made = document("v3.2.0")
    made["servers"][0]["customProperties"] += [
        {"property": "headerRow", "value": 1, "description": "第一行"},
        {"property": "skipFooter", "value": 0, "description": "无页脚"},
    ]
    contract = odcs.from_document(made)
    assert again(made)["servers"][0]["customProperties"][1:3] == [
        {"property": "headerRow", "value": 1, "description": "第一行"},
        {"property": "skipFooter", "value": None, "description": "无页脚"},
    ]
    assert odcs.from_document(again(made)) == contract


def test_codes_of_a_number_field_stay_numbers() -> None:
    level = again(document("v3.2.0"))["schema"][0]["properties"][1]
    assert [entry["value"] for entry in level["enum"]] == [1, 2]
    assert odcs.from_document(document("v3.2.0")).field("level").allowed == ("1", "2")


# --- random keys of others, anywhere

PLACES: tuple[tuple[str | int, ...], ...] = (
    (),
    ("description",),
    ("team",),
    ("team", "members", 0),
    ("schema", 0),
    ("schema", 0, "properties", 0),
    ("schema", 0, "properties", 1, "enum", 0),
    ("schema", 0, "properties", 2, "logicalTypeOptions"),
    ("schema", 0, "properties", 2, "quality", 0),
    ("schema", 0, "properties", 0, "customProperties", 0),
    ("schema", 0, "properties", 0, "customProperties", 4),
    ("schema", 0, "quality", 0),
    ("schema", 0, "quality", 1),
    ("servers", 0),
    ("servers", 0, "customProperties", 0),
    ("servers", 1),
    ("slaProperties", 0),
    ("customProperties", 0),
    ("customProperties", 1),
    ("customProperties", 3),
)
keys = st.from_regex(r"x_[a-z]{1,8}[A-Z]?", fullmatch=True)
scalars = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e9, 1e9, allow_nan=False)
    | st.booleans()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), keys, values), min_size=1, max_size=4))
def test_keys_of_others_survive_at_every_level(added: list[tuple[Any, str, Any]]) -> None:
    before = document("v3.2.0")
    for place, key, value in added:
        spot: Any = before
        for step in place:
            spot = spot[step]
        spot[key] = value
    once = again(before)
    for place, key, _ in added:
        wanted: Any = before
        for step in place:
            wanted = wanted[step]
        assert list(lost({key: wanted[key]}, find(once, before, place))) == []
    assert again(once) == once
    assert odcs.contract_digest(odcs.from_document(once)) == odcs.contract_digest(odcs.from_document(before))


def find(after: Any, before: Any, place: tuple[str | int, ...]) -> Any:
    """The spot of ``after`` that is ``place`` in ``before``: things with a name are found by it."""
    for step in place:
        before = before[step]
        after = after[step] if isinstance(step, str) else twin(before, after)
    return after


def twin(item: Mapping[str, Any], others: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    (found,) = [other for other in others if name_of(other) == name_of(item)]
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["dataset", "field", "layout"]),
    st.dictionaries(keys, values, min_size=1, max_size=4),
    st.none() | st.just("province"),
)
def test_custom_properties_of_others_survive_whole(
    level: str, added: dict[str, Any], vendor: str | None
) -> None:
    before = document("v3.2.0")
    holder = {
        "dataset": before,
        "field": before["schema"][0]["properties"][2],
        "layout": before["servers"][0],
    }[level]
    stated = [{"property": k, "value": v} | ({"vendor": vendor} if vendor else {}) for k, v in added.items()]
    holder["customProperties"] = [*holder["customProperties"], *stated]
    after = again(before)
    assert list(lost(before, after)) == []
    official("v3.2.0").validate(after)
