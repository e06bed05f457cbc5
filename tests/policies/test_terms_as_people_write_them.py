"""Terms as a document, and back: nothing is lost, nothing unknown is read, and changes are told in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from policies import enforcement, odrl
from policies.enforcement import REGISTER, unenforced
from policies.odrl import OdrlError
from policies.terms import Budget, DatasetTerm, Disclosure, Mode, Terms
from policies.terms_form import differences, to_document
from policies.time_windows import time_window
from policies.usage_terms import (
    InCharge,
    Per,
    Rate,
    Retention,
    Spending,
    breach_term,
    network,
    period,
    rate,
    spending,
    volume,
    within_networks,
)
from space.granting.proposals import TermsUnreadable, read_terms
from tests.policies.test_odrl_agreements import all_terms

DAY = date(2026, 9, 24)
PLAIN = Terms(
    purpose="industry.research",
    datasets=(DatasetTerm("market.firms", ("industry", "capital"), "industry = '制造业'"),),
    mode=Mode.THRESHOLD,
    disclosure=Disclosure(10, 0.5, 10.0, 5),
    valid_from=DAY,
    valid_to=date(2027, 9, 23),
)
FULL = replace(
    PLAIN,
    hours=(time_window("mon-fri 08:30-18:00"),),
    networks=("10.2.0.0/16",),
    rates=(rate("60/minute"),),
    volumes=(volume("1000 cells/month"),),
    retention=Retention(30, 5),
    breach=(breach_term("scope 5/day: cap 10/day"),),
    in_charge=InCharge("张磊", "周敏"),
)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(terms=all_terms())
def test_a_complete_document_reads_as_the_terms_it_was_written_from(terms: Terms) -> None:
    document = json.loads(json.dumps(to_document(terms), ensure_ascii=False))
    if not all(term.columns for term in terms.datasets):
        return  # a file without columns is read, and refused when it is examined
    if terms.mode is not Mode.DP and terms.budget is not None:
        return  # stated in the other modes, a budget is dropped at reading

    assert read_terms(document, required=terms.mode, day=DAY) == terms


@settings(max_examples=25, derandomize=True, deadline=None)
@given(old=all_terms(), new=all_terms())
def test_two_terms_differ_in_words_exactly_where_they_are_not_the_same(old: Terms, new: Terms) -> None:
    assert differences(old, old) == ()
    names = [term.name for terms in (old, new) for term in terms.datasets]
    if len(set(names)) == len(names):  # one dataset opened twice has one place in the words
        assert bool(differences(old, new)) is (to_document(old) != to_document(new))


def test_what_a_counter_offer_changes_reads_like_this() -> None:
    other = replace(
        FULL,
        calls=500,
        datasets=(replace(FULL.datasets[0], columns=("industry",), row_filter="industry = '零售业'"),),
        rates=(Rate(30, Per.MINUTE),),
        retention=None,
    )

    assert set(differences(FULL, other)) == {
        "calls: 1000 → 500",
        "market.firms columns: − capital",
        "market.firms where: changed",
        "rates: + 30/minute",
        "rates: − 60/minute",
        "retention.days: − 30",
        "retention.proof_days: − 5",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hours", ["mon-fri 18:00-08:30"]),
        ("hours", ["someday 08:00-09:00"]),
        ("hours", "mon-fri 08:00-09:00"),
        ("networks", ["10.2.0.1/16"]),
        ("networks", ["everywhere"]),
        ("rates", ["60/second"]),
        ("rates", ["0/minute"]),
        ("rates", ["60/minute", "30/minute"]),
        ("volumes", ["10 tables/day"]),
        ("volumes", []),
        ("retention", {"days": 30}),
        ("retention", {"days": 0, "proof_days": 3}),
        ("breach", ["scope: suspend"]),
        ("breach", ["declared 5/day: suspend"]),
        ("breach", ["deletion: cap"]),
        ("breach", ["deletion: forgive"]),
        ("in_charge", {"manager": "张磊", "user": ""}),
        ("in_charge", {"manager": "张磊"}),
        ("budget", {"window": "0.1/minute"}),
        ("geofence", "990100"),
    ],
)
def test_what_does_not_read_as_a_term_is_refused_and_named(key: str, value: Any) -> None:
    document = to_document(replace(PLAIN, mode=Mode.DP, budget=Budget(0.5, 0.01, 1e-8))) | {key: value}

    with pytest.raises(TermsUnreadable) as told:
        read_terms(document, required=Mode.DP, day=DAY)
    assert key in str(told.value)


@pytest.mark.parametrize("region", ["9", "990", "九九", "99010"])
def test_a_region_is_a_level_of_divisions(region: str) -> None:
    with pytest.raises(ValueError, match="division"):
        DatasetTerm("a.b", ("c",), region=region)


def test_a_term_whose_enforcement_is_taken_away_can_be_neither_written_nor_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, document = odrl.write_terms(FULL), to_document(FULL)
    for term, key in (
        ("Terms.hours", "hours"),
        ("Terms.networks", "networks"),
        ("Terms.rates", "rates"),
        ("Rate.calls", "Rate.calls"),
        ("Terms.volumes", "volumes"),
        ("Terms.retention", "retention"),
        ("Terms.breach", "breach"),
        ("Terms.in_charge", "in_charge"),
        ("DatasetTerm.row_filter", "where"),
    ):
        with monkeypatch.context() as without:
            without.delitem(REGISTER, term)

            assert unenforced(FULL) == (term,)
            with pytest.raises(OdrlError, match="nobody enforces"):
                odrl.write_terms(FULL)
            with pytest.raises(OdrlError, match="nobody enforces"):
                odrl.read_terms(written)
            with pytest.raises(TermsUnreadable, match="nobody enforces") as told:
                read_terms(document, required=Mode.THRESHOLD, day=DAY)
            assert key in str(told.value)
        assert odrl.read_terms(written) == FULL


def test_a_limit_that_is_not_stated_needs_nobody_to_enforce_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(enforcement.REGISTER, "Terms.hours")

    assert unenforced(PLAIN) == ()
    assert odrl.read_terms(odrl.write_terms(PLAIN)) == PLAIN


def test_hours_are_hours_of_the_city_and_their_end_is_not_included() -> None:
    window = time_window("mon-fri 08:30-18:00")

    def at(text: str) -> bool:
        return window.holds(datetime.fromisoformat(text).replace(tzinfo=UTC))

    assert at("2026-09-24T00:30")  # Thursday 08:30 in Shanghai
    assert not at("2026-09-24T00:29")
    assert at("2026-09-24T09:59")
    assert not at("2026-09-24T10:00")
    assert not at("2026-09-26T02:00")  # Saturday
    assert time_window("sun 00:00-24:00").holds(datetime(2026, 9, 27, 15, 59, tzinfo=UTC))


def test_an_address_lies_in_a_range_or_in_none() -> None:
    ranges = (network("10.2.0.0/16"), network("2001:db8::/32"))

    assert within_networks(ranges, "10.2.255.255")
    assert within_networks(ranges, "2001:db8::1")
    assert within_networks(ranges, "::ffff:10.2.0.1")  # the same address, as a server of both kinds sees it
    assert not within_networks(ranges, "10.3.0.1")
    assert not within_networks(ranges, "::a02:1")
    assert not within_networks(ranges, "testclient")
    assert not within_networks(ranges, None)


def test_periods_are_those_of_the_calendar_of_the_city() -> None:
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # 00:30 of New Year's Day in Shanghai

    assert [period(per, late) for per in Per] == [
        "2027-01-01T00:30",
        "2027-01-01T00",
        "2027-01-01",
        "2026-W53",
        "2027-01",
        "2027",
        "",
    ]
    assert spending("0.05/week") == Spending(0.05, Per.WEEK)
