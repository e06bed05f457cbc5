"""Random rules of a dataset, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from policies.masking import Mask
from policies.protection import (
    AGGREGATE_NAMES,
    Analysis,
    ColumnRule,
    DatasetRules,
    Demand,
    JoinRule,
    OnBreach,
    Role,
    SmallGroups,
    TableRule,
    Visibility,
)

NAMES = ("a", "b", "c")


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str] | None]:
    """No statement, or some of these."""
    return st.none() | st.frozensets(st.sampled_from(values))


@st.composite
def column_rules(draw: st.DrawFn, name: str) -> ColumnRule:
    """Any rule of a column that can be built."""
    visibility = draw(st.sampled_from(Visibility))
    on_breach = draw(st.sampled_from(OnBreach))
    sizes = st.integers(0, 6)
    return ColumnRule(
        name=name,
        visibility=visibility,
        aggregates=(
            draw(st.frozensets(st.sampled_from(sorted(AGGREGATE_NAMES)), min_size=1))
            if visibility is Visibility.AFTER_AGGREGATE
            else frozenset()
        ),
        roles=draw(st.frozensets(st.sampled_from(Role))),
        functions=draw(some(("YEAR", "LEFT", "CAST"))),
        on_breach=on_breach,
        mask=draw(st.builds(Mask, sizes, sizes)) if on_breach is OnBreach.MASK else None,
        generalise=(
            draw(st.sampled_from(["year", "quarter", "month", "2", "4"]))
            if on_breach is OnBreach.GENERALISE
            else ""
        ),
    )


@st.composite
def dataset_rules(draw: st.DrawFn) -> DatasetRules:
    """Any rules of a dataset that can be built."""
    chosen = sorted(draw(st.frozensets(st.sampled_from(NAMES))))
    least = sorted(draw(st.frozensets(st.sampled_from(NAMES))))
    return DatasetRules(
        columns=tuple(draw(column_rules(name)) for name in chosen),
        unlisted=draw(st.sampled_from([Visibility.PLAIN, Visibility.DENY])),
        table=TableRule(
            min_group=draw(st.integers(0, 50)),
            min_distinct=tuple((name, draw(st.integers(1, 20))) for name in least),
            small_groups=draw(st.none() | st.sampled_from(SmallGroups)),
            join=JoinRule(
                demand=draw(st.sampled_from(Demand)),
                partners=draw(some(("x.a", "x.b"))),
                keys=draw(some(NAMES)),
                types=draw(some(("inner", "left"))),
            ),
            analyses=draw(st.frozensets(st.sampled_from(Analysis))),
            templates=draw(some(("0" * 64, "1" * 64))),
            receivers=draw(some(("11990100", "91990100"))),
            follow_on=draw(st.sampled_from(Demand)),
        ),
    )
