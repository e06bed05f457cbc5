"""What an owner asks of everyone holds beside every grant, and a grant sees one release a period."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from catalog.releases.published import latest
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import dataset_rules, pinned_releases
from catalog.store.tables.releases import releases
from policies.access import Caller as Standing
from policies.decision import Deny
from policies.modes import required
from policies.protection import Analysis
from policies.protection_form import from_document
from policies.terms import Mode
from space.calls.jws import SignatureInvalid
from space.errors import Refused
from space.granting.owner_rules import history, in_force, set_rules, verify
from space.granting.pins import pin, pinned
from space.identity.tokens import Caller
from space.query.admit import Question
from tests.space.grants.test_grant_and_query_commands import run, run_json

FIRMS = "market.firms"
BY_INDUSTRY = "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry"


def state(bureau: Any, rules: dict[str, Any] | None, dataset: str = FIRMS, **more: Any) -> Any:
    """State rules as the owner of a dataset."""
    read = None if rules is None else from_document(rules)
    with writing(bureau.engine) as connection:
        signer, now = bureau.keys.signer, bureau.clock()
        return set_rules(connection, signer, dataset, read, by="王主任", now=now, **more)


def codes(made: Any) -> list[str]:
    assert isinstance(made, Deny), made
    return [reason.code for reason in made.reasons]


def refused(act: Any) -> list[str]:
    with pytest.raises(Refused) as raised:
        act()
    return [reason.code for reason in raised.value.decision.reasons]


def test_a_rule_of_the_owner_holds_from_the_next_call_on(busy: Any) -> None:
    held = busy.held(busy.trade)
    before = busy.ask(held, BY_INDUSTRY).table.num_rows
    assert before > 0
    state(busy, {"min_group": 10_000})
    answered = busy.ask(held, BY_INDUSTRY)
    assert answered.table.num_rows == 0, "also for a grant signed before"
    assert not answered.repeated, "an answer given under weaker rules is not handed out again"
    state(busy, None)
    assert busy.ask(held, BY_INDUSTRY).table.num_rows == before


def test_an_exception_holds_instead_of_what_is_asked_of_everyone(busy: Any) -> None:
    held = busy.held(busy.trade)
    state(busy, {"analyses": ["verify"]})
    assert codes(busy.ask(held, BY_INDUSTRY)) == ["query.analysis"]
    state(busy, {}, party=held.grantee)
    assert busy.ask(held, BY_INDUSTRY).table.num_rows > 0
    state(busy, None, party=held.grantee)
    assert codes(busy.ask(held, BY_INDUSTRY)) == ["query.analysis"]
    with reading(busy.engine) as connection:
        other = in_force(connection, [FIRMS], busy.operator["code"], date(2026, 9, 24))
    assert other[FIRMS].table.analyses == {Analysis.VERIFY}


def test_results_go_to_listed_receivers_only(busy: Any) -> None:
    held = busy.held(busy.trade)
    state(busy, {"receivers": ["11990100MB0000777X"]})
    assert codes(busy.ask(held, BY_INDUSTRY)) == ["query.receiver"]
    question = Question(held.id, held.terms.purpose, BY_INDUSTRY)
    assert codes(busy.gateway.explain(Caller(held.grantee), question)) == ["query.receiver"]
    state(busy, {"receivers": [held.grantee]})
    assert busy.ask(held, BY_INDUSTRY).table.num_rows > 0


def test_a_rule_holds_from_its_first_day_on(busy: Any) -> None:
    held = busy.held(busy.trade)
    tomorrow = date(2026, 9, 25)
    state(busy, {"columns": {"capital": {}}}, valid_from=tomorrow)
    assert busy.ask(held, BY_INDUSTRY).table.num_rows > 0
    busy.clock.later(days=1)
    assert codes(busy.ask(held, BY_INDUSTRY)) == ["query.visibility"]
    assert refused(lambda: state(busy, {}, valid_from=date(2026, 9, 24))) == ["grant.rules.past"]


def test_a_statement_is_signed_and_recorded_and_a_changed_one_does_not_verify(busy: Any) -> None:
    made = state(busy, {"min_group": 20, "columns": {"industry": {"roles": ["dimension"]}}})
    assert made.owner == "11990100MB0000002X"
    with reading(busy.engine) as connection:
        (kept,) = history(connection, FIRMS)
        of_it = select(evidence_entries.c.event).where(evidence_entries.c.subject == FIRMS)
        events = connection.execute(of_it).scalars().all()
    assert "space:rules:set" in events
    verify(kept, busy.keys.signer.public_raw)
    with writing(busy.engine) as connection:
        connection.execute(update(dataset_rules).values(rules={"min_group": 2}))
    with reading(busy.engine) as connection:
        (changed,) = history(connection, FIRMS)
    with pytest.raises(SignatureInvalid):
        verify(changed, busy.keys.signer.public_raw)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"columns": {"nobody": {}}}, "grant.rules.field"),
        ({"min_distinct": {"nobody": 3}}, "grant.rules.field"),
        ({"join": {"keys": ["nobody"]}}, "grant.rules.field"),
        ({"columns": {"uscc": {"roles": [], "on_breach": "nullify"}}}, "grant.rules.form"),
        (
            {"columns": {"capital": {"roles": [], "on_breach": "mask", "mask": {"first": 1}}}},
            "grant.rules.form",
        ),
        (
            {"columns": {"industry": {"roles": [], "on_breach": "generalise", "generalise": "year"}}},
            "grant.rules.form",
        ),
    ],
)
def test_rules_that_cannot_be_enforced_are_neither_stated_nor_granted(
    bureau: Any, rules: dict[str, Any], code: str
) -> None:
    assert refused(lambda: state(bureau, rules)) == [code]
    bureau.permitted(bureau.department, bureau.trade)
    ((name, columns),) = bureau.trade.items()
    datasets = [{"name": name, "columns": list(columns), "rules": rules}]
    assert code in refused(lambda: bureau.sign(bureau.department, bureau.trade, datasets=datasets))


def test_exact_group_sizes_are_not_granted_where_answers_have_noise(bureau: Any) -> None:
    bureau.permitted(bureau.operator, bureau.people)
    ((name, columns),) = bureau.people.items()
    for rules in ({"small_groups": "remainder"}, {"min_distinct": {"district": 2}}):
        datasets = [{"name": name, "columns": list(columns), "rules": rules}]
        act = lambda d=datasets: bureau.sign(bureau.operator, bureau.people, datasets=d)  # noqa: E731
        assert refused(act) == ["grant.rules.private"]


def test_rules_of_a_grant_are_signed_with_it_and_hold(bureau: Any) -> None:
    bureau.permitted(bureau.department, bureau.trade)
    ((name, columns),) = bureau.trade.items()
    rules = {"templates": [BY_INDUSTRY], "small_groups": "remainder"}
    datasets = [{"name": name, "columns": list(columns), "rules": rules}]
    held = bureau.sign(bureau.department, bureau.trade, datasets=datasets)
    assert "ybz:template" in held.agreement
    shown = bureau.ask(held, BY_INDUSTRY.lower().replace("group by", "GROUP  BY")).table.to_pylist()
    assert [row["industry"] for row in shown].count(None) == 1
    assert codes(bureau.ask(held, BY_INDUSTRY + " ORDER BY n")) == ["query.template"]


def test_lists_are_open_inside_the_administration_only_and_figures_need_their_own_word(bureau: Any) -> None:
    bureau.permitted(bureau.operator, bureau.people)
    for analysis in ("list", "masked_list"):
        act = lambda a=analysis: bureau.sign(bureau.operator, bureau.people, analyses=["aggregate", a])  # noqa: E731
        assert refused(act) == ["grant.analysis.closed"]
    checks = bureau.sign(bureau.operator, bureau.people, analyses=["verify"])
    assert codes(bureau.ask(checks, "SELECT count(*) FROM civil.population")) == ["query.analysis"]
    listed = bureau.granted(bureau.department, bureau.trade, analyses=["aggregate", "list", "masked_list"])
    assert listed.terms.analyses == {Analysis.AGGREGATE, Analysis.LIST, Analysis.MASKED_LIST}


def publish_again(bureau: Any, dataset: str) -> str:
    """The same rows as a further release."""
    with writing(bureau.engine) as connection:
        found = latest(connection, dataset)
        assert found is not None
        row = dict(connection.execute(select(releases).where(releases.c.id == found.id)).one()._mapping)
        again = {**row, "id": new_id("rel"), "number": found.number + 1}
        connection.execute(insert(releases).values(**again))
    return str(again["id"])


def seen(bureau: Any, held: Any) -> str:
    """The release an answer is made from."""
    question = Question(held.id, held.terms.purpose, BY_INDUSTRY)
    explained = bureau.gateway.explain(Caller(held.grantee), question)
    assert not isinstance(explained, Deny), explained
    (found,) = explained.document["releases"]
    return str(found)


def test_a_threshold_grant_sees_one_release_until_the_month_ends(busy: Any) -> None:
    held = busy.held(busy.trade)
    first = seen(busy, held)
    busy.ask(held, BY_INDUSTRY)
    second = publish_again(busy, FIRMS)
    assert seen(busy, held) == first
    assert busy.ask(held, BY_INDUSTRY).repeated
    busy.clock.later(days=6)  # 30 September
    assert seen(busy, held) == first
    busy.clock.later(days=1)
    assert seen(busy, held) == second


def test_explaining_holds_no_release_and_the_first_query_does(busy: Any) -> None:
    held = busy.held(busy.trade)
    first = seen(busy, held)
    second = publish_again(busy, FIRMS)
    assert seen(busy, held) == second != first
    busy.ask(held, BY_INDUSTRY)
    with reading(busy.engine) as connection:
        assert pinned(connection, held.id, "2026-09") == {FIRMS: second}


def test_the_first_of_two_first_queries_says_which_release_is_held(busy: Any) -> None:
    held = busy.held(busy.trade)
    for release in ("rel_1", "rel_2"):
        with writing(busy.engine) as connection:
            pin(connection, held.id, "2026-09", {FIRMS: release}, busy.clock())
    with reading(busy.engine) as connection:
        assert pinned(connection, held.id, "2026-09") == {FIRMS: "rel_1"}
        assert len(connection.execute(select(pinned_releases)).all()) == 1


def test_a_private_grant_sees_every_release_and_a_threshold_grant_cannot_choose_to(bureau: Any) -> None:
    private = bureau.granted(bureau.operator, bureau.people)
    bureau.ask(private, "SELECT count(*) FROM civil.population")
    with reading(bureau.engine) as connection:
        assert connection.execute(select(pinned_releases)).all() == []
    bureau.permitted(bureau.department, bureau.trade)
    act = lambda: bureau.sign(bureau.department, bureau.trade, release_period="none")  # noqa: E731
    assert refused(act) == ["grant.release_period.too_short"]
    assert bureau.sign(bureau.department, bureau.trade, release_period="year").terms.release_period == "year"


def test_two_modes_over_one_kind_are_refused_even_where_the_kind_shows_only_later(bureau: Any) -> None:
    private = bureau.granted(bureau.department, bureau.people, mode="dp")
    bureau.permitted(bureau.department, bureau.weather)
    air = bureau.sign(bureau.department, bureau.weather, mode="threshold")
    sql = "SELECT count(*) FROM eco.air"
    assert not isinstance(bureau.ask(air, sql), Deny)
    bureau.recatalogue_air_with_a_person()
    assert codes(bureau.ask(air, sql)) == ["grant.mode.mixed"]
    bureau.revoke(private)
    assert "grant.mode.mixed" not in str(bureau.ask(air, sql))


@pytest.mark.parametrize(
    ("caller", "kinds", "more", "mode"),
    [
        (Standing.OUTSIDE, {"person"}, {"grade": 1}, Mode.DP),
        (Standing.OUTSIDE, {"enterprise"}, {"grade": 3}, Mode.THRESHOLD),
        (Standing.OUTSIDE, {"enterprise"}, {"grade": 4}, Mode.DP),
        (Standing.OUTSIDE, set(), {"grade": 4}, Mode.DP),
        (Standing.OUTSIDE, set(), {"grade": 3}, Mode.PLAIN),
        (Standing.OUTSIDE, {"enterprise"}, {"own_tables": True}, Mode.DP),
        (Standing.ADMINISTRATION, {"enterprise"}, {"own_tables": True}, Mode.DP),
        (Standing.ADMINISTRATION, {"person"}, {"grade": 3}, Mode.THRESHOLD),
        (Standing.ADMINISTRATION, set(), {"grade": 4}, Mode.THRESHOLD),
        (Standing.ADMINISTRATION, set(), {}, Mode.PLAIN),
    ],
)
def test_the_strictest_rule_over_caller_kind_grade_and_table_decides_the_mode(
    caller: Standing, kinds: set[str], more: dict[str, Any], mode: Mode
) -> None:
    assert required(caller, kinds, date(2026, 9, 24), **more).mode is mode


def test_the_grade_of_a_release_asks_for_more_than_its_units_do(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, bureau.weather)
    sql = "SELECT station, pm25 FROM eco.air"
    assert not isinstance(bureau.ask(held, sql), Deny)
    with writing(bureau.engine) as connection:
        connection.execute(update(releases).where(releases.c.dataset == "eco.air").values(grade=4))
    assert codes(bureau.ask(held, sql)) == ["grant.mode.too_weak"]
    inside = bureau.granted(bureau.department, bureau.weather)
    assert inside.terms.mode is Mode.THRESHOLD
    assert codes(bureau.ask(inside, sql)) == ["query.rows"], (
        "no row leaves where the grade asks for thresholds"
    )


def test_a_person_types_rules_and_reads_them_back(busy: Any, tmp_path: Path) -> None:
    from space.cli.sharing.grants import grant

    file = tmp_path / "rules.yaml"
    file.write_text("columns:\n  industry: {roles: [dimension]}\nmin_group: 20\n", encoding="utf-8")
    said = run(grant, "rules", "set", FIRMS, file, "--by", "王主任").output
    assert "to everyone" in said
    assert "industry: roles dimension" in said
    made = run_json(grant, "rules", "set", FIRMS, file, "--to", busy.operator["code"])
    assert made["rules"] == {
        "columns": {"industry": {"roles": ["dimension"]}},
        "unlisted": "deny",
        "min_group": 20,
    }
    run(grant, "rules", "withdraw", FIRMS, "--to", busy.operator["code"])
    assert [one["rules"] is None for one in run_json(grant, "rules", "show", FIRMS)] == [False, False, True]
    file.write_text("min_groups: 20\n", encoding="utf-8")
    assert "named min_groups" in str(run(grant, "rules", "set", FIRMS, file, status=1).exception)
