"""Whatever is owed is told in Chinese and in English, whoever writes it into the ledger."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from space.console.language import Language
from space.console.parts.charts import summed
from space.console.parts.owing import owed_called

ROOT = Path(__file__).parents[2]
# Words that are put together from variables, as their writers make them.
MADE = (
    "answer the request", "supply what was permitted", "supply what the request lacks: purpose",
    "answer the challenge of a value in civil.aid.phone",
    "carry the accepted value into the data in civil.aid.phone",
    "see to the answer of civil.aid.phone", "decide the appeal over civil.aid.phone",
    "publish the application of 学校名录", "record the code of 学校名录",
    "decide whether civil.aid is opened",
    "check at the door 核实", "visit 走访", "fill 填报",
)  # fmt: skip


def written() -> Iterator[str]:
    """The words of every duty and every clock in the code, with a 7 where a value is put in."""
    for room in ("catalog", "space"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "Owed(" not in text and "start(" not in text and "owed_by_registrar(" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call):
                    yield from filter(None, map(phrase, stated(node)))


def stated(call: ast.Call) -> list[ast.expr]:
    name = ast.unparse(call.func).rpartition(".")[2]
    if name == "Owed":
        return call.args[:1]
    if name == "owed_by_registrar":
        return call.args[4:5]
    return [each.value for each in call.keywords if each.arg == "words"] if name == "start" else []


def phrase(node: ast.expr) -> str:
    """A literal as it is read; nothing where it begins with a variable."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[0], ast.Constant):
        return ""
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in node.values)


PHRASES = sorted({*MADE, *written()})


def test_the_words_of_duties_are_found_in_the_code() -> None:
    assert {"review and publish the entry", "mend 7 items of 7", "disclose 7 as 7"} <= set(PHRASES)
    assert len(PHRASES) > 40


@pytest.mark.parametrize("what", PHRASES)
def test_whatever_is_owed_is_told_without_english_and_without_codes(what: str) -> None:
    kind = "rectification" if what.startswith("mend 7 items") else "unknown"
    duty = {"subject": f"{kind}:x_1", "what": what, "title": "高龄津贴发放信息", "item": ""}
    told = owed_called(Language.CHINESE, duty)
    assert re.search("[一-鿿]", told)
    assert not re.search("[A-Za-z_]", told)
    assert told.partition("：")[2].startswith("高龄津贴发放信息")
    assert not re.search("[一-鿿]", owed_called(Language.ENGLISH, duty | {"title": "Aid"}))


def test_what_has_no_dataset_is_told_by_the_name_it_was_given() -> None:
    duty = {"subject": "registration:air.hours", "title": "", "item": ""}
    what = "apply for the first registration of 空气质量小时监测值"
    assert owed_called(Language.CHINESE, duty | {"what": what}) == "申请首次登记：空气质量小时监测值"
    asked = {"subject": "case:c_1", "what": "answer 5 items of the request req_0bc2", "title": "学校名录"}
    assert owed_called(Language.CHINESE, asked) == "答复用数申请：学校名录，5 项"


def test_bars_that_are_not_drawn_are_summed_into_the_last_one() -> None:
    labels, values = summed(["甲", "乙", "丙", "丁"], {"数据集": [5, 3, 2, 1]}, 2, "其余 2 个部门")
    assert labels == ["甲", "乙", "其余 2 个部门"]
    assert values == {"数据集": [5, 3, 3]}
