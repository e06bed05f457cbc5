"""Contract files: what is written is read again, and what is wrong is named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from contracts import model as m
from contracts.document import Node
from contracts.odcs import files as odcs
from contracts.odcs.contract import read_contract
from contracts.odcs.names import DATASET, FIELD, LAYOUT, NAMES
from contracts.problems import Log
from tests.contracts.drawn import contracts

STANDARDS = Path(__file__).resolve().parents[2].parent / "shared" / "standards" / "odcs"

MINIMAL = """\
apiVersion: v3.2.0
kind: DataContract
id: civil-allowance
name: 高龄津贴发放
version: 1.0.0
status: active
team: {name: 民政局, members: [{username: zhang}]}
tenant: yunzhou
schema:
  - name: allowance
    physicalName: civil.allowance
    businessName: 高龄津贴
    properties:
      - name: id_card
        businessName: 公民身份号码
        classification: 一般数据
        required: true
        primaryKey: true
        customProperties:
          - {property: element, value: resident_id}
          - {property: use, value: identifier}
          - {property: unit, value: {kind: person}}
          - {property: maskingHint, value: keep last four}
      - name: sex
        enum: [{value: '1', label: 男}, {value: '2', label: 女}]
      - name: paid
        logicalType: number
        logicalTypeOptions: {minimum: 0, multipleOf: 0.01}
        customProperties:
          - {property: scale, value: 2}
          - {property: use, value: measure}
    quality:
      - {id: q_rows, type: library, metric: rowCount, mustBeGreaterThan: 5}
      - id: q_paid
        type: custom
        engine: ybz
        severity: error
        implementation: {kind: range, fields: [paid], args: {maximum: 1000}, action: stop}
servers:
  - {server: csv, type: local, path: ./a.csv, format: csv, encoding: gb18030}
  - {server: pg, type: postgres, host: h, port: 5432, database: d, schema: s}
slaProperties:
  - {property: frequency, value: 1, unit: m}
