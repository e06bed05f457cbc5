"""What the words of the table of items mean, for whoever reads it the first time."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from space.console.language import Language
from space.console.pages.catalogue.words import harm, level
from space.console.parts.words import Words, facts

# Word of the table, and what it means.
_MEANT: Final = (
    (("无条件共享", "unconditional"), ("提出申请即可使用", "to be had for the asking")),
    (
        ("有条件共享", "on conditions"),
        ("申请时写明用途，由负责单位同意", "asked for a purpose; its department permits"),
    ),
    (("不予共享", "withheld"), ("不向其他部门提供", "not for other departments")),
    (
        ("标识", "identifier"),
        ("只用来把几个数据集对上、数个数，不显示值", "joins datasets and is counted; never shown"),
    ),
    (("维度", "dimension"), ("可按它分组统计，例如按区县", "groups are made by it, such as by district")),
    (("度量", "measure"), ("可求和、求平均", "is summed or averaged")),
    (("时间", "time"), ("按规定的粒度使用，例如按月", "used at its grain, such as by month")),
    (("筛选", "filter"), ("只能与给定的值比较，用来限定范围", "narrows by comparison with constants")),
    (("不出库", "never leaves"), ("不参与任何查询结果", "is part of no answer")),
)


def legend(say: Language) -> None:
    """A list that is opened by whoever needs it."""
    levels = say("；", "; ").join(f"{level(each, say)} {harm(each, say)}" for each in range(1, 5))
    with ui.element("details").classes("ybz-legend"):
        Words("summary", say("表里的词是什么意思", "What the words of the table mean"))
        facts(
            [
                *((say(*word), say(*meaning)) for word, meaning in _MEANT),
                (
                    say("级别", "level"),
                    say(
                        f"一旦泄露或滥用，对个人、组织的危害：{levels}",
                        f"the most harm of misuse to persons or firms: {levels}",
                    ),
                ),
            ]
        )
