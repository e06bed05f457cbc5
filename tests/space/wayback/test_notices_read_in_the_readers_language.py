"""Lines of an inbox are told in the reader's language, by the names people know; whatever room wrote them."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from space.console.language import Language, speak
from space.desk.noticing import lines, wordings
from space.desk.titles import Named
from space.wayback.backflow.inbox import Notice

ROOT = Path(__file__).resolve().parents[3]
HAN = re.compile(r"[\u4e00-\u9fff]")
# What stands for whatever a line is filled with.
FILLED = "x.y.z"
# Rooms that write into the inbox of a grass-roots body.
WRITERS = (
    *(ROOT / "space" / "wayback").rglob("*.py"),
    ROOT / "pipelines" / "backflow" / "sending.py",
    ROOT / "pipelines" / "backflow" / "redelivering.py",
)
TELLING = ("notify", "tell", "tell_above")


def told(kind: str, message: str, language: Language) -> tuple[str, bool]:
    notice = Notice("ntc_1", kind, "dlv_1", message, datetime(2026, 11, 22, tzinfo=UTC), None)
    speak(language)
    try:
        (line,) = lines([notice], Named({}, {"990101001": "清波街道"}), ())
    finally:
        speak(Language.CHINESE)
    return line.text, line.english


@pytest.mark.parametrize(
    ("kind", "message", "chinese"),
    [
        (
            "delivery",
            "a.b: 1 added, 2 changed, 3 removed in 990101001",
            "（清波街道）：新增 1，变更 2，减少 3",
        ),
        ("correction", "a.b.c: rejected by 云州市民政局", "云州市民政局未采纳"),
        ("correction", "a.b.c: decided by the government: it stands (upheld)", "政府裁定维持原值（终局）"),
        (
            "recall",
            "a.b.c: a value you hold was corrected; replace it by 2026-12-04",
            "请更换（2026-12-04 前）",
        ),
        ("form", "高龄月报 (YL-1) 2026-11: to be confirmed until 2026-12-01", "报表《高龄月报》（2026-11）"),
    ],
)
def test_a_line_is_told_in_chinese_and_in_english(kind: str, message: str, chinese: str) -> None:
    text, english = told(kind, message, Language.CHINESE)
    assert (chinese in text, english) == (True, False)
    assert not HAN.search(
        told(kind, message, Language.ENGLISH)[0]
        .replace("云州市民政局", "")
        .replace("清波街道", "")
        .replace("高龄月报", "")
    )


def test_a_line_nobody_worded_is_shown_as_it_is_stored_and_marked_as_english() -> None:
    assert told("delivery", "something new", Language.CHINESE) == ("something new", True)


def _written() -> list[str]:
    """Every line these rooms write, with ``FILLED`` for what is filled in."""
    found = []
    for path in WRITERS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "message":
                found.append(node.value)
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found += [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "message"]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in TELLING:
                found += [one for one in node.args if isinstance(one, ast.JoinedStr)]
    return [_filled(one) for one in found if isinstance(one, ast.JoinedStr)]


def _filled(text: ast.JoinedStr) -> str:
    return "".join(str(one.value) if isinstance(one, ast.Constant) else FILLED for one in text.values)


def test_every_line_a_body_is_written_has_words() -> None:
    written = _written()
    assert len(written) > 8
    assert [one for one in written if not any(each.said.fullmatch(one) for each in wordings())] == []
