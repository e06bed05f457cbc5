"""The form of a contract: the dataset as such, its items, what is said of it, and handing it in.

Decides the order of the fields; what is wanted of each is the interface's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from space.console.pages.steward import document as paper
from space.console.pages.steward import trying
from space.console.pages.steward.checking import Checker, returned
from space.console.pages.steward.items import listed
from space.console.pages.steward.words import CYCLES, METHODS, SHARES, UNITS, called, choices
from space.console.pages.steward.work import GENERAL, Work
from space.console.parts.words import facts, heading

Handed = Callable[[Mapping[str, Any]], Any]


def form(work: Work, handed: Handed) -> Callable[[], None]:
    """The form, looked at from the beginning; call what it gives when something else of the work changed.

    Args:
        work: on the contract.
        handed: called with what became of it once it was handed in.
    """
    say = work.seat.say
    with ui.element("div").classes("ybz-draft"):
        left = ui.element("div")
        aside = ui.element("aside").classes("ybz-panel ybz-beside")
    checker = Checker(work, lambda tried: _shown(tried), lambda *counted: _counted(*counted), left)
    with aside:
        heading(say("试算结果", "Trial"))
        tally = ui.element("div").props('role="status"')
        counts = ui.element("div").props('role="status"')
        work.slots[GENERAL] = ui.element("div").classes("ybz-said")
        _hand_in(work, handed)
    with left:
        _points(work)
        heading(say("数据集", "The dataset"))
        with ui.element("section").classes("ybz-panel"):
            _dataset(work, checker.touch)
        heading(say("信息项", "Items"))
        ui.label(
            say(
                "点开一项，可以看到为什么这样猜，并就地修改；每次改动后自动重新试算。",
                "Open an item to see why it was guessed so, and change it in place; the rows are tried anew.",
            )
        ).classes("ybz-fine")
        listed(work, checker.touch)
        heading(say("试算：逐行看", "Trial, line by line"))
        lines_of = ui.element("div").props('role="status"')

    def _shown(tried: Mapping[str, Any] | None) -> None:
        tally.clear()
        with tally:
            trying.summary(work, tried, checker.touch)
        lines_of.clear()
        with lines_of:
            trying.lines(work, tried)

    def _counted(bad: int, needed: int, wanted: int) -> None:
        counts.clear()
        with counts:
            _tally(work, bad, needed, wanted)

    work.show(returned(work))
    checker.touch()
    return checker.touch


def _tally(work: Work, bad: int, needed: int, wanted: int) -> None:
    """How much is to be done before it can go on, and what will be asked for on its way."""
    say = work.seat.say
    if bad:
        ui.label(say(f"有 {bad} 处须改正，改好才能保存", f"{bad} to be corrected first")).classes(
            "ybz-note bad"
        )
    if needed:
        text = say(f"有 {needed} 处必须补充，补齐才送签批", f"{needed} needed before the head is asked")
        ui.label(text).classes("ybz-note bad")
    if wanted:
        text = say(
            f"还有 {wanted} 处待补充，审核时会要求补齐", f"{wanted} to be added: the review will ask for them"
        )
        ui.label(text).classes("ybz-note warn")
    if not (bad or needed or wanted):
        ui.label(say("编目要素齐全", "Everything cataloguing asks for is said")).classes("ybz-note good")


def _points(work: Work) -> None:
    """What the last return asks for, all at once; each stands beside its field, too."""
    if not work.points:
        return
    say = work.seat.say
    wanted = [one for one in work.points if one["by"] == "office"]
    with ui.element("section").classes("ybz-panel ybz-returned"):
        heading(say(f"退回要求，共 {len(wanted)} 条", f"What the return asks for: {len(wanted)}"))
        with ui.element("ol"):
            for one in wanted:
                with ui.element("li"):
                    ui.label(str(one["what"]))
        ui.label(
            say(
                "说明了位置的，标在下面对应的栏目；其余的标在试算结果里。改好后重新提交。",
                "Those of a field stand beside it, the others beside the trial; mend them, submit again.",
            )
        ).classes("ybz-fine")


def _dataset(work: Work, changed: Callable[[], None]) -> None:
    say, document = work.seat.say, work.document
    facts([(say("数源部门", "Source department"), str(document["team"]["name"]))])
    with ui.element("div").classes("ybz-grid"):
        _own(work, "name", say("名称", "Title"), document.get("name", ""), changed)
        with work.place("table"):
            made = ui.input(say("表名（英文）", "Name of the table"), value=paper.table(document)["name"])
            made.on_value_change(_then(changed, lambda text: paper.rename(document, text)))
        _custom(work, "departmentOffice", say("内设机构（科室）", "Unit within the department"), changed)
        _custom(work, "classification", say("信息资源分类", "Classification"), changed, hint="基础/人口")
        _chosen(work, "updateCycle", say("更新周期", "Update cycle"), choices(say, CYCLES), changed)
        _custom(work, "retention", say("保存期限", "Retention"), changed)
    with work.place("purpose"):
        summary = ui.textarea(
            say("摘要", "Summary"), value=document.get("description", {}).get("purpose", "")
        )
        summary.props("autogrow rows=2").classes("ybz-wide")
        summary.on_value_change(_then(changed, lambda text: paper.put_summary(document, text)))
    with ui.element("div").classes("ybz-grid"):
        _chosen(work, "shareType", say("共享属性", "Sharing"), choices(say, SHARES), changed)
        _chosen(
            work,
            "shareMethods",
            say("共享方式", "Ways of sharing"),
            choices(say, METHODS),
            changed,
            many=True,
        )
        with work.place("open"):
            opened = ui.checkbox(
                say("可向社会开放", "Open to the public"), value=bool(paper.custom(document, "open"))
            )
            opened.on_value_change(_then(changed, lambda on: paper.put_custom(document, "open", bool(on))))
    for name, zh, en in (
        ("shareCondition", "共享条件", "Condition of sharing"),
        ("shareBasis", "依据（法律法规或政策）", "Basis"),
        ("shareReason", "有条件共享的理由", "Reason for the condition"),
        ("shareScope", "共享范围", "Scope"),
        ("shareUse", "共享用途", "Use"),
        ("impactAssessment", "个人信息保护影响评估（文号）", "Impact assessment (reference)"),
    ):
        _custom(work, name, say(zh, en), changed)
    _units(work, changed)


def _units(work: Work, changed: Callable[[], None]) -> None:
    """Most rows of one unit, for each kind the rows are about."""
    say, held = work.seat.say, paper.custom(work.document, "units", [])
    with work.place("units"):
        for one in held:
            label = say("每个对象最多几行：", "Most rows of one: ") + called(say, UNITS, one["kind"])
            made = ui.number(label, value=one.get("maxRows", 1), min=1, precision=0)
            made.on_value_change(_then(changed, _most(one)))


def _most(unit: paper.Node) -> Callable[[Any], None]:
    return lambda most: unit.update(maxRows=int(most or 1))


def _own(work: Work, name: str, label: str, value: str, changed: Callable[[], None]) -> None:
    with work.place(name):
        made = ui.input(label, value=value).classes("ybz-wide")
        made.on_value_change(_then(changed, lambda text: work.document.update({name: text})))


def _custom(work: Work, name: str, label: str, changed: Callable[[], None], *, hint: str = "") -> None:
    with work.place(name):
        made = ui.input(label, value=str(paper.custom(work.document, name) or "")).classes("ybz-wide")
        if hint:
            made.props(f'placeholder="{hint}"')
        made.on_value_change(_then(changed, lambda text: paper.put_custom(work.document, name, text)))


def _chosen(
    work: Work,
    name: str,
    label: str,
    options: dict[str, str],
    changed: Callable[[], None],
    *,
    many: bool = False,
) -> None:
    with work.place(name):
        now: Any = paper.custom(work.document, name)
        made = ui.select(options, label=label, value=(now or []) if many else now, multiple=many)
        made.classes("ybz-wide")
        if many:
            made.props("use-chips")
        made.on_value_change(_then(changed, lambda value: paper.put_custom(work.document, name, value)))


def _then(changed: Callable[[], None], put: Callable[[Any], None]) -> Callable[[Any], None]:
    """Handler of a field: state its value, then look at the whole."""

    def stated(event: Any) -> None:
        put(event.value.strip() if isinstance(event.value, str) else event.value)
        changed()

    return stated


def _hand_in(work: Work, handed: Handed) -> None:
    """Keep it as a draft or hand it in: which of the two it is, the interface says."""
    say = work.seat.say

    async def sent() -> None:
        button.disable()
        try:
            text = json.dumps(work.document, ensure_ascii=False)
            done = await work.seat.calls.post("/v1/entries", {"contract": text})
        finally:
            button.enable()
        handed(done)

    with ui.element("div").classes("ybz-doing"):
        button = ui.button(say("保存并提交", "Save and submit"), on_click=sent).props("unelevated")
    ui.label(
        say(
            "要素不齐的先存为草稿，并告诉您还差什么；齐全的直接送负责人签批，签批前可以撤回。",
            "What lacks something is kept as a draft and told; what is whole goes to the head, and can be "
            "taken back until it is signed.",
        )
    ).classes("ybz-fine")
