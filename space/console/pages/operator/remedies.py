"""What to do instead of what is refused, in Chinese, by the code of the reason.

Decides wording only. A form that can be written as it stands (names, values and steps of the grant) is the
interface's, taken out of its English sentence.
"""

from __future__ import annotations

import re
from typing import Final

from space.console.calling import Told

_INSTEAD: Final = {
    "query.text": "写成一句普通的 SELECT，不要粘贴控制字符；太长的拆成几句。",
    "query.syntax": "按“常见问法”写一句 SELECT，或检查标出的位置：拼写、逗号、括号、引号。",
    "query.statement": "写一句以 SELECT 开头的问句。不会写的，点上面的“常见问法”再改。",
    "query.node": "只用 SELECT、WHERE、GROUP BY、HAVING、ORDER BY、LIMIT、CASE、FILTER 和普通函数。",
    "query.function": "分组用列名、year()、date_trunc()、left()，汇总用 count、sum、avg。"
    "今天、年龄之类由您算好，写成日期常量。",
    "query.name": "只能用列出的表和列。姓名、证件号等指向个人的列不开放；"
    "要用别的数据或列，请本单位管理员在“申请用数”里另行申请。",
    "query.rows": "问“有多少”而不是“是谁”：用 count、sum、avg 加 GROUP BY 汇总。",
    "query.ungrouped": "把标出的列写进 GROUP BY，或放进 count、sum、avg。",
    "query.identifier": "用 count(DISTINCT 列) 数个体，或按授权写明的列连接。",
    "query.free_text": "改用左边列出的分类列。",
    "query.measure": "对这一列求和、求平均，或按公开的步长用 >= 和 < 比较。",
    "query.measure.forms": "一句里同一个度量只用一种形式；另一种另问一句。",
    "query.measure.bounds": "改用有公开上下限的度量，或只计数。",
    "query.key": "按分类列、不细于粒度的日期部分、left() 或 CASE 分组。",
    "query.predicate": "条件写成“列 = '值'”“列 IN (…)”“year(列) >= 2000”，用 AND、OR、NOT 连接。",
    "query.predicate.domain": "改用公开值域里的值（见左边的列）。",
    "query.predicate.grid": "日期写某个时段的第一天（按月的列写某月 1 日），用 >= 或 <；"
    "数值写公开步长上的数。",
    "query.grain": "取不细于粒度的部分。",
    "query.subquery": "把子查询放到 FROM 里，或分成两句问。",
    "query.window": "先汇总，再在汇总结果上用窗口函数。",
    "query.limit": "把 LIMIT 写在汇总之后：GROUP BY … ORDER BY … LIMIT 10。",
    "query.join": "按授权写明的列相等连接；没有写明的，各表先汇总再连接答案。",
    "query.join.multiplicity": "按有一边唯一的标识列连接。",
    "query.join.mixed": "两边都先汇总，再连接两个答案。",
    "query.union": "每一支都先汇总，再用 UNION ALL 合并。",
    "query.grouping_sets": "至多 16 层普通分组，只用 count、sum、avg；别的数另问一句。",
    "query.grouping_sets.private": "每一层各问一句，各消耗一份隐私预算。",
    "query.bins": "写明分箱：median(floor(列 / 步长) * 步长)，步长是公开步长的倍数。",
    "query.bucket": "用 floor(列 / 步长) 分箱，步长是公开步长的倍数。",
    "query.quantile": "每个分位数写一次 quantile_cont(floor(列 / 步长), 0.25)。",
    "query.view": "给视图换个名称，或把它的 SELECT 直接写进问句。",
    "query.aggregate": "用 count、count(DISTINCT …)、sum、avg，或分箱后的分位数。",
    "query.aggregate.mode": "用 count、sum 或 avg。",
    "query.types": "用 CAST 转换类型，或比较同一种类型的值。",
    "query.nested": "先问出这些组，再在外面数。",
    "query.overlap": "用一次汇总里的 FILTER，或分成两句问。",
    "query.conditions": "按这一列分组，而不是逐个值筛选。",
    "query.cte": "给 WITH 换个名称。",
    "query.plain": "请管理员申请阈值保护或差分隐私方式的授权。",
    "query.derived": "改问它的来源数据，或请提供部门为运营机构制作一份。",
    "query.bound": "按个体标识连接并让一边唯一，或只问一张表。",
    "query.visibility": "按授权写明的形式使用这一列。",
    "query.role": "按授权写明的用法使用这一列。",
    "query.column_function": "直接用这一列，或用授权写明的函数。",
    "query.join.required": "与授权列明的数据集内连接后再汇总。",
    "query.join.terms": "按授权写明的方式连接，或单独问这个数据集。",
    "query.analysis": "请管理员与提供方商定允许这种用法的条款。",
    "query.template": "原样使用列明的问句。",
    "query.follow_on": "只写汇总，不在问句里再加工；或先汇总再加工。",
    "query.receiver": "请数据提供部门把本单位列入接收单位。",
    "query.group_rule": "请数据提供部门更正它的规则。",
    "query.own_join": "带来的表每个个体只留一行，再按键连接。",
    "query.own_table": "请管理员申请差分隐私方式的授权。",
    "query.list.condition": "写成“WHERE 列 = 常量 AND …”，按列排序。",
    "query.list.masked": "条件和排序里不用这一列，或申请能完整显示它的条款。",
    "query.row_filter": "请授权方更正行条件。",
    "query.not_released": "等它第一次发布；也可以在数据目录里看它的更新周期。",
    "workspace.file": "用 UTF-8 或 GB 18030 的 CSV，第一行是列名、不重复。",
    "workspace.few_units": "多带一些行：有效标识所指的不同个体要够数。",
    "workspace.form": "指明一个标识列；别的列说明为分组或度量，度量写明最小和最大；每列一个小写英文名。",
    "workspace.free_text": "这一列改为“不带”，或换成取值少而短的分类。",
    "workspace.kind": "请管理员申请开放可连接标识的授权。",
    "workspace.mode": "请管理员申请差分隐私方式的授权。",
    "workspace.name": "用小写英文字母开头，只含小写字母、数字、下划线，"
    "不与已有的表、视图同名；如 by_district。",
    "workspace.quota": "删掉不用的表，或等下一个周期；已删除的上传也计数。",
    "workspace.size": "只带问题涉及的个体，分批带。",
    "workspace.texts": "在“保存的分析”里删掉不用的，或用原来的名称覆盖。",
    "workspace.values": "改正文件里的数，或把最小、最大写宽些。",
    "grant.rate": "稍后再问。",
    "grant.capped": "明天再问，或先与授权方了结违约。",
    "grant.volume": "少要一些行或列，或请管理员申请更大的限额。",
    "grant.budget": "再问以前问过的句子不消耗；或请管理员申请更多预算，或等新的授权。",
    "grant.budget.window": "等下一个周期，或再问以前问过的句子（不消耗）。",
    "grant.quota": "请管理员申请更多次数，或等新的授权。",
    "grant.hours": "在授权写明的时段内再问。",
    "grant.network": "用授权写明的网络地址来问。",
}
# Codes whose allowed form names what the grant opens; before the first sentence it can be written as it is.
_CONCRETE: Final = frozenset(
    f"query.{name}"
    for name in ("name", "join", "key", "bucket", "identifier", "bins", "grain", "measure", "predicate",
                 "predicate.domain", "predicate.grid")
)  # fmt: skip
# Where the English of such a form begins, or what stands before it.
_SENTENCE: Final = re.compile(
    r"^(the grant |put |leave |use the |group by a category|column\b|sum\(column|count\(DISTINCT column"
    r"|JOIN … ON|name the |floor\(column).*|: where a .*|: steps of .*|: the column declares .*"
    r"|, or a (multiple|join|comparison) .*| as a key\b"
)

# Three words of English in a row are no form.
_WORDS: Final = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")


def instead(reason: Told) -> str:
    """What to do instead, in Chinese; empty where nobody worded it."""
    return _INSTEAD.get(reason.code, "")


def form_of(reason: Told) -> str:
    """The form that may be written as it stands; empty where the reason only says what to do.

    >>> form_of(Told("query.predicate.grid", "", "", "d >= DATE '2020-05-01': where a month begins"))
    "d >= DATE '2020-05-01'"
    """
    if reason.code not in _CONCRETE:
        return ""
    form = _SENTENCE.sub("", reason.allowed.removeprefix("group by ")).strip()
    return "" if _WORDS.search(form) else form
