"""Schemes of evaluation 评价方案: what is measured, what it weighs, and the score that follows.

Decides a score from figures by a dated scheme (``rules/evaluation.yaml``), and what a payment that is bound
to a result (效果付费) loses by it. Counts nothing itself: figures are given in, as whole numbers, and no
rounding happens before the last step, so that both sides come to the same hundredth and the same fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Literal

from policies.rulebook import NATIONAL, RuleError, rule

FILE: Final = "evaluation"
Direction = Literal["higher", "lower"]
# A figure that stands this far up its scale has the whole score.
FULL: Final = 100


class Judge(StrEnum):
    """In which office somebody acts on an evaluation."""

    AUTHORITY = "authority"  # 数据主管部门: opens, publishes, answers, freezes
    SELF = "self"  # 自评: the one that is evaluated
    USER = "user"  # 用户评价: who used what is evaluated
    THIRD_PARTY = "third_party"  # 第三方评价: neither


class Subject(StrEnum):
    """What is evaluated."""

    AGREEMENT = "agreement"
    SCENARIO = "scenario"
    OPERATOR = "operator"
    DATASET = "dataset"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, as it was counted.

    Attributes:
        value: numerator; of a count, the count.
        of: denominator; None for a count.
        sample: cases behind it, which the minimum is held against.
    """

    value: int
    of: int | None
    sample: int

    @property
    def ratio(self) -> Fraction | None:
        """Its exact value; None where nothing could be counted."""
        if self.of is None:
            return Fraction(self.value)
        return None if self.of == 0 else Fraction(self.value, self.of)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {"value": self.value, "of": self.of, "sample": self.sample}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator 指标 of a scheme.

    Attributes:
        code: within the scheme.
        title: Chinese.
        weight: whole number, against those of the others.
        figure: source figure, of the rule ``figures``.
        direction: whether more or less of it is better.
        minimum: least sample; below it the indicator is left out.
        worst, best: ends of its scale: 0 and 100 points.
    """

    code: str
    title: str
    weight: int
    figure: str
    direction: Direction
    minimum: int
    worst: Fraction
    best: Fraction

    def __post_init__(self) -> None:
        if self.weight <= 0 or self.minimum < 1:
            raise RuleError(f"{self.code}: weight and minimum sample are 1 or more")
        if self.direction not in ("higher", "lower"):
            raise RuleError(f"{self.code}: the direction is higher or lower")
        if (self.best > self.worst) != (self.direction == "higher") or self.best == self.worst:
            raise RuleError(
                f"{self.code}: the ends of the scale stand against the direction {self.direction}"
            )

    def points(self, value: Fraction) -> Fraction:
        """0–100: where the value stands between worst and best."""
        return FULL * min(Fraction(1), max(Fraction(0), (value - self.worst) / (self.best - self.worst)))


@dataclass(frozen=True, slots=True)
class Scheme:
    """A dated scheme.

    Attributes:
        code, title: of the scheme.
        subject: what it evaluates.
        periods: ``quarter``, ``year``.
        indicators: in the order of the rule.
        source, valid_from: of the rule.
    """

    code: str
    title: str
    subject: Subject
    periods: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    source: str
    valid_from: date

    def indicator(self, code: str) -> Indicator | None:
        """The indicator of that code, or None."""
        return next((each for each in self.indicators if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Bond:
    """A share of payment bound to a result 效果付费.

    Attributes:
        share_percent: of each amount that is bound.
        direction: of the indicator.
        target: from which on the result is reached.
        floor: where nothing of the bound share is due; between floor and target it is due in proportion.
            None = all or nothing.
    """

    share_percent: int
    direction: Direction
    target: Fraction
    floor: Fraction | None = None

    def earned(self, value: Fraction) -> Fraction:
        """What part of the bound share is due, 0–1.

        >>> Bond(10, "higher", Fraction(99, 100), Fraction(95, 100)).earned(Fraction(97, 100))
        Fraction(1, 2)
        """
        sign = 1 if self.direction == "higher" else -1
        if sign * value >= sign * self.target:
            return Fraction(1)
        if self.floor is None:
            return Fraction(0)
        return max(Fraction(0), (value - self.floor) / (self.target - self.floor))

    def credit_fen(self, amount_fen: int, value: Fraction) -> int:
        """What is taken off an amount, whole fen, rounded down.

        >>> Bond(10, "higher", Fraction(99, 100)).credit_fen(12345, Fraction(98, 100))
        1234
        """
        return int(amount_fen * Fraction(self.share_percent, 100) * (1 - self.earned(value)))


def scheme(code: str, on: date, place: str = NATIONAL) -> Scheme:
    """The scheme of that code that is in force on a day.

    Raises:
        RuleError: there is none, or it is faulty.
    """
    row = rule(FILE, f"scheme/{code}", on, place)
    known = rule(FILE, "figures", on, place).value
    indicators = tuple(_indicator(each, stated, known) for each, stated in row.value["indicators"].items())
    value: Mapping[str, Any] = row.value
    return Scheme(
        code, value["title"], Subject(value["subject"]), tuple(value["periods"]), indicators, row.source,
        row.valid_from,
    )  # fmt: skip


def fraction(stated: Any) -> Fraction:
    """A decimal of a rule or a document, exactly.

    Raises:
        ValueError: it is no number.
    """
    try:
        return Fraction(str(stated).strip())
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("a number is written like 0.95") from error


def scored(made: Scheme, figures: Mapping[str, Figure], set_aside: Mapping[str, str]) -> dict[str, Any]:
    """The score by a scheme, as a document that holds its own computation.

    Args:
        made: the scheme.
        figures: by name of the figure.
        set_aside: indicator → basis on which an answered objection leaves it out.

    Returns:
        ``score`` (text of two decimals, or None where nothing counts), ``weight`` that counted, and for each
        indicator its figure, points and, where it is left out, why.
    """
    told, total, weight = [], Fraction(0), 0
    for each in made.indicators:
        figure = figures[each.figure]
        left_out = _left_out(each, figure, set_aside)
        points = None
        if left_out is None:
            ratio = figure.ratio
            assert ratio is not None
            points = each.points(ratio)
            total, weight = total + points * each.weight, weight + each.weight
        told.append(
            {
                "code": each.code, "title": each.title, "weight": each.weight, "figure": each.figure,
                "direction": each.direction, "minimum": each.minimum, "worst": decimal(each.worst, 4),
                "best": decimal(each.best, 4), **figure.to_document(), "left_out": left_out,
                "points": None if points is None else decimal(points),
            }
        )  # fmt: skip
    return {
        "score": decimal(total / weight) if weight else None,
        "weight": weight,
        "indicators": told,
        "left_out": [one["code"] for one in told if one["left_out"]],
    }


def decimal(value: Fraction, places: int = 2) -> str:
    """A number to some decimals, half upwards.

    >>> decimal(Fraction(2, 3)), decimal(Fraction(1, 8)), decimal(Fraction(-1, 3))
    ('0.67', '0.13', '-0.33')
    """
    scaled = abs(value) * 10**places
    whole = int(scaled + Fraction(1, 2))
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}d}"


def _left_out(each: Indicator, figure: Figure, set_aside: Mapping[str, str]) -> str | None:
    if each.code in set_aside:
        return f"set aside after an objection: {set_aside[each.code]}"
    if figure.sample < each.minimum or figure.ratio is None:
        return f"its sample of {figure.sample} is below the minimum of {each.minimum}"
    return None


def _indicator(code: str, stated: Mapping[str, Any], known: Mapping[str, Any]) -> Indicator:
    if stated.get("figure") not in known:
        raise RuleError(f"{code}: its figure is not among the figures of the rule `figures`")
    return Indicator(
        code, stated["title"], int(stated["weight"]), stated["figure"], stated["direction"],
        int(stated["minimum"]), fraction(stated["worst"]), fraction(stated["best"]),
    )  # fmt: skip
