"""Badges of a dataset: how it is shared, its level, whether its resource lives, its quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.catalogue.words import SHARING, SHARING_TONES, level, level_tone, told
from space.console.parts.figures import share
from space.console.parts.words import badge


def badges(dataset: Mapping[str, Any], say: Language) -> None:
    """All of them, in words; colour says it once more. A link nobody tested is told on its own page alone."""
    with ui.element("div").classes("ybz-row"):
        badge(told(SHARING, dataset["sharing"], say), SHARING_TONES.get(dataset["sharing"], "calm"))
        badge(level(dataset["grade"], say), level_tone(dataset["grade"]))
        if dataset["live"] is not None:
            badge(*living(dataset["live"], say))
        badge(*scored(dataset["quality"], say))
        if dataset.get("open"):
            badge(say("已向社会开放", "open to the public"), "good")


def living(tested: Mapping[str, Any] | None, say: Language) -> tuple[str, str]:
    """Whether its linked resource answered its last test, with the tone of a badge."""
    if tested is None:
        return say("未检测", "not tested"), "calm"
    return (say("挂接可用", "live"), "good") if tested["alive"] else (say("挂接不可用", "not live"), "bad")


def scored(quality: float | None, say: Language) -> tuple[str, str]:
    """Its public quality, with the tone of a badge."""
    if quality is None:
        return say("质量未评价", "quality not assessed"), "calm"
    tone = "good" if quality >= 0.9 else "warn" if quality >= 0.6 else "bad"
    return f"{say('质量', 'quality')} {share(quality, 0)}", tone


def rows(dataset: Mapping[str, Any], say: Language) -> str:
    """The public count of its rows."""
    if dataset["rows_withheld"]:
        return say("行数不公开（少于阈值）", "rows withheld")
    if dataset["rows"] is None:
        return say("还没有发布数据", "no release yet")
    return say(f"约 {dataset['rows']:,} 行", f"about {dataset['rows']:,} rows")
