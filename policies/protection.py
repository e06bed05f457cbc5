"""What an owner or a grant asks of a dataset, column by column and as a whole 使用约束.

Decides which statements can be made; every one is enforced at the place ``docs/terms.md`` names. A
value left at its default states nothing. How several statements go together is decided by
:mod:`policies.composition`.

Source: the union of AWS Clean Rooms analysis rules, Snowflake aggregation, projection and join
policies, and SCQL column constraints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from policies.masking import Mask


class Visibility(StrEnum):
    """In which form the values of a column may stand in an answer; an unknown form is denied."""

    PLAIN = "plain"  # in every form its declared use has
    AFTER_JOIN = "after_join"  # only of rows that found a partner by this very column
    JOIN_PAYLOAD = "join_payload"  # only of rows that found a partner in another dataset
    AFTER_GROUP_BY = "after_group_by"  # only as what rows are grouped by
    AFTER_AGGREGATE = "after_aggregate"  # only inside one of the listed aggregates
    AFTER_COMPARE = "after_compare"  # only as the outcome of a comparison with a constant
    RANK_ONLY = "rank_only"  # only as the order of groups, never as a figure
    DENY = "deny"


class Role(StrEnum):
    """What a column may serve as in a query."""

    JOIN_KEY = "join_key"
    DIMENSION = "dimension"  # shown or grouped by
    MEASURE = "measure"  # inside an aggregate
    FILTER = "filter"  # in a condition over rows


ROLES: Final = frozenset(Role)
FILTER_ONLY: Final = frozenset({Role.FILTER})
NEVER_OUTPUT: Final = ROLES - {Role.DIMENSION}

# Aggregates that `after_aggregate` can list.
AGGREGATE_NAMES: Final = frozenset(
    {"count", "count_distinct", "sum", "avg", "stddev", "variance", "corr", "min", "max"}
)


class OnBreach(StrEnum):
    """What happens where a column is used otherwise than allowed."""

    FAIL = "fail"  # the query is refused
    NULLIFY = "nullify"  # the column reads NULL there
    MASK = "mask"  # only its ends show there
    GENERALISE = "generalise"  # it is coarser there


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What is asked of one column.

    Attributes:
        name: of the field.
        visibility: in which form its values may stand in an answer.
        aggregates: with ``after_aggregate`` the aggregates it may stand in; else empty.
        roles: what it may serve as.
        functions: scalar functions it may be passed to, in upper case; None states nothing.
        on_breach: what happens where it is used otherwise.
        mask: with ``mask``, how many characters show at each end.
        generalise: with ``generalise``, the coarser form: ``year`` … ``day`` of a time, the number of
            leading characters of a text, the step of a number.
    """

    name: str
    visibility: Visibility = Visibility.PLAIN
    aggregates: frozenset[str] = frozenset()
    roles: frozenset[Role] = ROLES
    functions: frozenset[str] | None = None
    on_breach: OnBreach = OnBreach.FAIL
    mask: Mask | None = None
    generalise: str = ""

    def __post_init__(self) -> None:
        if (self.visibility is Visibility.AFTER_AGGREGATE) != bool(self.aggregates):
            raise ValueError(f"{self.name}: after_aggregate lists its aggregates, and nothing else does")
        if not self.aggregates <= AGGREGATE_NAMES:
            raise ValueError(f"{self.name}: aggregates are among {', '.join(sorted(AGGREGATE_NAMES))}")
        if (self.on_breach is OnBreach.MASK) != (self.mask is not None):
            raise ValueError(f"{self.name}: a mask goes with on_breach mask")
        if self.mask is not None and min(self.mask.first, self.mask.last) < 0:
            raise ValueError(f"{self.name}: a mask shows no fewer than 0 characters")
        if (self.on_breach is OnBreach.GENERALISE) != bool(self.generalise):
            raise ValueError(f"{self.name}: a coarser form goes with on_breach generalise")
        if self.functions is not None and any(name != name.upper() for name in self.functions):
            raise ValueError(f"{self.name}: scalar functions are named in upper case")

    @property
    def silent(self) -> bool:
        """Whether it asks for nothing."""
        return self == ColumnRule(self.name)


