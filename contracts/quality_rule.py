"""A rule of quality 质量规则 a contract states of its rows.

Decides what a well-formed rule is. Whether rows keep it is judged by :mod:`contracts.conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import ContractError
from contracts.vocabulary import (
    Action,
    Dimension,
    RuleKind,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One quality rule.

    Attributes:
        id: stable within the contract, e.g. ``q_id_card_check_digit``.
        kind: see :class:`RuleKind`.
        fields: the columns it reads; ``compare`` reads two.
        args: by kind — allowed ``{values}``; range ``{minimum, maximum}``; length ``{minimum, maximum}``;
            pattern ``{regex}``; check_digit ``{code}``; compare ``{operator}`` (``<``, ``<=``, ``=``);
            row_count ``{minimum, maximum}`` rows, ``{shrink, grow}`` shares of the former release's;
            freshness ``{cycle}``; reference ``{dataset, fields}``; agreement ``{dataset, on: {field:
            other}, value}``, its one field compared with ``value`` of the other dataset; coordinates
            ``{crs}`` of longitude and latitude; order ``{by}``: its field does not fall along the
            others of one ``by``; period_count ``{grain, minimum, maximum}`` rows per period; the
            others none.
        dimension: of GB/T 36344.
        action: what a breach does.
        tolerance: share of the evaluated items that may break the rule before it counts as broken.
        indicator: code of GB/T 36344 (``0301``) where it is not the usual one of the kind.
        description: one sentence a steward reads.
        extra: ODCS keys we do not interpret, kept for writing back.
    """

    id: str
    kind: RuleKind
    fields: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    dimension: Dimension = Dimension.CONFORMITY
    action: Action = Action.WARN
    tolerance: float = 0.0
    indicator: str | None = None
    description: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance < 1:
            raise ContractError(f"rule {self.id}: tolerance is no share", remedy="write 0 or more, below 1")
