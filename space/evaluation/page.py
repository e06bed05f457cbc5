"""Evaluations and reports as printable pages of HTML in Chinese.

Decides nothing: a page says what its document says, in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from contracts.canonical import digest

_TITLES: Final = {
    "risk-report": "数据安全风险评估报告",
    "impact-register": "个人信息保护影响评估登记册",
    "important-data": "重要数据目录（候选）",
}
_OFFICES: Final = {"self": "自评", "user": "用户", "third_party": "第三方"}
_STYLE: Final = (
    "body{font:15px/1.6 system-ui,sans-serif;margin:2em auto;max-width:64em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0 2em}"
    "th,td{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}"
    "caption{text-align:left;font-weight:bold}small{color:#555}"
    "@media print{body{margin:0;max-width:none}table{page-break-inside:avoid}}"
)


def evaluation(view: Mapping[str, Any]) -> str:
    """The page of a published evaluation.

    Args:
        view: of :func:`space.evaluation.evaluations.view`.
    """
    document = view["document"]
    subject, period, result = document["subject"], document["period"], document["result"]
    title = f"{document['scheme']['title']}：{subject['title']}（{period['code']}）"
    definitions = document["definitions"]
    indicators = [
        (
            each["title"], each["weight"], _value(each), each["sample"], each["minimum"],
            each["points"] if each["left_out"] is None else f"不计入：{each['left_out']}",
            definitions[each["figure"]]["definition"],
        )
        for each in result["indicators"]
    ]  # fmt: skip
    reviews = [
        (_OFFICES[each["office"]], each["organisation"], each["mark"], each["words"])
        for each in document["reviews"]
    ]
    objections = [
        (each["indicator"], each["reason"], each["outcome"] or "待答复", each["basis"] or "")
        for each in view["objections"]
    ]
    return _page(
        title,
        (
            f"<p>期间：{period['first']} 至 {period['last']}；截至 {escape(document['as_of'])}；"
            f"被评价方：{escape(subject['party'])}；得分：<b>{result['score'] or '不计分'}</b>；"
            f"异议截止日：{view['contest_until']}；依据：{escape(document['scheme']['source'])}。</p>",
            _table("指标", ("指标", "权重", "数值", "样本", "最小样本", "得分", "口径"), indicators),
            _table("评价", ("方式", "机构", "分数", "说明"), reviews),
            _table("异议", ("指标", "理由", "结果", "依据"), objections),
            _rows("数据来源（逐行）", document["rows"]),
        ),
        view["digest"],
    )


def report(document: Mapping[str, Any]) -> str:
    """The page of a risk report, the register of impact assessments, or the list of important data."""
    title = _TITLES[document["kind"]]
    if "year" in document:
        title = f"{document['year']}年度{title}"
    figures = [
        (each["title"], each["value"], each["unit"], each["definition"],
         f"{each['since']} 至 {each['as_of']}" if each.get("since") else each.get("as_of", document["as_of"]))
        for each in document["figures"]
    ]  # fmt: skip
    parts = [
        f"<p>截至 {escape(document['as_of'])}；依据：{escape(document['source'])}。"
        f"{escape(document.get('note', ''))}</p>",
        _table("指标", ("指标", "数值", "单位", "口径", "时点"), figures),
    ]
    parts += [_rows(words, document[name]) for name, words in _LISTS.items() if name in document]
    return _page(title, parts, digest(document))


_LISTS: Final = {
    "datasets": "数据集",
    "assessments": "影响评估",
    "important": "重要数据候选",
    "refusals": "拒绝原因",
    "stops": "停用",
    "incidents": "数据安全事件（含演练）",
    "unassessed": "缺影响评估的数据集",
    "rules": "规则",
}


def _value(each: Mapping[str, Any]) -> str:
    return str(each["value"]) if each["of"] is None else f"{each['value']}/{each['of']}"


def _rows(caption: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A table of like rows, a column for each name that any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _table(caption, names or ("—",), [[_said(row.get(name)) for name in names] for row in rows])


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return "，".join(_said(each) for each in value.values())
    if isinstance(value, list):
        return "；".join(_said(each) for each in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _page(title: str, parts: Iterable[str], stated: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"{''.join(parts)}<p><small>内容摘要 SHA-256 {escape(stated)}</small></p></body></html>\n"
    )


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    empty = f'<tr><td colspan="{len(heads)}">无</td></tr>'
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body or empty}</table>"
