"""``ybz lint``: one line for each error, and an exit status a script can use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contracts.cli import lint
from contracts.model import (
    Contract,
    Field,
    Party,
    ShareMethod,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
)
from contracts.odcs.files import dumps


def contract(table: str, id_: str | None = None) -> str:
    """A contract that leaves no core item of the catalogue unsaid."""
    return dumps(
        Contract(
            id=id_ or table,
            title=f"{table} 表",
            schema="a",
            table=table,
            department=Party("局", "91350100M000100Y43", "办公室"),
            summary="说明",
            classification="基础/人口",
            sharing=Sharing(ShareType.UNCONDITIONAL, methods=(ShareMethod.FILE,)),
            sources=(Source("csv", SourceFormat.CSV, "a.csv"),),
            fields=(Field("x", "某项"),),
        )
    )


def run(*arguments: object) -> Result:
    return CliRunner().invoke(lint, [str(argument) for argument in arguments])


def test_good_contracts_pass(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.yml").write_text(contract("b"))
    result = run(tmp_path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == "2 contracts, 0 errors, 0 warnings\n"


def test_each_error_is_one_line_with_file_line_field_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(contract("a").replace("status: draft", "status: [x]").replace("string", "money"))
    result = run(path)
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first == f"{path}:6: status: text is expected, found a list — write one text"
    assert second.startswith(f"{path}:18: x.logicalType: 'money' is not known here — write one of string, ")


def test_an_empty_and_a_broken_file_are_errors_also_inside_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "broken.yaml").write_text("a: [")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert [line.split(" — ")[0].rpartition("/")[2] for line in result.stdout.splitlines()] == [
        "broken.yaml:1: is not YAML: did not find expected node content",
        "empty.yaml:1: the file is empty",
    ]


def test_other_yaml_files_of_a_folder_are_left_alone_but_not_when_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"))
    other = tmp_path / "compose.yaml"
    other.write_text("services: {}\n")
    assert run(tmp_path).exit_code == 0
    assert run(other).exit_code == 1


def test_a_name_or_an_id_used_twice_is_an_error_of_the_second(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a", "one"))
    (tmp_path / "b.yaml").write_text(contract("a", "two"))
    (tmp_path / "c.yaml").write_text(contract("c", "one"))
    result = run(tmp_path)
    assert result.exit_code == 1
    assert f"{tmp_path / 'b.yaml'}:1: name: a.a is also that of {tmp_path / 'a.yaml'}" in result.stdout
    assert f"{tmp_path / 'c.yaml'}:1: id: one is also that of {tmp_path / 'a.yaml'}" in result.stdout


def test_json_says_the_same_in_one_object(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"))
    (tmp_path / "b.yaml").write_text("")
    result = run(tmp_path, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    assert said["ok"] is False
    good, bad = said["files"]
    assert good == {"path": str(tmp_path / "a.yaml"), "name": "a.a", "problems": [], "warnings": []}
    assert bad["name"] is None
    assert bad["problems"][0]["line"] == 1
    assert set(bad["problems"][0]) == {"file", "line", "field", "what", "remedy"}


def test_a_folder_without_contracts_and_a_missing_file_fail(tmp_path: Path) -> None:
    empty, missing = run(tmp_path), run(tmp_path / "none.yaml")
    assert empty.exit_code == missing.exit_code == 1
    assert "no contract file there" in empty.stderr
    assert "there is no such file" in missing.stdout


def test_one_contract_and_one_error_are_counted_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(contract("a").replace("string", "money"))
    assert run(path).stderr == "1 contract, 1 error, 0 warnings\n"


def test_a_core_item_left_unsaid_is_a_warning_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(contract("a").replace("  - {property: classification, value: 基础/人口}\n", ""))
    result = run(path)
    assert (result.exit_code, result.stderr) == (0, "1 contract, 0 errors, 1 warning\n")
    place, said = result.stdout.split(": warning: ")
    assert place.startswith(f"{path}:")
    assert said == "1 信息资源分类: is not stated — add the property classification, e.g. 基础/人口\n"
    (file,) = json.loads(run(path, "--json").stdout)["files"]
    assert (file["problems"], len(file["warnings"])) == ([], 1)


def test_lint_against_former_contracts_asks_for_a_major_step(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    (old / "a.yaml").write_text(contract("a"))
    (old / "note.yaml").write_text("x: [")
    file = new / "a.yaml"
    file.write_text(contract("a").replace("name: x", "name: y"))
    result = run(file, "--against", old)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{file}:1: version: breaks a promise (x: the field is gone)"
        " — a major step is due, 1.0.0 to 1.0.0 is less — write version: 2.0.0\n"
    )
    file.write_text(contract("a").replace("name: x", "name: y").replace("1.0.0", "2.0.0"))
    assert run(file, "--against", old).exit_code == 0


def edited(old: str, new: str) -> str:
    text = contract("a")
    assert old in text
    return text.replace(old, new, 1)


def stated(name: str, value: str) -> str:
    """A contract with one more property of the dataset."""
    return contract("a") + f"  - {{property: {name}, value: {value}}}\n"


RULE = "    quality:\n      - {{id: r, type: custom, engine: ybz, implementation: {{{}}}}}\n"


def ruled(implementation: str) -> str:
    return edited("servers:\n", RULE.format(implementation) + "servers:\n")


ITEM = "businessName: 某项\n"
LAYOUT = "    format: csv\n"
HELD = LAYOUT + "    customProperties:\n      - {{property: {}, value: {}}}\n"

MISTAKES = {
    "a word of drop": (
        edited(LAYOUT, HELD.format("drop", "[blanks]")),
        "source csv drops 'blanks'",
        "write one of",
    ),
    "an argument of a rule": (
        ruled("kind: range, fields: [x], args: {max: 1}"),
        "range has no argument max",
        "maximum",
    ),
    "an indicator": (
        ruled("kind: unique, fields: [x], indicator: '9999'"),
        "names no indicator",
        "four digits",
    ),
    "a tolerance": (
        ruled("kind: unique, fields: [x], tolerance: 2"),
        "rule r: tolerance is no share",
        "below 1",
    ),
    "a slip in a name": (
        stated("updateCycel", "daily"),
        "updateCycel: is not known here",
        "did you mean updateCycle?",
    ),
    "another spelling": (
        stated("share_basis", "法"),
        "share_basis: is not known here",
        "did you mean shareBasis?",
    ),
    "a name of another level": (
        stated("headerRow", "2"),
        "headerRow says nothing here",
        "move it to the server",
    ),
    "an unknown word": (
        edited("value: [file]", "value: [post]"),
        "shareMethods: 'post' is not known here",
        "write one of",
    ),
    "a property twice": (stated("open", "true"), "open is given twice", "keep one"),
    "a kind of load": (
        stated("load", "{kind: delta}"),
        "load.kind: 'delta' is not known here",
        "write one of full",
    ),
    "a load without its key": (
        stated("load", "{kind: incremental, watermark: x}"),
        "merged by the primary key",
        "set",
    ),
    "words of a change log": (
        stated("load", "{kind: changes, operation: op, words: {I: insert}}"),
        "'insert' is no operation",
        "upsert",
    ),
    "an unknown key of a load": (
        stated("load", "{kind: append, watermrk: x}"),
        "load.watermrk: is not",
        "watermark",
    ),
    "a word of drift": (
        stated("drift", "{newColumn: drop}"),
        "drift.newColumn: 'drop' is not",
        "write one of ignore",
    ),
    "a cleaning step of no kind": (
        stated("cleaning", "[{id: a}]"),
        "cleaning[0].kind: is missing",
        "write one of",
    ),
    "a cleaning step without its arguments": (
        stated("cleaning", "[{id: a, kind: map, fields: [x]}]"),
        "map needs the argument values",
        "add args",
    ),
    "an argument of a cleaning step": (
        stated("cleaning", "[{id: a, kind: trim, args: {side: left}}]"),
        "trim has no argument side",
        "remove it",
    ),
    "a field of a cleaning step": (
        stated("cleaning", "[{id: a, kind: trim, fields: [z]}]"),
        "names the field z, which does not exist",
        "correct",
    ),
    "a column for a field that is not there": (
        edited(LAYOUT, HELD.format("columns", "{姓名: z}")),
        "columns names the field z",
        "correct the name",
    ),
    "a wide layout without its parts": (
        edited(LAYOUT, HELD.format("unpivot", "{pattern: '^y', value: x}")),
        "unpivot.label: is missing",
        "add label",
    ),
    "a share above one": (stated("minimumQuality", "90"), "minimumQuality: is not a share", "from 0 to 1"),
    "a day that is none": (stated("publishedOn", "'2026-13-01'"), "publishedOn: is no day", "YYYY-MM-DD"),
    "a type letter": (
        edited(ITEM, ITEM + "        customProperties: [{property: itemType, value: D}]\n"),
        "a string has no type letter D",
        "write one of C",
    ),
    "a rule at a field": (
        edited(ITEM, ITEM + "        quality: [{engine: ybz, implementation: {kind: unique}}]\n"),
        "rules of ours stand at the dataset",
        "move it",
    ),
    "a team without a name": (
        edited("team:\n  name: 局\n", "team: [{username: a}]\n"),
        "team: names no department",
        "write",
    ),
    "a key twice": (
        edited("kind: DataContract", "kind: DataContract\nkind: DataContract"),
        "the key kind is given twice",
        "keep",
    ),
    "a number without end": (stated("other", ".inf"), "is no finite number", "write digits"),
}


@pytest.mark.parametrize(("text", "said", "remedy"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_with_a_remedy(tmp_path: Path, text: str, said: str, remedy: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    result = run(path)
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if ": warning: " not in line]
    assert line.startswith(f"{path}:")
    assert said in line
    assert remedy in line.rpartition(" — ")[2]


def test_properties_of_other_products_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        stated("dataSteward", "李四")
        + "  - {property: updateCycel, value: daily, vendor: other}\n"
        + "  - {property: shareType, value: 3, vendor: other}\n"
    )
    assert run(path).exit_code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"apiVersion: v3.2.0\n" + b"# " + b"x" * (9 * 2**20), "is too large for a contract (9 MiB)"),
        ("apiVersion: v3.2.0\nname: 津贴\n".encode("gb18030"), "is not UTF-8 text"),
        ("apiVersion: v3.2.0\n".encode("utf-16"), "is not UTF-8 text"),
        (b"apiVersion: v3.2.0\nname: \x00\n", "is not YAML"),
        (b"apiVersion: v3.2.0\nname: " + b"[" * 3000, "is not YAML"),
        (b"apiVersion: v3.2.0\n---\nkind: DataContract\n", "is not YAML"),
        (b"apiVersion: v3.2.0\nname: *nowhere\n", "found undefined alias"),
    ],
    ids=["huge", "GB18030", "UTF-16", "NUL", "deep", "two documents", "alias"],
)
def test_a_file_that_is_no_contract_is_one_clear_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    result = run(tmp_path)
    assert result.exit_code == 1
    (line,) = result.stdout.splitlines()
    assert said in line
    assert " — " in line


def test_no_path_is_wrong_usage() -> None:
    assert run().exit_code == 2


@pytest.mark.parametrize(("good", "status"), [(True, 0), (False, 1)])
def test_the_program_exits_as_the_command_does(tmp_path: Path, good: bool, status: int) -> None:
    (tmp_path / "a.yaml").write_text(contract("a") if good else "")
    program = "import sys; from contracts.cli import lint; lint(sys.argv[1:], standalone_mode=False)"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True)
    assert done.returncode == status


def test_the_command_module_loads_nothing_heavy() -> None:
    heavy = "{'pyarrow', 'sqlalchemy', 'ruamel.yaml'}"
    program = f"import sys, contracts.cli; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
