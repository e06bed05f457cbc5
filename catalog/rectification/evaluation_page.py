"""A quarterly evaluation as others may see it: a plain document, and one page of HTML in Chinese.

Decides what leaves the installation: published datasets alone, with ratios of the public view, the scores
and grades made of them, and counts of cases; no count of rows. The exact figures, and what was not published
by the quarter's end, stay in the frozen content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any, Final

from catalog.quality import indicators
from catalog.rectification.contests import Contest
from catalog.rectification.evaluation import Evaluation
from catalog.rectification.evaluation_lines import graded
from catalog.statistics import public_dimensions, public_ratio, public_score

_DIMENSIONS: Final = {
    "conformity": "规范性",
    "completeness": "完整性",
    "accuracy": "准确性",
    "consistency": "一致性",
    "timeliness": "时效性",
    "accessibility": "可访问性",
}
_STATES: Final = {"assessed": "", "not_assessed": "未评价", "no_release": "未发布", "set_aside": "搁置"}
_CONTESTS: Final = {"open": "待决定", "upheld": "异议成立", "rejected": "异议不成立"}
_STYLE: Final = (
    "body{font:15px/1.6 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0 2em}"
    "th,td{border:1px solid #999;padding:.3em .6em;text-align:left}td.n{text-align:right}"
    "caption{text-align:left;font-weight:bold}small{color:#555}"
)


def public(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation without counts of rows, ratios rounded.

    Source: ``policies/rules/disclosure.yaml``, rule ``public_ratio_digits``.
    """
    document = evaluation.document()
    on = date.fromisoformat(document["last"])
    told = [line for line in document["datasets"] if line.get("published", True)]
    document["datasets"] = [_public_line(line, on) for line in told]
    document["departments"] = [
        line
        for each in document["departments"]
        if (line := _public_department(each, document["datasets"], on))["datasets"]
    ]
    return document


def _public_line(line: Mapping[str, Any], on: date) -> dict[str, Any]:
    """A dataset's line; how many rows it has is needed here and not shown."""
    shown = {name: value for name, value in line.items() if name != "published"}
    rows, most = shown.pop("rows", 0), shown.pop("rows_of_one", 1)
    has_units = not shown.pop("unit_free", False)
    dimensions, indicated = (
        public_dimensions(line[name], rows, on, has_units=has_units, rows_of_one=most)
        for name in ("dimensions", "indicators")
    )
    score = public_score(dimensions, on) if has_units else public_ratio(line["score"], on)
    return shown | {
        "score": score,
        "grade": graded(score, on) if has_units else line["grade"],
        "dimensions": dimensions,
        "indicators": indicated,
    }


def _public_department(
    line: Mapping[str, Any], datasets: Iterable[Mapping[str, Any]], on: date
) -> dict[str, Any]:
    """A department's line, over the scores others see: the exact mean would tell what those hide."""
    name = "department_code" if line["department_code"] else "department"
    own = [each for each in datasets if each[name] == line[name]]
    assessed = [each["score"] for each in own if each["state"] == "assessed"]
    scores = [score for score in assessed if score is not None]
    score = public_ratio(sum(scores) / len(scores), on) if scores else None
    cases = {kind: sum(each["rectification"][kind] for each in own) for kind in line["rectification"]}
    counts = {"datasets": len(own), "assessed": len(assessed), "rectification": cases}
    return {**line, **counts, "score": score, "grade": graded(score, on)}


def page(evaluation: Evaluation, contests: Iterable[Contest]) -> str:
    """One page of HTML a department head reads; it needs no script and no other file."""
    document = public(evaluation)
    names = {code: each.name for code, each in indicators((), date.fromisoformat(document["last"])).items()}
    title = f"{document['period']} 数据质量评价（第 {evaluation.version} 版）"
    until = "" if evaluation.contest_until is None else f"，异议期至 {evaluation.contest_until}"
    state = f"已公布{until}" if evaluation.published_at else "未公布"
    parts = [
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title}</h1><p>{document['first']} 至 {document['last']}；{state}。",
        f"<br><small>摘要 {evaluation.digest}，签名密钥 {evaluation.key_id}</small></p>",
        _table(
            "部门",
            ("部门", "数据集", "已评价", "得分", "等级", "发现问题", "办结", "按期办结", "再次出现"),
            (_department(line) for line in document["departments"]),
        ),
        _table(
            "数据集",
            ("数据集", "部门", "得分", "等级", *_DIMENSIONS.values(), "说明"),
            (_dataset(line) for line in document["datasets"]),
        ),
        _table("指标（GB/T 36344）", ("数据集", "指标", "X"), _indicators(document["datasets"], names)),
    ]
    named = {line["dataset"] for line in document["datasets"]}
    raised = [_contest(each) for each in contests if each.dataset in named]
    if raised:
        parts.append(_table("异议", ("数据集", "状态", "异议理由", "决定理由"), raised))
    return "\n".join(parts) + "\n"


def _department(line: Mapping[str, Any]) -> tuple[str, ...]:
    cases = line["rectification"]
    return (
        line["department"], str(line["datasets"]), str(line["assessed"]), _ratio(line["score"]),
        _grade(line), str(cases["found"]), str(cases["closed"]), str(cases["on_time"]),
        str(cases["reopened"]),
    )  # fmt: skip


def _dataset(line: Mapping[str, Any]) -> tuple[str, ...]:
    note = _STATES[line["state"]] + ("，已更正" if "corrected" in line else "")
    shares = (_ratio(line["dimensions"].get(name)) for name in _DIMENSIONS)
    name = f"{line['title']}（{line['dataset']}）"
    return (name, line["department"], _ratio(line["score"]), _grade(line), *shares, note.strip("，"))


def _indicators(lines: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    for line in lines:
        for code, x in line["indicators"].items():
            yield line["title"], f"{code} {names.get(code, '')}", _ratio(x)


def _contest(contest: Contest) -> tuple[str, ...]:
    return contest.dataset, _CONTESTS[contest.state], contest.reason, contest.decision or ""


def _grade(line: Mapping[str, Any]) -> str:
    return "未评价" if line["grade"] is None else f"{line['grade']['level']} {line['grade']['name']}"


def _ratio(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"


def _table(caption: str, headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>\n" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>\n{body}</table>"
