"""Lists of rows: to departments whose terms open them, masked where the terms say so, and to nobody else."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from catalog.store import writing
from catalog.store.tables.queries import reservations
from policies.access import Role
from policies.decision import Deny
from policies.terms import Terms
from space.api.app import create_app
from space.calls import receipts as receipt_room
from space.cli.operation.queries import query
from space.errors import Refused
from space.granting.owner_rules import set_rules
from space.granting.proposals import read_rules
from space.identity.tokens import Caller, issue
from space.query.admit import Question
from space.query.answered import Answered
from tests.space.bureau_contracts import POPULATION, identity
from tests.space.serving import serving

FIRST = "SELECT id_card, sex, income FROM civil.population ORDER BY income LIMIT 2"


def rows(answer: Any) -> list[dict[str, Any]]:
    """The listed rows."""
    assert isinstance(answer, Answered), answer
    return list(answer.table.to_pylist())


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def test_a_department_lists_rows_as_granted_with_a_receipt_that_says_so(desk: Any) -> None:
    held = desk.granted(analyses=("list",))

    answer = desk.bureau.ask(held, FIRST)

    assert rows(answer) == [
        {"id_card": identity(0), "sex": "男", "income": 0},
        {"id_card": identity(1), "sex": "女", "income": 1},
    ]
    states = receipt_room.verify(answer.receipt, desk.bureau.keys.signer.public_raw)
    assert (answer.mode, states["mode"], states["mechanism"]["mode"]) == ("list", "list", "list")
    assert desk.bureau.row(held).calls_used == 1


def test_a_masked_list_shows_the_ends_of_identifiers_only(desk: Any) -> None:
    held = desk.granted(analyses=("masked_list",))

    answer = desk.bureau.ask(held, FIRST)

    number = identity(0)
    assert rows(answer)[0] == {"id_card": number[:6] + "********" + number[-4:], "sex": "男", "income": 0}
    assert answer.mode == "masked_list"


def test_the_row_filter_of_the_grant_holds_for_lists(desk: Any) -> None:
    held = desk.granted(analyses=("list",), where="district = '云港区'")

    answer = desk.bureau.ask(held, "SELECT district, income FROM civil.population WHERE income >= 0")

    assert rows(answer) == [{"district": "云港区", "income": n} for n in range(240, 244)]


def test_a_list_has_no_more_rows_than_the_terms_allow(desk: Any) -> None:
    held = desk.granted(analyses=("list",), max_rows=3)

    for sql in ("SELECT income FROM civil.population", "SELECT income FROM civil.population LIMIT 200"):
        assert len(rows(desk.bureau.ask(held, sql))) == 3


def test_the_same_list_again_is_the_stored_answer(desk: Any) -> None:
    held = desk.granted(analyses=("list",))

    first, again = desk.bureau.ask(held, FIRST), desk.bureau.ask(held, FIRST.lower())

    assert (first.repeated, again.repeated) == (False, True)
    assert again.table.equals(first.table)
    assert desk.bureau.row(held).calls_used == 2
    assert desk.bureau.count(select(func.count()).select_from(reservations)) == 1


PICKED = {
    "sex = '女' AND income < 10": 5,
    "NOT (sex = '女') AND 10 > income": 5,
    "income IN (3, 5, 999)": 2,
    "income BETWEEN 3 AND 5": 3,
    "district IS NULL": 0,
    f"id_card = '{identity(3)}'": 1,
    "sex = '男'' OR ''1''=''1'": 0,
}


def test_rows_are_picked_by_columns_beside_constants(desk: Any) -> None:
    held = desk.granted(analyses=("list",))
    sql = "SELECT income FROM civil.population WHERE "

    found = {condition: len(rows(desk.bureau.ask(held, sql + condition))) for condition in PICKED}

    assert found == PICKED


def test_a_star_is_the_granted_columns(desk: Any) -> None:
    held = desk.granted(analyses=("list",))

    answer = desk.bureau.ask(held, "SELECT * FROM civil.population LIMIT 1")

    assert sorted(rows(answer)[0]) == ["district", "id_card", "income", "sex"]


BY_MASKED = (
    "SELECT sex FROM civil.population WHERE id_card = '{id}'",
    "SELECT id_card FROM civil.population WHERE id_card > '{id}'",
    "SELECT income FROM civil.population WHERE id_card IN ('{id}')",
    "SELECT income FROM civil.population WHERE id_card BETWEEN '0' AND '{id}'",
    "SELECT income FROM civil.population WHERE NOT (income = 1 OR id_card = '{id}')",
    "SELECT income FROM civil.population WHERE id_card IS NOT NULL",
    "SELECT income FROM civil.population ORDER BY id_card",
    "SELECT id_card FROM civil.population ORDER BY id_card",
    "SELECT id_card AS x FROM civil.population ORDER BY x",
    "SELECT id_card AS sex FROM civil.population ORDER BY 1",
    "SELECT p.id_card AS income FROM civil.population AS p ORDER BY p.id_card DESC",
)


def test_a_masked_column_picks_and_orders_no_rows(desk: Any) -> None:
    held = desk.granted(analyses=("masked_list",))

    found = {sql: code(desk.bureau.ask(held, sql.format(id=identity(3)))) for sql in BY_MASKED}

    assert found == dict.fromkeys(BY_MASKED, "query.list.masked")
    assert desk.bureau.row(held).calls_used == 0


NO_LIST = (
    "SELECT lower(sex) FROM civil.population",
    "SELECT sex || id_card FROM civil.population",
    "SELECT CAST(id_card AS INTEGER) FROM civil.population",
    "SELECT sex, (SELECT id_card FROM civil.population LIMIT 1) FROM civil.population",
    "SELECT a.id_card FROM civil.population AS a JOIN civil.population AS b ON a.id_card = b.id_card",
    "SELECT id_card FROM (SELECT id_card FROM civil.population)",
    "WITH c AS (SELECT id_card FROM civil.population) SELECT id_card FROM c",
    "SELECT DISTINCT id_card FROM civil.population",
    "SELECT id_card FROM civil.population UNION ALL SELECT id_card FROM civil.population",
    "SELECT row_number() OVER () FROM civil.population",
    "SELECT id_card FROM civil.population QUALIFY row_number() OVER (ORDER BY income) = 1",
    "SELECT income FROM civil.population WHERE CAST(sex AS INTEGER) = 1",
    "SELECT income FROM civil.population WHERE sex = 1",
    "SELECT income FROM civil.population WHERE sex = id_card",
    "SELECT income FROM civil.population WHERE length(id_card) = 18",
    "SELECT income FROM civil.population WHERE id_card LIKE '99%'",
    "SELECT income FROM civil.population WHERE income IN (SELECT income FROM civil.population)",
    "SELECT income FROM civil.population ORDER BY income % 7",
    "SELECT income FROM civil.population LIMIT (SELECT 3)",
    "SELECT income FROM civil.population TABLESAMPLE 10%",
    "SELECT name FROM civil.population",
    "SELECT _n_person FROM civil.population",
    "SELECT _file FROM civil.population",
    "SELECT id_card FROM read_parquet('/etc/passwd')",
    "SELECT * EXCLUDE (sex) FROM civil.population",
    "SELECT COLUMNS('.*') FROM civil.population",
    "SELECT income FROM civil.population FOR UPDATE",
    "SELECT sum(income) FROM civil.population",
)


def test_what_is_no_plain_list_is_refused_under_terms_of_lists(desk: Any) -> None:
    held = desk.granted(analyses=("list",))

    found = {sql: desk.bureau.ask(held, sql) for sql in NO_LIST}

    assert [sql for sql, answer in found.items() if not isinstance(answer, Deny)] == []
    assert {code(answer).partition(".")[0] for answer in found.values()} == {"query"}
    assert desk.bureau.count(select(func.count()).select_from(reservations)) == 0


def test_without_terms_of_lists_rows_stay_refused(desk: Any) -> None:
    held = desk.granted(analyses=("aggregate", "verify"))

    assert code(desk.bureau.ask(held, "SELECT sex, income FROM civil.population")) == "query.rows"


def test_figures_and_lists_stand_beside_one_another_under_one_grant(desk: Any) -> None:
    held = desk.granted(analyses=("aggregate", "masked_list"))

    figures = desk.bureau.ask(held, "SELECT sex, count(*) AS n FROM civil.population GROUP BY sex")

    assert figures.mode == "threshold"
    assert desk.bureau.ask(held, FIRST).mode == "masked_list"


def test_an_operator_lists_no_rows_whatever_terms_say(desk: Any) -> None:
    with pytest.raises(Refused):
        desk.granted(desk.bureau.operator, analyses=("aggregate", "list"))
    held = desk.granted(desk.bureau.operator, analyses=("aggregate",))
    # Terms that no rule of signing would let through, as if they had been signed before there was one.
    asked = Question(held.id, held.terms.purpose, FIRST)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("space.query.prepare.within", _opened)
        answer = desk.bureau.gateway.ask(Caller(held.grantee), asked)

    assert code(answer) == "query.identifier"  # as every query that shows one


def _opened(terms: Terms, _owners: Any) -> Terms:
    """The terms with every analysis opened."""
    from dataclasses import replace

    from policies.protection import ANALYSES

    return replace(terms, analyses=ANALYSES)


INSTEAD = {"generalise": {"generalise": "100"}, "nullify": {}}
CLOSED: tuple[dict[str, Any], ...] = (
    {"columns": {"income": {"visibility": "deny"}}, "unlisted": "plain"},
    {"columns": {"income": {"roles": ["filter"]}}, "unlisted": "plain"},
    {"analyses": ["aggregate"]},
    {"min_group": 5},
    {"join": {"demand": "required"}},
    {"templates": ["SELECT sex FROM civil.population"]},
    {"receivers": ["91990100MA0000002X"]},
)


def state(bureau: Any, rules: dict[str, Any]) -> None:
    """The owner asks this of everyone from now on."""
    with writing(bureau.engine) as connection:
        made, now = read_rules(rules), bureau.clock()
        set_rules(connection, bureau.keys.signer, POPULATION.name, made, by="李四", now=now)


def test_what_the_owner_does_not_open_is_not_listed(desk: Any) -> None:
    held, found = desk.granted(analyses=("list",)), []

    for rules in CLOSED:
        state(desk.bureau, rules)
        found.append(code(desk.bureau.ask(held, "SELECT income FROM civil.population")))

    assert found == [
        "query.visibility", "query.role", "query.analysis", "query.analysis", "query.analysis",
        "query.template", "query.receiver",
    ]  # fmt: skip
    assert desk.bureau.row(held).calls_used == 0


def test_the_owners_other_form_of_a_column_is_listed_and_picks_no_rows(desk: Any) -> None:
    held, shown = desk.granted(analyses=("list",)), {}

    for form, more in INSTEAD.items():
        rule = {"visibility": "deny", "on_breach": form} | more
        state(desk.bureau, {"columns": {"income": rule}, "unlisted": "plain"})
        sql = f"SELECT income FROM civil.population WHERE id_card = '{identity(120)}'"
        shown[form] = rows(desk.bureau.ask(held, sql))[0]["income"]
        picked = desk.bureau.ask(held, "SELECT sex FROM civil.population WHERE income = 120")
        assert code(picked) == "query.list.masked"

    assert shown == {"generalise": 100, "nullify": None}


def test_a_masked_text_of_the_owner_shows_its_ends(desk: Any) -> None:
    rules = {
        "columns": {
            "district": {"visibility": "deny", "on_breach": "mask", "mask": {"first": 1, "last": 0}},
        },
        "unlisted": "plain",
    }
    held = desk.granted(analyses=("list",), rules=rules)

    answer = desk.bureau.ask(held, "SELECT district FROM civil.population LIMIT 1")

    assert rows(answer) == [{"district": "云**"}]


def test_explain_says_that_rows_would_be_listed_and_spends_nothing(desk: Any) -> None:
    held = desk.granted(analyses=("masked_list",))

    told = desk.bureau.gateway.explain(Caller(held.grantee), Question(held.id, held.terms.purpose, FIRST))

    assert told.document["mode"] == "masked_list"
    assert desk.bureau.row(held).calls_used == 0


def test_a_list_whose_grant_ends_meanwhile_is_not_handed_out(desk: Any) -> None:
    from space.engines.workers.pool import Pool

    held, table = desk.granted(analyses=("list",)), Pool.table

    def revoked_meanwhile(*given: Any, **named: Any) -> Any:
        made = table(*given, **named)
        desk.bureau.revoke(held)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pool, "table", revoked_meanwhile)
        answer = desk.bureau.ask(held, FIRST)

    assert code(answer) == "grant.ended_meanwhile"
    assert not list((desk.bureau.home.root / "answers").glob("*.arrow"))


def test_a_list_is_given_over_http_and_on_the_command_line(desk: Any) -> None:
    held, bureau = desk.granted(analyses=("masked_list",)), desk.bureau
    with writing(bureau.engine) as connection:
        token = issue(connection, held.grantee, role=Role.CLIENT, by="张磊", days=9, now=bureau.clock())
    body = {"grant": held.id, "purpose": held.terms.purpose, "sql": FIRST}
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)

    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        known = {"Authorization": f"Bearer {token.secret}"}
        told = http.post("/v1/queries", json=body, headers=known).json()
    options = ["--grant", held.id, "--purpose", held.terms.purpose, "--json"]
    done = CliRunner().invoke(query, [FIRST, *options])

    assert told["mode"] == "masked_list"
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == told["rows"]
    assert identity(0) not in done.stdout + json.dumps(told)
