"""Items of a dataset 信息项: name, type, level with its evidence, how each is shared."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.pages.catalogue.badges import living
from space.console.pages.catalogue.legend import legend
from space.console.pages.catalogue.one import Document, dataset, head
from space.console.pages.catalogue.words import (
    SHARING,
    SHARING_TONES,
    TYPES,
    UNITS,
    USES,
    basis,
    ground,
    harm,
    level,
    level_tone,
    told,
)
from space.console.paging import page
from space.console.parts.asking import named_dialog
from space.console.parts.figures import plain, share
from space.console.parts.tables import Column, table
from space.console.parts.words import Words, badge, facts, heading
from space.console.seats import Seat


@page("/catalogue/{name}", "数据集", "Dataset")
async def items(seat: Seat) -> None:
    """What a dataset promises, item by item."""
    found = await dataset(seat)
    head(seat, found, "")
    _promises(seat, found)
    _unconditional(seat, found)
    _table(seat, found)
    if found["joins"]:
        _joins(seat, found)


def _promises(seat: Seat, found: Document) -> None:
    say = seat.say
    units = [told(UNITS, kind, say) for kind in found["unit_kinds"]]
    with ui.element("section").classes("ybz-panel"):
        facts(
            [
                (say("负责单位", "Responsible"), _responsible(seat, found)),
                (say("数据级别", "Level"), _sensitive(seat, found)),
                (say("共享条件", "Conditions"), plain(found["condition"])),
                (say("共享依据", "Basis"), plain(found["basis"])),
                (say("目录分类", "Class"), plain(found["classification"])),
                (say("涉及主体", "About"), say("、", ", ").join(units) or say("不涉及主体", "no units")),
                (say("最近发布", "Released"), plain(found["released_on"])),
                (say("目录修订", "Revision"), say(f"第 {found['revision']} 版", f"{found['revision']}")),
                (say("标签", "Tags"), say("、", ", ").join(found["tags"]) or "—"),
                (say("目录代码", "Catalogue code"), found["code"]),
                (say("数据集代号", "Name"), found["name"]),
                (say("挂接", "Link"), _linked(seat, found)),
            ]
        )


def _responsible(seat: Seat, found: Document) -> str:
    """Whose the dataset is, and what for."""
    return f"{found['department']}" + seat.say(
        "（编制目录、按期更新、答复申请和校核）",
        " (keeps the entry, updates it in time, answers requests and corrections)",
    )


def _sensitive(seat: Seat, found: Document) -> str:
    """How sensitive the dataset is, in words, and which items make it so."""
    say, grade = seat.say, found["grade"]
    of_it = [one["title"] or one["name"] for one in found["fields"] if one["grade"] == grade]
    named = say("、", ", ").join(of_it)
    because = say(f"；由“{named}”决定", f"; because of {named}") if of_it and grade > 1 else ""
    meant = say(
        f"（{harm(grade, say)}）：按一旦泄露或滥用对个人、组织的后果定级",
        f" ({harm(grade, say)}): by what misuse would do to persons or firms",
    )
    return f"{level(grade, say)}{meant}{because}"


def _linked(seat: Seat, found: Document) -> str:
    """Whether the table, interface or file behind the entry answered its last test."""
    meaning = seat.say(
        "（目录与提供部门库表、接口或文件的连通检测）", " (test of the table, interface or file behind it)"
    )
    return living(found["live"], seat.say)[0] + meaning


def _unconditional(seat: Seat, found: Document) -> None:
    """How many items may be had without asking for leave."""
    free = [one for one in found["fields"] if one["sharing"] == "unconditional"]
    whole = len(found["fields"])
    with ui.element("div").classes("ybz-row"):
        badge(
            seat.say(
                f"{whole} 个信息项中 {len(free)} 个无条件共享",
                f"{len(free)} of {whole} items are shared unconditionally",
            ),
            "good" if free else "calm",
        )
        if free:
            ui.label(seat.say("（在表中加底色）", "(marked in the table)")).classes("ybz-fine")


def _table(seat: Seat, found: Document) -> None:
    say = seat.say
    columns = [
        Column("title", say("信息项", "Item")),
        Column("name", say("代号", "Name")),
        Column("type", say("类型", "Type")),
        Column("sharing", say("共享属性", "Sharing"), badge="sharing_tone"),
        Column("grade", say("级别", "Level"), badge="grade_tone", act="evidence"),
        Column("use", say("可作何用", "Use")),
        Column("values", say("值域、说明", "Values, notes")),
    ]
    rows = [_row(one, seat) for one in found["fields"]]
    made = table(
        columns,
        rows,
        say,
        caption=say("信息项（点级别看依据）", "Items (click a level for its reasons)"),
        key="name",
    )
    legend(say)
    made.props[":table-row-class-fn"] = "row => row.free ? 'ybz-mark' : ''"
    by_name = {one["name"]: one for one in found["fields"]}
    made.on("evidence", lambda event: _evidence(seat, found["name"], by_name[event.args["name"]]))


def _row(item: Any, seat: Seat) -> dict[str, Any]:
    say = seat.say
    marks = [
        say("敏感个人信息", "sensitive")
        if item["sensitive"]
        else say("个人信息", "personal")
        if item["personal"]
        else "",
        say("必填", "required") if item["required"] else "",
    ]
    limits = (
        f"{plain(item['minimum'])} – {plain(item['maximum'])}"
        if item["minimum"] is not None or item["maximum"] is not None
        else ""
    )
    told_of = (item["description"] or "").rstrip("。. ")
    notes = [say("、", ", ").join(item["values"]), limits, told_of, *marks]
    return {
        "name": item["name"],
        "title": item["title"] or item["name"],
        "type": told(TYPES, item["type"], say),
        "sharing": told(SHARING, item["sharing"], say),
        "sharing_tone": SHARING_TONES.get(item["sharing"], "calm"),
        "free": item["sharing"] == "unconditional",
        "grade": level(item["grade"], say),
        "grade_tone": level_tone(item["grade"]),
        "use": told(USES, item["use"], say),
        "values": say("；", "; ").join(note for note in notes if note) or "—",
    }


async def _evidence(seat: Seat, dataset_name: str, item: Any) -> None:
    """Why an item has its level; what was found in its rows, for those who may read it."""
    say = seat.say
    what = say(
        f"“{item['title']}”为什么是 {item['grade']} 级（{harm(item['grade'], say)}）",
        f"Why “{item['title']}” has level {item['grade']} ({harm(item['grade'], say)})",
    )
    with named_dialog(what) as dialog, ui.card().classes("ybz-dialog"):
        Words("h2", what).classes("ybz-subtitle")
        heading(say("规则依据（就高从严）", "Rules, the strictest first"), 3)
        with ui.element("ul").classes("ybz-lines"):
            for each in item["grounds"]:
                with ui.element("li"):
                    badge(level(each["grade"], say), level_tone(each["grade"]))
                    ui.label(ground(each["why"], say))
                    ui.label(basis(each["source"], say)).classes("ybz-fine")
        heading(say("数据中检测到的证据", "Found in the rows"), 3)
        await _found(seat, dataset_name, item["name"])
        ui.button(say("关闭", "Close"), on_click=dialog.close).props("unelevated autofocus")
    dialog.on("hide", dialog.delete)
    dialog.open()


async def _found(seat: Seat, dataset_name: str, name: str) -> None:
    say = seat.say
    not_for_them = say(
        "检测证据由数源部门、主管部门和审计监督查看。",
        "What was found is for the department, the authority and auditors.",
    )
    if not seat.may(Act.DETAIL_READ):
        ui.label(not_for_them)
        return
    try:
        graded = await seat.calls.get(f"/v1/classification/datasets/{dataset_name}")
    except Declined as declined:
        if declined.status not in (403, 404):
            raise
        ui.label(not_for_them)
        return
    (field,) = (one for one in graded["fields"] if one["field"] == name)
    if not field["found"]:
        ui.label(say("没有检测到需要更高级别的内容。", "Nothing was found that asks for a level."))
    with ui.element("ul").classes("ybz-lines"):
        for one in field["found"]:
            with ui.element("li"):
                badge(level(one["grade"], say), level_tone(one["grade"]))
                ui.label(f"{one['kind']} · {say('把握', 'certainty')} {share(one['score'])}")
                ui.label(_counted(one["evidence"], seat)).classes("ybz-fine")


def _counted(evidence: Any, seat: Seat) -> str:
    """The counts of a finding; never a value."""
    say = seat.say
    said = [say(f"抽检 {evidence['sample']:,} 行", f"{evidence['sample']:,} rows looked at")]
    if "share" in evidence:
        said.append(say(f"符合 {share(evidence['share'])}", f"{share(evidence['share'])} match"))
    if "checked_share" in evidence:
        passed = share(evidence["checked_share"])
        said.append(say(f"校验位正确 {passed}", f"{passed} with a right check digit"))
    if evidence.get("name_match"):
        said.append(say("列名相符", "the heading fits"))
    return say("，", ", ").join(said)


def _joins(seat: Seat, found: Document) -> None:
    heading(seat.say("声明的关联", "Declared joins"))
    with ui.element("ul").classes("ybz-lines"):
        for one in found["joins"]:
            with ui.element("li"):
                ui.label(f"{one['field']} ↔ {one['with']}")
