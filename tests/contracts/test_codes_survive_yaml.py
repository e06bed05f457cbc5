"""What is written in a contract file is what is read: no code loses a digit, no word becomes a flag."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.lint import lint_files
from contracts.yaml_document import NotYaml, load

HEAD = """\
apiVersion: v3.2.0
kind: DataContract
id: x
name: 名
version: 1.0.0
status: active
team: {name: 部}
schema:
  - name: t
    physicalName: a.t
    properties:
      - {name: id, primaryKey: true, required: true}
      - {name: s}
      - {name: i, logicalType: integer}
      - {name: b, logicalType: boolean}
"""
RULE = "    quality:\n      - {{id: {}, type: custom, engine: ybz, implementation: {}}}\n"
LAYOUT = (
    "servers:\n  - server: m\n    type: local\n    path: a.csv\n    format: csv\n    customProperties:\n"
    "      - {{property: {}, value: {}}}\n      - {{property: {}, value: {}}}\n"
)
TOP = "customProperties:\n  - {{property: {}, value: {}}}\n"


@pytest.mark.parametrize("word", ["no", "yes", "off", "12:30:45", "1_000", "2024-01-05", "2024-13-45", "="])
def test_a_word_stays_the_text_it_was_written_as(word: str) -> None:
    assert load(f"a: {word}\n") == {"a": word}


def test_keys_are_texts_as_written() -> None:
    assert [*load("{01: a, 1.0: b, true: c, no: d}")] == ["01", "1.0", "true", "no"]


def test_merged_mappings_know_the_lines_of_their_keys() -> None:
    made = load("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")
    assert made["b"] == {"y": 3, "x": 1}
    assert made["b"].lines == {"y": 4, "x": 1}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\r\n\tb: 2\r\n", 2), ("a: 1\nb: !!python/x 3\n", 2), ("a: 1\na: 2\n", 2), ("? [a]\n: 1\n", 1)],
    ids=["tab", "tag", "a key twice", "a list as a key"],
)
def test_what_is_no_document_says_its_line(text: str, line: int) -> None:
    with pytest.raises(NotYaml) as caught:
        load(text)
    assert caught.value.line == line
    assert caught.value.remedy


WRONG = {
    "a padded code of a rule": (
        RULE.format("r", "{kind: allowed, fields: [s], args: {values: [01]}}"),
        17,
        "begins with 0",
    ),
    "a padded code of others": (TOP.format("theirs", "007"), 17, "begins with 0"),
    "a number of many digits": (TOP.format("theirs", "9" * 20), 17, "more digits"),
    "a code with a sign": (TOP.format("classification", "+86"), 17, "text is expected"),
    "a nested check digit": (
        RULE.format("r", "{kind: check_digit, fields: [s], args: {code: {a: 1}}}"),
        17,
        "check-digit code",
    ),
    "a float among texts": (RULE.format("r", "{kind: allowed, fields: [s], args: {values: [1.10]}}"), 17, ""),
    "a range upside down": (
        RULE.format("r", "{kind: range, fields: [i], args: {minimum: 5, maximum: 1}}"),
        17,
        "minimum is above",
    ),
    "an id that silences": (
        RULE.format("q_id_required", "{kind: pattern, fields: [s], args: {regex: a}}"),
        17,
        "would be silenced",
    ),
    "types that do not compare": (
        RULE.format("r", "{kind: compare, fields: [s, i], args: {operator: '<'}}"),
        17,
        "compares a string",
    ),
    "a possessive pattern": (
        RULE.format("r", "{kind: pattern, fields: [s], args: {regex: 'a++'}}"),
        17,
        "RE2 lacks",
    ),
    "a flag as watermark": (TOP.format("load", "{kind: incremental, watermark: b}"), 17, "has no order"),
    "a watermark of full loads": (TOP.format("load", "{kind: full, watermark: i}"), 17, "says nothing"),
    "a key of nothing": (TOP.format("uniqueKeys", "[[zz]]"), 17, "does not exist"),
    "absent and fed": (LAYOUT.format("absent", "[s]", "columns", "{x: s}"), 17, "keep one of the two"),
    "unpivot into a fed field": (
        LAYOUT.format("unpivot", "{pattern: ^a$, label: s, value: i}", "columns", "{x: s}"),
        17,
        "unpivot fills s",
    ),
}


@pytest.mark.parametrize(("more", "line", "said"), WRONG.values(), ids=WRONG)
def test_what_would_be_lost_or_contradicts_is_said_with_its_line(
    tmp_path: Path, more: str, line: int, said: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + more, encoding="utf-8")
    (result,) = lint_files([path])
    (problem,) = result.problems
    assert said in problem.what + problem.remedy
    assert problem.line == line
    assert problem.field
    assert problem.remedy


def test_a_text_as_watermark_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + TOP.format("load", "{kind: incremental, watermark: s}"), encoding="utf-8")
    (result,) = lint_files([path])
    assert result.problems == ()
    assert any("watermark s" in warning.what for warning in result.warnings)
