"""Dirt, masks and widths: what happens to a value between the counter and the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Twist:
    """A change of values and what it makes hard."""

    change: Callable[[Random, str], str]
    challenge: str


def _wide(r: Random, value: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)


def _some_wide(r: Random, value: str) -> str:
    return _wide(r, value) if r.random() < 0.4 else value


def _dirty(r: Random, value: str) -> str:
    luck = r.random()
    if luck < 0.08:
        return r.choice(("/", "无", "不详", "——", "待补", "?", "同上"))
    if luck < 0.22:
        return f" {value} "
    if luck < 0.32:
        return f"'{value}"
    if luck < 0.4:
        return value + r.choice(("（已核）", "?", "、", "。", "(旧)"))
    return value


def _starred(front: int, back: int) -> Callable[[Random, str], str]:
    def change(r: Random, value: str) -> str:
        if len(value) <= front + back:
            return value[:1] + "*" * (len(value) - 1)
        return value[:front] + "*" * (len(value) - front - back) + (value[-back:] if back else "")

    return change


def _short_name(r: Random, value: str) -> str:
    return value[0] + "*" * (len(value) - 1)


def _spaced(r: Random, value: str) -> str:
    return " ".join(value[k : k + 4] for k in range(0, len(value), 4))


WIDE: Final = Twist(_wide, "width")
HALF_WIDE: Final = Twist(_some_wide, "width")
DIRTY: Final = Twist(_dirty, "dirty")
NAME: Final = Twist(_short_name, "masked")
ID: Final = Twist(_starred(6, 4), "masked")
ENDS: Final = Twist(_starred(1, 1), "masked")
PHONE: Final = Twist(_starred(3, 4), "masked")
CARD: Final = Twist(_starred(4, 4), "masked")
FRONT: Final = Twist(_starred(4, 0), "masked")
SPACED: Final = Twist(_spaced, "dirty")
