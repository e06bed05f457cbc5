"""Words of the monthly report, in Chinese and in English.

Decides how figures, reasons and moves read on the page. What they are is :mod:`catalog.reporting.content`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

CHINESE: Final = "zh"
ENGLISH: Final = "en"

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "heading": ("公共数据“一本账”月报", "Monthly report of the ledger of public data"),
    "whole_city": ("全市", "The whole city"),
    "draft": ("第 {} 稿，申辩期至 {}", "draft {}, replies until {}"),
    "provisional": ("（暂定）", " (provisional)"),
    "closed": ("已定稿", "closed"),
    "running": ("本月未结束，数据截至 {}", "the month still runs: as of {}"),
    "judged": ("数据截至 {}", "as of {}"),
    "balance": ("账期平衡", "Balance of the period"),
    "balanced": ("平衡", "balanced"),
    "unbalanced": ("不平衡，{} 项未说明", "not balanced, {} not explained"),
    "systems": ("系统", "systems"),
    "tables": ("库表", "tables"),
    "entries": ("目录", "entries"),
    "live": ("挂接", "live"),
    "shared": ("共享", "shared"),
    "used": ("使用", "used"),
    "figures": ("主要指标", "Figures"),
    "not_assessed": ("未评价", "not assessed"),
    "ranking": ("部门排名", "Ranking of departments"),
    "rank": ("名次", "rank"),
    "department": ("部门", "department"),
    "points": ("得分", "points"),
    "moved": ("比上月", "to last month"),
    "accounted": ("应编尽编", "accounted for"),
    "linked": ("挂接", "linked"),
    "timely": ("更新及时", "on time"),
    "quality": ("质量", "quality"),
    "duties": ("按期办理", "duties on time"),
    "method": (
        "计分办法：{} 按权重加权平均，满分 100 分；不能评价的指标不计，其余按比例加权；"
        "可评价权重不足 {} 的不排名，得分相同的名次相同。",
        "Method: weighted mean of {}, of 100 points; what cannot be assessed is left out and the others weigh"
        " the more; without rank where less than {} of the weight is assessed; equal points share a rank.",
    ),
    "weight": ("{}{:g}%", "{} {:g}%"),
    "losses": ("失分原因", "Reasons for lost points"),
    "lost": ("失分", "lost"),
    "indicator": ("指标", "indicator"),
    "items": ("明细", "items"),
    "unnamed": ("名称只告知所属部门", "named to their own department alone"),
    "changes": ("与上月相比", "Changes to last month"),
    "no_former": ("上月没有月报，无从比较。", "There is no report of last month to compare with."),
    "no_changes": ("名次和得分没有变化。", "No rank and no points changed."),
    "first_time": ("首次排名", "ranked for the first time"),
    "rank_move": ("第 {} 名 → 第 {} 名", "rank {} → {}"),
    "replies": ("部门申辩", "Replies of departments"),
    "no_replies": ("没有部门申辩。", "No department replied."),
    "old_draft": ("（针对前一稿）", " (to an earlier draft)"),
    "no_losses": ("没有失分。", "No points were lost."),
    "more": ("另有 {} 项，见月报的数据", "and {} more in the data of the report"),
    "table_open": ("既未编目也未排除", "neither catalogued nor excluded"),
    "entry_without_table": ("没有对应库表", "no table stands behind it"),
    "input_without_table": ("来源没有对应库表", "an input of it stands on nothing"),
    "not_linked": ("没有测试过的挂接资源", "no link of it was tested"),
    "link_dead": ("挂接资源不可用", "its link does not live"),
    "late": ("距上次更新天数/允许天数", "days since the last release / allowed"),
    "quality_item": ("质量得分", "quality"),
    "duty_late": ("逾期", "not done by its last day"),
    "footer": (
        "只含统计数；涉及个人和企业的计数按公开口径给出。"
        "逐项明细见指标的明细行；申辩写在月报的答复里。",
        "Counts only; counts of persons and enterprises are the public ones. The rows behind a"
        " figure stand with the figure; replies with the report.",
    ),
}  # fmt: skip


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = 0 if language == CHINESE else 1

    def __call__(self, key: str, *values: Any) -> str:
        """The words of a key, with values filled in."""
        text = _WORDS[key][self._place]
        return text.format(*values) if values else text

    def figure(self, figure: Mapping[str, Any]) -> tuple[str, str]:
        """Title and value of a headline figure."""
        title = figure["title"] if self.language == CHINESE else figure["title_en"]
        value, unit = figure["value"], figure["unit"]
        if value is None:
            return title, self("not_assessed")
        return (
            title,
            f"{value:.1%}" if unit == "share" else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}",
        )

    def item(self, item: Sequence[str], most: int) -> str:
        """What points were lost for: a name, the reason, a detail."""
        name, code, detail = item
        reason = self("quality_item" if code == "quality" else code) if code else ""
        return f"{cut(name, most)}（{reason}{' ' if detail else ''}{detail}）"

    def method(self, method: Mapping[str, Any]) -> str:
        """How points come about."""
        joint = "、" if self.language == CHINESE else ", "
        weights = joint.join(self("weight", self(name), w) for name, w in method["weights"].items())
        return self("method", weights, f"{method['least_assessed']:.0%}")

    def rank_move(self, change: Mapping[str, Any]) -> str:
        """How a rank moved."""
        if change["former_rank"] is None:
            return self("first_time") if change["rank"] is not None else self("not_assessed")
        if change["rank"] is None:
            return self("not_assessed")
        return self("rank_move", change["former_rank"], change["rank"])


def share(value: float | None) -> str:
    """A value of 0–1 as a whole percentage; a dash where it was not assessed."""
    return "—" if value is None else f"{value:.0%}"


def points(value: float | None) -> str:
    """Points of 100; a dash where there are none."""
    return "—" if value is None else f"{value:.1f}"


def moved(value: float | None) -> str:
    """A move of points with its direction; nothing where it is not known."""
    if value is None:
        return ""
    return f"{'▲' if value > 0 else '▼' if value < 0 else '—'}{abs(value):.1f}"


def cut(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"