class SmallGroups(StrEnum):
    """What becomes of groups too small to show; from the least to the most protective."""

    REMAINDER = "remainder"  # merged into one row without keys, which is large enough itself
    NULL = "null"  # every group a public list of keys allows is there, the small ones without figures
    DROP = "drop"  # left out


class Analysis(StrEnum):
    """What may be done with a dataset."""

    AGGREGATE = "aggregate"  # figures through the query gateway
    LIST = "list"  # rows, as granted, to departments
    MASKED_LIST = "masked_list"  # rows with masked identifiers, to departments
    VERIFY = "verify"  # 核验: match, mismatch or not found for given records


ANALYSES: Final = frozenset(Analysis)


class Demand(StrEnum):
    """Whether something is asked for, left open or excluded."""

    REQUIRED = "required"
    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    NEVER = "never"  # asked for and excluded at once: nothing satisfies it


@dataclass(frozen=True, slots=True)
class JoinRule:
    """What is asked of the joins of a dataset.

    Attributes:
        demand: whether a query joins it: must, may, must not.
        partners: datasets it may be joined with; None states nothing.
        keys: its fields it may be joined on; None states nothing.
        types: kinds of join: ``inner``, ``left``; None states nothing.
    """

    demand: Demand = Demand.ALLOWED
    partners: frozenset[str] | None = None
    keys: frozenset[str] | None = None
    types: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.types is not None and not self.types <= {"inner", "left"}:
            raise ValueError("joins are inner or left")


@dataclass(frozen=True, slots=True)
class TableRule:
    """What is asked of a dataset as a whole.

    Attributes:
        min_group: fewest rows a figure may rest on; 0 states nothing.
        min_distinct: fewest distinct values of a field a figure may rest on, by field.
        small_groups: what becomes of smaller ones; None states nothing, and they are left out.
        join: what is asked of its joins.
        analyses: what may be done with it.
        templates: digests of the queries that may be asked; None leaves the text free.
        receivers: codes of the organisations that may receive results; None states nothing.
        follow_on: whether answers are analysed further within the query: must, may, must not.
    """

    min_group: int = 0
    min_distinct: tuple[tuple[str, int], ...] = ()
    small_groups: SmallGroups | None = None
    join: JoinRule = field(default_factory=JoinRule)
    analyses: frozenset[Analysis] = ANALYSES
    templates: frozenset[str] | None = None
    receivers: frozenset[str] | None = None
    follow_on: Demand = Demand.ALLOWED

    def __post_init__(self) -> None:
        if self.min_group < 0 or any(least < 1 for _, least in self.min_distinct):
            raise ValueError("group sizes are positive")
        names = [name for name, _ in self.min_distinct]
        if names != sorted(set(names)):
            raise ValueError("min_distinct names each field once, in order")

    @property
    def silent(self) -> bool:
        """Whether it asks for nothing."""
        return self == TableRule()


@dataclass(frozen=True, slots=True)
class DatasetRules:
    """Everything asked of one dataset, by its owner or by a grant.

    Attributes:
        columns: rules of fields, each named once, in order of their names.
        unlisted: visibility of every other field: ``plain`` or ``deny``.
        table: what is asked of the whole.
    """

    columns: tuple[ColumnRule, ...] = ()
    unlisted: Visibility = Visibility.PLAIN
    table: TableRule = field(default_factory=TableRule)

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.columns]
        if names != sorted(set(names)):
            raise ValueError("every field has one rule, in order of names")
        if self.unlisted not in (Visibility.PLAIN, Visibility.DENY):
            raise ValueError("fields without a rule are plain or denied")

    def column(self, name: str) -> ColumnRule:
        """The rule of a field, its own or that of unlisted ones."""
        for rule in self.columns:
            if rule.name == name:
                return rule
        return ColumnRule(name, self.unlisted)
