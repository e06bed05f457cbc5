"""The trend of a score as coordinates of a small drawing.

Decides the scale and where the dots stand; the page draws them. A release that was not assessed leaves a
gap, it is never drawn as nought or as full marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from catalog.quality.wording import points
from policies.clocks import local_date

WIDTH: Final = 640
HEIGHT: Final = 170
_LEFT: Final = 44
_RIGHT: Final = 12
_TOP: Final = 22
_BOTTOM: Final = 28
# Between the ends of the scale and the outer dots, so that labels do not touch the scale's own.
_INSET: Final = 22
# Dots that get a label of their own at most; the others would touch.
_LABELS: Final = 8


@dataclass(frozen=True, slots=True)
class Dot:
    """One release in the drawing; coordinates in pixels from the top left."""

    x: float
    y: float
    label: str
    day: str
    last: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn trend.

    Attributes:
        lines: stretches without a gap, each as the points of a polyline.
        dots: one an assessed release.
        ticks: height and label of the scale's lines.
        width, height: of the drawing, in pixels.
        left, right: ends of the scale's lines.
    """

    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def chart(trend: Sequence[dict[str, Any]]) -> Chart | None:
    """The drawing of a trend, the oldest release first; None with fewer than two assessed releases."""
    scores = [each["score"] for each in trend]
    known = [score for score in scores if score is not None]
    if len(known) < 2:
        return None
    low = max(0.0, int(min(known) * 20 - 1) / 20)
    first, wide = _LEFT + _INSET, WIDTH - _LEFT - _RIGHT - 2 * _INSET
    places = [first + n * wide / (len(trend) - 1) for n in range(len(trend))]

    def height(score: float) -> float:
        return round(_TOP + (1 - score) / (1 - low) * (HEIGHT - _TOP - _BOTTOM), 1)

    every = max(1, len(trend) // _LABELS)
    dots: list[Dot] = []
    lines: list[list[str]] = []
    stretch: list[str] = []
    for n, (x, each) in enumerate(zip(places, trend, strict=True)):
        if each["score"] is None:
            lines.append(stretch)
            stretch = []
            continue
        y, last = height(each["score"]), n == len(trend) - 1
        stretch.append(f"{x:.1f},{y}")
        shown = last or (n % every == 0 and len(trend) - 1 - n >= every)
        day = f"{local_date(datetime.fromisoformat(each['published_at'])):%m-%d}" if shown else ""
        dots.append(Dot(round(x, 1), y, points(each["score"]) if shown else "", day, last))
    drawn = tuple(" ".join(part) for part in (*lines, stretch) if len(part) > 1)
    middle = (1 + low) / 2
    return Chart(drawn, tuple(dots), tuple((height(s), f"{s * 100:g}") for s in (low, middle, 1.0)))
