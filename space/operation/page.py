"""A disclosure as one printable page of HTML in Chinese.

Decides nothing: the page says what the document says, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, Final

from policies.clocks import ZONE
from policies.purpose import purposes

_ROLES: Final = {"implementing-body": "实施机构", "operator": "运营机构"}
_UNITS: Final = {"call": "次", "product": "件", "service": "服务·月", "time": "月"}
# Codes of the document → how they are read.
_STATES: Final = {
    "drafted": "起草中", "offered": "待签署", "signed": "已签署", "in_force": "有效", "suspended": "已中止",
    "expired": "已到期", "terminated": "已终止", "dropped": "已放弃",
}  # fmt: skip
_RISKS: Final = {"low": "低", "medium": "中", "high": "高"}
_KINDS: Final = {"report": "报告", "service": "服务", "interface": "接口", "api": "接口", "dataset": "数据集",
                 "model": "模型", "indicator": "指标", "product": "产品"}  # fmt: skip
_PRODUCTS: Final = {
    "query": "统计查询", "list": "明细清单", "masked_list": "脱敏清单", "verification": "核验",
    "supply": "供数",
}  # fmt: skip
_CLASSES: Final = {"governance": "公共治理", "public_good": "公益事业", "industry": "产业、行业发展"}
# Of the yearly account, in fen.
_ACCOUNT: Final[tuple[tuple[str, Callable[[Mapping[str, Any]], int]], ...]] = (
    ("收入合计", lambda account: account["income"]["total"]),
    ("经营成本（扣除补助）", lambda account: account["cost"]["base"]),
    ("准许利润", lambda account: account["profit"]["fen"]),
    ("最高准许收入", lambda account: account["permitted"]),
    ("超额收益", lambda account: account["excess"]),
)
_STYLE: Final = (
    "body{font:15px/1.6 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0 2em}"
    "th,td{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}td.n{text-align:right}"
    "caption{text-align:left;font-weight:bold}small{color:#555}"
    "@media print{body{margin:0;max-width:none}table{page-break-inside:avoid}}"
)


def html(document: Mapping[str, Any], stated_digest: str) -> str:
    """The page.

    Args:
        document: of :func:`space.operation.disclosure.compose`.
        stated_digest: SHA-256 of its canonical form, printed at the foot.
    """
    party, role = document["party"], _ROLES[document["role"]]
    vocabulary = purposes(date.fromisoformat(document["period"]["last"]))
    called = {code: purpose.title for code, purpose in vocabulary.items()}
    made = datetime.fromisoformat(document["made_at"]).astimezone(ZONE)
    title = f"{document['year']}年度公共数据资源授权运营信息披露（{role}）"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{role}：{escape(party['name'])}（{escape(party['code'])}），负责人：{escape(party['person_in_charge'])}。"
        f"期间：{document['period']['first']} 至 {document['period']['last']}。"
        f"披露截止日：{document['due_on']}。依据：{escape(document['source'])}。</p>",
        _figures(document["figures"]),
        *(_agreement(each, called) for each in document["agreements"]),
        _money(document, called),
        _lacks(document["lacks"]),
        f"<p><small>生成时间 {made:%Y-%m-%d %H:%M}；内容摘要 SHA-256 {escape(stated_digest)}。</small></p>",
    ]
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _figures(figures: Iterable[Mapping[str, Any]]) -> str:
    rows = [(each["title"], each["value"], each["unit"], each["definition"]) for each in figures]
    return _table("指标", ("指标", "数值", "单位", "口径"), rows, numbers=(1,))


def _agreement(each: Mapping[str, Any], called: Mapping[str, str]) -> str:
    body, operator, used = each["implementing_body"], each["operator"], each["used"]
    ended = f"，{each['ended_on']}起不再执行" if each["ended_on"] else ""
    state = _STATES.get(each["state"], each["state"])
    named = "、".join(called.get(one, one) for one in each["purposes"])
    head = (
        f"<h2>协议 {escape(each['number'])}</h2>"
        f"<p>实施机构：{escape(body['name'])}，负责人{escape(body['person'])}；"
        f"运营机构：{escape(operator['name'])}，负责人{escape(operator['person'])}；"
        f"期限：{each['starts_on']} 至 {each['ends_on']}{ended}；状态：{escape(state)}；"
        f"有效版本：第{each['version']}版；用途：{escape(named)}。"
        f"年度内签署授权{used['grants']}项，应答{used['calls']}次，收费{used['income_fen'] / 100:.2f}元。</p>"
    )
    listed = [
        (
            one["dataset"],
            one["title"],
            one["department"],
            one["revision"],
            "是" if one["registered"] else "否",
        )
        for one in each["catalogue"]
    ]
    products = [
        (one["name"], _KINDS.get(one["kind"], one["kind"]), one["standard"]) for one in each["products"]
    ]
    scenarios = [
        (
            one["title"],
            called.get(one["purpose"], one["purpose"]),
            _RISKS.get(one["risk_level"], one["risk_level"]),
            one["items"],
            one["valid_to"],
            one["person_in_charge"],
        )
        for one in each["scenarios"]
    ]
    reviewed = [(one["until"], one["conclusion"], one["open_findings"]) for one in each["reviews"]]
    return (
        head
        + _table("授权数据资源清单", ("数据集", "名称", "数源部门", "版本", "已登记"), listed, numbers=(3,))
        + _table("产品和服务清单", ("名称", "类别", "技术标准"), products)
        + _table(
            "应用场景", ("名称", "用途", "风险等级", "数据项数", "期限", "负责人"), scenarios, numbers=(3,)
        )
        + _table("年度评估", ("截至", "结论", "未整改问题"), reviewed, numbers=(2,))
    )


def _money(document: Mapping[str, Any], called: Mapping[str, str]) -> str:
    operators = {each["operator"].get("code"): each["operator"]["name"] for each in document["agreements"]}
    stated = [
        (operators.get(m["organisation"], m["organisation"]), m["month"],
         "已结账" if m["digest"] else "未结账", f"{m['amount_fen'] / 100:.2f}", m["digest"] or "")
        for m in document["statements"]
    ]  # fmt: skip
    prices = [
        (called.get(p["purpose"], p["purpose"]), _PRODUCTS.get(p["product"], p["product"]),
         _UNITS[p["unit"]], p["price_fen"], p["answers"], p["amount_fen"])
        for p in document["prices"]
    ]  # fmt: skip
    account = document["account"]
    sums = [(words, f"{read(account) / 100:.2f}") for words, read in _ACCOUNT]
    ceilings = [
        (c["title"], _CLASSES.get(c["class"], c["class"]), c["ceiling_fen_per_call"])
        for c in document.get("ceilings", ())
    ]
    return (
        _table("月度对账单", ("运营机构", "月份", "状态", "金额（元）", "校验码"), stated, numbers=(3,))
        + _table("实际价格", ("用途", "产品", "计价单位", "单价（分）", "应答", "金额（分）"), prices,
                 numbers=(3, 4, 5))
        + _table("收入与准许收入", ("项目", "金额（元）"), sums, numbers=(1,))
        + (_table("收费上限", ("用途", "类别", "上限（分/次）"), ceilings, numbers=(2,)) if ceilings else "")
    )  # fmt: skip


def _lacks(lacks: Sequence[str]) -> str:
    if not lacks:
        return "<p>账本中没有缺项。</p>"
    return "<h2>说明</h2><ul>" + "".join(f"<li>{escape(each)}</li>" for each in lacks) + "</ul>"


def _table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: Sequence[int] = ()
) -> str:
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="n">{escape(str(cell))}</td>' if place in numbers else f"<td>{escape(str(cell))}</td>"
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    empty = f'<tr><td colspan="{len(heads)}">无</td></tr>'
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body or empty}</table>"
