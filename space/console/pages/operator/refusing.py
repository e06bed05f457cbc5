"""Why a question is not answered: every reason in words, with its place and the nearest allowed form.

Decides nothing that is refused. The Chinese words stand here by code, what to do instead in
:mod:`space.console.pages.operator.remedies`; a form that can be written as it stands is the interface's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from nicegui import ui

from space.console.calling import Declined, Told
from space.console.language import Language
from space.console.pages.operator import remedies
from space.console.parts.ways import link
from space.console.parts.words import Words, heading
from space.console.seats import Seat
from space.desk.wording import words

_CHINESE: Final = {
    "query.text": "问句过长、过深，或含有控制字符",
    "query.syntax": "读不懂这一句：不是完整的 SQL（DuckDB 写法）",
    "query.statement": "只回答查询：一句 SELECT",
    "query.node": "问句里有不在允许之列的写法",
    "query.function": "问句用了不在允许之列的函数",
    "query.name": "这个表或列不在本授权之内，不能问",
    "query.rows": "从不给出一个个人或一户的明细：读到的每张表都要汇总",
    "query.ungrouped": "有的列既不在汇总函数里，也不在 GROUP BY 里",
    "query.identifier": "标识个体的列只能去重计数，或按授权写明的方式连接",
    "query.free_text": "自由文本或没有写明用途的列不能查询",
    "query.measure": "度量只能求和、求平均，或在公开的步长上比较",
    "query.measure.forms": "同一个度量不能在一句里以两种形式出现",
    "query.measure.bounds": "这个度量没有公开的上下限，加噪求和需要它",
    "query.key": "这个表达式不能用来分组或比较",
    "query.predicate": "对行的条件只能是允许的列与常量比较",
    "query.predicate.domain": "这个常量不在该列公开的值域里",
    "query.predicate.grid": "日期或数值没有落在该列公开的时段或步长上"
    "（如按月的列只能比较某月 1 日），或超出公开范围",
    "query.grain": "取的时间部分细于该列写明的粒度",
    "query.subquery": "子查询只能放在 FROM 里",
    "query.window": "窗口函数只能用在已经汇总的结果上",
    "query.limit": "LIMIT、OFFSET 只能取常量，并放在汇总之上",
    "query.join": "表只能按授权写明的列对、以相等条件连接",
    "query.join.multiplicity": "连接的两边都没有核对过唯一",
    "query.join.mixed": "表不能与已汇总的结果直接连接",
    "query.union": "只有已汇总的结果才能以 UNION ALL 合并",
    "query.grouping_sets": "这种 ROLLUP、CUBE、GROUPING SETS 的组合不予回答",
    "query.grouping_sets.private": "差分隐私方式下不回答 ROLLUP、CUBE、GROUPING SETS",
    "query.bins": "度量的分位数、直方图要在问句里写明分箱",
    "query.bucket": "这种方言没有 width_bucket",
    "query.quantile": "分位数取 0 到 1 之间的一个常量",
    "query.view": "工作区里的这个视图不能用：它遮住了表、引用了自己，或嵌套太深",
    "query.aggregate": "这个汇总函数可能露出单独一行的值",
    "query.aggregate.mode": "差分隐私方式下不回答这个汇总函数",
    "query.types": "运算或函数拿到了它不接受的类型",
    "query.nested": "按自身的数挑出来的组不能再汇总",
    "query.overlap": "一句里有两个可以相减的、关于同一批个体的答案",
    "query.conditions": "一句里分开的条件太多",
    "query.cte": "WITH 的名字不能递归，也不能与授权的表同名",
    "query.plain": "只有不涉个体的数据才给精确答案",
    "query.derived": "不加噪的个体统计不能在差分隐私方式下回答",
    "query.bound": "这样连接，无法限定一个个体最多影响多少",
    "query.visibility": "该列不能以这种形式出现在答案里",
    "query.role": "该列不能用作这个角色",
    "query.column_function": "该列不能传给这个函数",
    "query.join.required": "这个数据集只回答在另一数据集中找到对应的行",
    "query.join.terms": "这个数据集不能与它、按这一列或以这种方式连接",
    "query.analysis": "这个数据集不开放这种用法",
    "query.template": "这个数据集只回答列明的问句，须一字不差",
    "query.follow_on": "这个数据集的数不能在问句里再加工，或不能不加工就给出",
    "query.receiver": "贵单位不在可接收这个数据集结果的单位之列",
    "query.group_rule": "规则按一个没有存储形式的列要求组的大小",
    "query.own_join": "自带的表只能按它的键连接，且每个个体只能有一行",
    "query.own_table": "自带的表只在差分隐私方式下回答",
    "query.list.condition": "清单的行只能以列与常量比较来挑选，按列排序",
    "query.list.masked": "脱敏的、不完全显示的列不能用来挑选或排序",
    "query.row_filter": "授权的行条件无法套用",
    "query.not_released": "授权里有数据集还没有发布",
    "workspace.file": "文件读不出来，或缺少写明的列",
    "workspace.few_units": "表里有效标识所指的个体太少",
    "workspace.form": "对各列的说明不完整或不合式",
    "workspace.free_text": "说明为分组的列其实是自由文本",
    "workspace.kind": "授权没有开放可与这种标识连接的列",
    "workspace.mode": "自带的表只用于差分隐私方式的授权",
    "workspace.name": "这个名称在工作区里不能用",
    "workspace.quota": "这份授权的表数或本期上传次数已满",
    "workspace.size": "文件的行数或大小超过上限",
    "workspace.texts": "工作区的视图或模板已满",
    "workspace.values": "度量列里有不是数的值，或超出写明的范围",
    "grant.rate": "调用过于频繁，超出授权写明的频次",
    "grant.capped": "因违约，每天只回答较少的调用",
    "grant.volume": "给出的数据量超出授权写明的限额",
    "grant.budget": "隐私预算不够回答这一句",
    "grant.budget.window": "本期的隐私预算不够回答这一句",
    "grant.quota": "调用次数已用完",
    "grant.hours": "授权在这个时段不回答",
    "grant.network": "授权只回答来自写明的网络的提问",
}
Move = Callable[[int], None]
# The places of these are names of the caller's own text, which say more than their number of the line.
_NAMED: Final = frozenset(
    {"query.name", "query.identifier", "query.free_text", "query.visibility", "query.role"}
)

_NAME: Final = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True)
class Refused:
    """What a page knows of the question beside its refusal.

    Attributes:
        sql: as it was asked; empty where nothing was.
        to_line: called with the line somebody wants to see.
        example: a question that may be asked instead.
        use: called with the example somebody takes.
        elsewhere: names of another grant's datasets → address to ask under it.
    """

    sql: str = ""
    to_line: Move | None = None
    example: str = ""
    use: Callable[[str], None] | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)


def told(seat: Seat, declined: Declined, of: Refused | None = None, *, title: str = "") -> None:
    """The reasons of a refusal with their places.

    Args:
        seat: who reads.
        declined: with its reasons.
        of: what is known of the question.
        title: of what was not done; that a question is not answered where empty.
    """
    say, of = seat.say, of or Refused()
    with ui.element("section").classes("ybz-panel ybz-op-denied").props('role="alert"'):
        heading(title or say("不予回答", "Not answered"))
        if not title:
            Words("p", say("没有运行，也没有消耗预算。原因：", "Nothing was run or spent. Why:"))
        with ui.element("ol").classes("ybz-op-causes"):
            for reason in declined.reasons:
                _cause(say, reason, of)


def _cause(say: Language, reason: Told, of: Refused) -> None:
    with ui.element("li"):
        Words("div", called(say, reason)).classes("ybz-reason")
        names = _names(of.sql, reason)
        if reason.code in _NAMED and names:
            Words("div", f"{say('所涉', 'About')}: {say('、', ', ').join(names)}")
        elif reason.where and not reason.code.startswith("workspace."):
            Words("div", f"{say('所涉', 'About')}: {reason.where}").classes("ybz-fine")
        for line, column, _start, _length in reason.places[:6]:
            text = say(f"第 {line} 行第 {column} 字", f"line {line}, column {column}")
            if of.to_line is None:
                Words("span", text).classes("ybz-badge bad")
            else:
                button = ui.button(text, icon="place", on_click=partial(of.to_line, line))
                button.props("flat dense size=sm")
        _remedy(say, reason, of)
        for name in names:
            if reason.code == "query.name" and name in of.elsewhere:
                words = say(
                    f"{name} 在本单位的另一份授权里：据它提问", f"{name} is in another grant: ask under it"
                )
                link(words, of.elsewhere[name])
        Words("div", f"{say('代号', 'Code')} {reason.code}").classes("ybz-fine")


def _names(sql: str, reason: Told) -> list[str]:
    """What was written at the places of a reason, each name whole."""
    found = (
        one for one in _NAME.finditer(sql) for place in reason.places if one.start() <= place[2] < one.end()
    )
    return list(dict.fromkeys(one.group() for one in found))


def _remedy(say: Language, reason: Told, of: Refused) -> None:
    """What to do instead, in the reader's language, and what can be written as it stands."""
    if say is Language.ENGLISH or not remedies.instead(reason):
        if reason.allowed:
            with ui.element("div").classes("ybz-op-allowed"):
                Words("span", say("可以这样写：", "Instead: "))
                Words("code", reason.allowed)
    else:
        Words("div", f"怎么办：{remedies.instead(reason)}").classes("ybz-op-allowed")
        form = remedies.form_of(reason)
        if form:
            with ui.element("div").classes("ybz-op-allowed"):
                Words("span", "可以用：" if reason.code == "query.name" else "可以这样写：")
                Words("code", form)
    use = of.use
    if reason.code in ("query.rows", "query.statement", "query.syntax") and of.example and use is not None:
        with ui.element("div").classes("ybz-op-allowed"):
            Words("pre", of.example).classes("ybz-op-sql").props('tabindex="0"')
            ui.button(say("换成这一句", "Use this one"), icon="edit", on_click=lambda: use(of.example)).props(
                "outline dense"
            )


def called(say: Language, reason: Told) -> str:
    """A reason in the reader's language."""
    if say is Language.CHINESE and reason.code in _CHINESE:
        return _CHINESE[reason.code]
    chinese = words("refusals").get(reason.code) if say is Language.CHINESE else None
    return chinese or reason.message