customProperties:
  - {property: units, value: [{kind: person, maxRows: 1}]}
  - {property: upstreamCode, value: X1, vendor: province}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(odcs.OdcsError) as caught:
        odcs.loads(text, "a.yaml")
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in MINIMAL
    return MINIMAL.replace(old, new, 1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_what_is_written_is_read_again(contract: m.Contract) -> None:
    assert odcs.loads(odcs.dumps(contract)) == contract


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_a_document_survives_json_with_its_digest(contract: m.Contract) -> None:
    again = odcs.from_document(json.loads(json.dumps(odcs.to_document(contract))))
    assert again == contract
    assert odcs.contract_digest(again) == odcs.contract_digest(contract)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_what_is_written_validates_against_the_official_schema(contract: m.Contract) -> None:
    official().validate(odcs.to_document(contract))


@cache
def official() -> Any:
    path = STANDARDS / "odcs-3.2.0.schema.json"
    if not path.is_file():
        pytest.skip("the official ODCS 3.2.0 schema is not beside this checkout")
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def test_no_key_of_the_standard_is_taken_for_a_slip_of_ours() -> None:
    definitions = official().schema["$defs"]
    property_ = definitions["SchemaBaseProperty"]["properties"] | definitions["SchemaElement"]["properties"]
    for key in set(property_) - {"name", "logicalType", "items", "properties", "map"}:
        log = Log("a.yaml")
        document = odcs.to_document(odcs.loads(MINIMAL))
        document["schema"][0]["properties"][0].setdefault(key, None)
        read_contract(Node(document, "", 0, log))
        assert log.problems == [], key


# --- reading


def test_a_contract_is_read_with_its_defaults() -> None:
    contract = odcs.loads(MINIMAL)
    assert contract.name == "civil.allowance"
    assert contract.department.name == "民政局"
    assert contract.key == ("id_card",)
    assert contract.units == (m.UnitRule("person", 1),)
    assert contract.field("sex").allowed == ("1", "2")
    assert contract.sources == (m.Source("csv", m.SourceFormat.CSV, "./a.csv", encoding="gb18030"),)
    assert contract.rules[0].action is m.Action.STOP
    assert contract.sharing.type is m.ShareType.CONDITIONAL


def test_an_undeclared_use_is_never() -> None:
    assert odcs.loads(MINIMAL).field("sex").use is m.Use.NEVER


def test_keys_of_others_are_kept_and_written_back() -> None:
    document = odcs.to_document(odcs.loads(odcs.dumps(odcs.loads(MINIMAL))))
    schema = document["schema"][0]
    id_card, sex, paid = schema["properties"]
    assert document["tenant"] == "yunzhou"
    assert document["team"]["members"] == [{"username": "zhang"}]
    assert document["slaProperties"] == [{"property": "frequency", "value": 1, "unit": "m"}]
    assert document["servers"][1]["type"] == "postgres"
    assert {"property": "upstreamCode", "value": "X1", "vendor": "province"} in document["customProperties"]
    assert schema["businessName"] == "高龄津贴"
    assert {"id": "q_rows", "type": "library", "metric": "rowCount", "mustBeGreaterThan": 5} in schema[
        "quality"
    ]
    assert next(q for q in schema["quality"] if q["id"] == "q_paid")["severity"] == "error"
    assert id_card["classification"] == "一般数据"
    assert {"property": "maskingHint", "value": "keep last four"} in id_card["customProperties"]
    assert sex["enum"][1] == {"value": "2", "label": "女"}
    assert paid["logicalTypeOptions"]["multipleOf"] == 0.01


def test_version_3_1_is_read_too() -> None:
    assert odcs.loads(changed("v3.2.0", "v3.1.0")) == odcs.loads(MINIMAL)


def test_unquoted_dates_and_steps_keep_their_meaning() -> None:
    text = changed(
        "      - name: sex",
        "      - name: born\n        logicalType: date\n        logicalTypeOptions: {minimum: 1900-01-01}\n"
        "      - name: lng\n        logicalType: number\n"
        "        customProperties: [{property: grain, value: 0.01}]\n"
        "      - name: sex",
    )
    contract = odcs.loads(text)
    assert contract.field("born").minimum == "1900-01-01"
    assert contract.field("lng").grain == "0.01"


def test_keys_in_order_of_the_file_make_a_primary_key_without_positions() -> None:
    text = changed("      - name: sex\n", "      - name: sex\n        primaryKey: true\n")
    assert odcs.loads(text).key == ("id_card", "sex")


# --- what is wrong is named, with file, line, field and remedy

WRONG = [
    ("an empty file", "", "a.yaml:1: the file is empty"),
    ("only comments", "# nothing\n", "a.yaml:1: the file is empty"),
    ("a list", "- a\n", "a.yaml:1: a mapping is expected, found a list"),
    ("a syntax error", changed("team: {name", "team: {name: {"), "a.yaml:7: is not YAML"),
    (
        "a key given twice",
        changed("kind: DataContract", "kind: DataContract\nid: x"),
        "a.yaml:4: is not YAML",
    ),
    ("a tab", changed("    physicalName", "\tphysicalName"), "a.yaml:11: is not YAML"),
    ("another kind", changed("DataContract", "Table"), "a.yaml:2: kind: 'Table' is not a data contract"),
    ("an old standard", changed("v3.2.0", "v2.2.2"), "a.yaml:1: apiVersion: 'v2.2.2' is not supported"),
    ("a number as version", changed("1.0.0", "1.0"), "a.yaml:5: version: text is expected, found a number"),
    ("no department", changed("name: 民政局, ", ""), "a.yaml:7: team.name: is missing"),
    ("two tables", changed("    quality", "  - {name: b}\n    #"), "a.yaml"),
    (
        "no schema name",
        changed("civil.allowance", "allowance"),
        "a.yaml:11: schema[0].physicalName: names no schema",
    ),
    (
        "names that differ",
        changed("civil.allowance", "civil.other"),
        "a.yaml:11: schema[0].physicalName: says",
    ),
    ("an unsafe field", changed("name: sex", "name: 性别"), "a.yaml:24: 性别: field name '性别' is not safe"),
    ("a field twice", changed("name: sex", "name: id_card"), "a.yaml:24: id_card.name: is defined twice"),
    (
        "text for a flag",
        changed("required: true", "required: 'yes'"),
        "a.yaml:17: id_card.required: true or false",
    ),
    (
        "an unknown use",
        changed("value: identifier", "value: key"),
        "a.yaml:21: id_card.use: 'key' is not known",
    ),
    (
        "an unknown type",
        changed("logicalType: number", "logicalType: money"),
        "a.yaml:27: paid.logicalType: 'money'",
    ),
    (
        "an unknown element",
        changed("resident_id", "residentid"),
        "a.yaml:14: id_card: there is no data element",
    ),
    (
        "a measure of text",
        changed("logicalType: number", "logicalType: date").replace("minimum: 0, ", ""),
        "a.yaml:26: paid: a measure",
    ),
    (
        "a padded code",
        changed("value: '1',", "value: 01,"),
        "a.yaml:25: schema[0].properties[1].enum[0].value",
    ),
    (
        "a bound that is no number",
        changed("minimum: 0", "minimum: none"),
        "a.yaml:28: paid.logicalTypeOptions.minimum",
    ),
    (
        "an unknown rule",
        changed("kind: range", "kind: ranges"),
        "a.yaml:38: schema[0].quality[1].implementation.kind",
    ),
    (
        "a rule of no field",
        changed("fields: [paid]", "fields: [pay]"),
        "a.yaml:10: schema[0]: rule q_paid names",
    ),
    ("a rule without bounds", changed("maximum: 1000", ""), "a.yaml:34: schema[0].quality[1]: has neither"),
    (
        "a slip in a rule",
        changed("args:", "arg:"),
        "a.yaml:38: schema[0].quality[1].implementation.arg: is not known",
    ),
    ("no row bound", changed(", maxRows: 1", ""), "a.yaml:45: units[0].maxRows: is missing"),
    (
        "a row bound of nothing",
        changed("maxRows: 1", "maxRows: 0"),
        "a.yaml:45: units[0]: max_rows of person",
    ),
    (
        "a slip in a promise",
        changed("property: scale", "property: scalee"),
        "a.yaml:30: paid.scalee: is not known",
    ),
    ("a slip in a key", changed("servers:", "server:"), "a.yaml:39: server: is not known here"),
    (
        "a format that is none",
        changed("path: ./a.csv, format: csv", "path: a, format: dbf"),
        "a.yaml:40: servers[0].format",
    ),
    ("a layout without path", changed("path: ./a.csv, ", ""), "a.yaml:40: servers[0].path: is missing"),
    (
        "a promise given twice",
        MINIMAL + "  - {property: units, value: []}\n",
        "a.yaml:47: customProperties[2].property",
    ),
    (
        "promises as a mapping",
        changed("  - {property: units", "  {property: units").replace(
            "  - {property: upstreamCode, value: X1, vendor: province}\n", ""
        ),
        "a.yaml:44: customProperties: a list",
    ),
]


@pytest.mark.parametrize(("text", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_contract_says_where_and_what(text: str, said: str) -> None:
    found = problems(text)
    assert any(line.startswith(said) for line in found), found
    assert all("\n" not in line for line in found)


@pytest.mark.parametrize("text", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_every_problem_has_a_remedy(text: str) -> None:
    assert all(" — " in line for line in problems(text))


def test_every_problem_of_a_file_is_found_in_one_reading() -> None:
    text = (
        changed("value: identifier", "value: key")
        .replace("kind: range", "kind: ranges")
        .replace("v3.2.0", "v1")
    )
    found = problems(text)
    assert [line.split(":")[1] for line in found] == ["1", "21", "38"]


def test_an_error_is_one_line_that_counts_the_others() -> None:
    with pytest.raises(odcs.OdcsError) as caught:
        odcs.loads(changed("value: identifier", "value: key").replace("v3.2.0", "v1"), "a.yaml")
    assert str(caught.value).endswith("(and 1 more)")
    assert (caught.value.file, caught.value.line, caught.value.field) == ("a.yaml", 1, "apiVersion")
    assert caught.value.remedy == "write one of v3.1.0, v3.2.0"
    assert caught.value.user_facing


def test_patterns_that_run_nowhere_are_refused() -> None:
    for pattern, said in (
        ("(", "is not a regular expression"),
        ("(?=a)b", "look-around"),
        (r"(a)\\1", "back-reference"),
    ):
        text = changed(
            "      - name: sex",
            f'      - name: x\n        logicalTypeOptions: {{pattern: "{pattern}"}}\n      - name: sex',
        )
        assert any(said in line for line in problems(text)), pattern


def test_a_declared_date_format_is_checked() -> None:
    text = changed(
        "      - name: sex",
        "      - name: d\n        logicalType: date\n        logicalTypeOptions: {format: YYYY-ww}\n"
        "      - name: sex",
    )
    assert problems(text)[0].startswith("a.yaml:26: d.logicalTypeOptions.format: has the letters YYYY")


def test_a_file_that_cannot_be_read_is_a_problem_of_that_file(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("名".encode("gb18030"))
    for path, said in (
        (tmp_path / "none.yaml", "there is no such file"),
        (latin, "is not UTF-8"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(odcs.OdcsError, match=said):
            odcs.read(path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(MINIMAL, encoding="utf-8-sig")
    assert odcs.read(path) == odcs.loads(MINIMAL)


def test_sql_stays_legible() -> None:
    contract = replace(
        odcs.loads(MINIMAL), composed=m.Composed(m.Composition.STATISTICAL, "select 1\nfrom civil.a\n")
    )
    assert "sql: |\n        select 1\n        from civil.a\n" in odcs.dumps(contract)


def test_the_digest_changes_with_a_promise_and_not_with_a_comment() -> None:
    contract = odcs.loads(MINIMAL)
    assert odcs.contract_digest(odcs.loads("# note\n" + MINIMAL)) == odcs.contract_digest(contract)
    assert odcs.contract_digest(replace(contract, open=True)) != odcs.contract_digest(contract)


def test_the_contract_in_the_documentation_is_one() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "odcs-mapping.md"
    example, *more = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    contract = odcs.loads("".join((example, *more)))
    assert [rule.as_of for rule in contract.attribution] == ["month"]
    assert contract.load.words["撤销"] == "delete"
    assert [step.id for step in contract.cleaning] == ["tidy", "ten_thousands"]
    assert contract.name == "civil.elderly_allowance"
    assert contract.sources[0].columns == {"公民身份号码": "id_card"}
    official().validate(odcs.to_document(contract))


def test_the_documentation_names_every_custom_property_and_value() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "odcs-mapping.md").read_text(encoding="utf-8")
    sets = (
        *(m.ShareType, m.UpdateCycle, m.Secrecy, m.Use, m.Action, m.RuleKind, m.FieldType, m.SourceFormat),
        *(m.ShareMethod, m.FormatCategory, m.ItemType, m.LoadKind, m.CleaningKind),
    )
    for value in (value for choices in sets for value in choices):
        assert f"`{value}`" in page, value
    for name in {name for names in NAMES.values() for name in names}:
        assert f"`{name}`" in page or f"{{property: {name}" in page, name


def test_the_names_by_level_are_those_that_are_read() -> None:
    package = Path(m.__file__).parent
    readers = {
        DATASET: ("odcs/promises.py", "odcs/contract.py"),
        FIELD: ("odcs/fields.py",),
        LAYOUT: ("odcs/sources.py",),
    }
    for level, files in readers.items():
        text = "".join((package / file).read_text(encoding="utf-8") for file in files)
        found = set(re.findall(r'custom(?: if "\w+" in \w+ else \w+)?\.\w+\("(\w+)"', text))
        found |= set(re.findall(r'_holder\("(\w+)"', text)) | set(re.findall(r'custom\)\.\w+\("(\w+)"', text))
        assert found == NAMES[level], level
