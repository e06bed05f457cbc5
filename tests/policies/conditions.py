"""Random conditions of use, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from policies.price_terms import ProductPrice, Tier, TrialFee, Unit
from policies.time_windows import TimeWindow, Weekday
from policies.usage_terms import (
    BreachKind,
    BreachTerm,
    Consequence,
    InCharge,
    Measure,
    Per,
    Rate,
    Retention,
    Spending,
    Volume,
)

NETWORKS = ("10.0.0.0/8", "192.168.7.0/24", "2001:db8::/32", "203.0.113.9/32")
persons = st.sampled_from(["张磊", "周敏", "李 强", "Wang"])
regions = st.sampled_from(["", "99", "9901", "990102", "990102001", "990102001003"])


@st.composite
def time_windows(draw: st.DrawFn) -> TimeWindow:
    """Any time window that can be built."""
    begin = draw(st.integers(0, 1439))
    days = draw(st.frozensets(st.sampled_from(Weekday), min_size=1))
    return TimeWindow(days, begin, draw(st.integers(begin + 1, 1440)))


spendings = st.none() | st.builds(
    Spending, st.floats(1e-9, 5.0), st.sampled_from([Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR])
)


@st.composite
def breach_terms(draw: st.DrawFn, of: BreachKind) -> BreachTerm:
    """Any consequence of one kind of breach."""
    then = draw(st.sampled_from(Consequence))
    return BreachTerm(
        of,
        then,
        draw(st.integers(1, 20)) if of is BreachKind.SCOPE else 1,
        draw(st.integers(0, 50)) if then is Consequence.CAP else 0,
    )


@st.composite
def price_terms(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of terms that are prices."""
    products = draw(st.lists(st.sampled_from(["query", "list", "verification", "supply"]), unique=True))
    above = sorted(draw(st.sets(st.integers(1, 10**6), max_size=3)))
    percent = st.integers(0, 100)
    return {
        "prices": tuple(
            ProductPrice(name, draw(st.integers(0, 10**6)), draw(st.sampled_from(Unit))) for name in products
        ),
        "trial_fee": draw(st.none() | st.builds(TrialFee, percent, st.integers(1, 24))),
        "tiers": tuple(Tier(number, draw(percent)) for number in above),
    }


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of terms that are conditions of use."""
    rated = draw(st.lists(st.sampled_from([Per.MINUTE, Per.HOUR, Per.DAY]), unique=True))
    measured = draw(
        st.lists(
            st.tuples(st.sampled_from(Measure), st.sampled_from([Per.DAY, Per.MONTH, Per.TERM])), unique=True
        )
    )
    broken = draw(st.lists(st.sampled_from(BreachKind), unique=True))
    days = st.integers(1, 400)
    return {
        "hours": tuple(draw(st.lists(time_windows(), max_size=3, unique=True))),
        "networks": tuple(draw(st.lists(st.sampled_from(NETWORKS), unique=True))),
        "rates": tuple(Rate(draw(st.integers(1, 10**6)), per) for per in rated),
        "volumes": tuple(Volume(draw(st.integers(1, 10**9)), of, per) for of, per in measured),
        "retention": draw(st.none() | st.builds(Retention, days, days)),
        "breach": tuple(draw(breach_terms(of)) for of in broken),
        **draw(price_terms()),
        "in_charge": draw(st.none() | st.builds(InCharge, persons, persons)),
    }
