"""Attacks on verification: guessing, enumeration, SQL in values, time, and the walls of the vault worker."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from catalog.releases.published import latest, protected_files, vault_files
from catalog.store import reading, writing
from catalog.store.tables.queries import refused_strangers, usages
from policies import rulebook
from policies.access import Role
from policies.decision import Deny
from space.api.app import create_app
from space.cli.sharing.verification import verification
from space.engines.workers.matching import RECORD, packed
from space.errors import EngineError
from space.granting.pins import pinned
from space.identity.tokens import issue
from space.verification.verifier import Verified
from tests.space.bureau_contracts import POPULATION
from tests.space.serving import serving
from tests.space.verification.conftest import about


def code(answer: Any) -> str:
    """The first reason of a refusal."""
    assert isinstance(answer, Deny), answer
    return answer.reasons[0].code


def bounds(folder: Path, monkeypatch: pytest.MonkeyPatch, **values: int) -> None:
    """Rules of this installation: smaller bounds than the shipped ones."""
    folder.mkdir(exist_ok=True)
    rows = "".join(
        f"  - {{name: {name}, value: {value}, source: test, valid_from: 2026-01-01, confidence: policy}}\n"
        for name, value in values.items()
    )
    (folder / "verification.yaml").write_text(f"rules:\n{rows}", encoding="utf-8")
    rulebook.lay_over(folder)


def test_guessing_one_value_after_the_other_ends_at_the_limit_of_tries(desk: Any) -> None:
    held = desk.granted()

    found = [desk.verify(held, [about(9, income=guess)]) for guess in range(6)]

    assert [isinstance(one, Verified) for one in found] == [True, True, True, False, False, False]
    assert {code(one) for one in found[3:]} == {"verification.tries"}
    assert desk.bureau.row(held).calls_used == 3


def test_guessing_in_one_batch_in_other_spellings_or_under_another_grant_counts_alike(desk: Any) -> None:
    held, other = desk.granted(), desk.granted()
    spelled = about(9)["id_card"]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in spelled)

    assert isinstance(desk.verify(held, [about(9, income=1), {"id_card": wide, "income": 2}]), Verified)
    two = [about(9, income=3), about(9, income=4)]

    assert code(desk.verify(other, two)) == "verification.tries"
    assert isinstance(desk.verify(other, [about(9, income=3)]), Verified)
    assert code(desk.verify(held, [about(8, income=8), about(9, income=9)])) == "verification.tries"


def test_a_new_day_allows_new_tries_and_another_organisation_has_its_own(desk: Any) -> None:
    held = desk.granted()
    for guess in range(3):
        desk.verify(held, [about(9, income=guess)])
    other = desk.granted(desk.bureau.operator)

    assert isinstance(desk.verify(other, [about(9, income=3)]), Verified)
    assert code(desk.verify(held, [about(9, income=3)])) == "verification.tries"
    desk.bureau.clock.now += timedelta(days=1)
    assert isinstance(desk.verify(held, [about(9, income=3)]), Verified)


def test_guesses_that_race_share_the_tries_of_their_subject(desk: Any) -> None:
    held = desk.granted()

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda guess: desk.verify(held, [about(9, income=guess)]), range(6)))

    assert sum(isinstance(one, Verified) for one in found) == 3
    assert desk.bureau.row(held).calls_used == 3


def test_enumeration_is_held_up_by_the_minute_and_ended_by_the_day(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = desk.granted()
    bounds(desk.bureau.home.root / "rules", monkeypatch, records_per_minute=4, records_per_day=6)
    batch = [[about(10 * n, sex="男"), about(10 * n + 1, sex="女")] for n in range(6)]

    sent = [desk.verify(held, batch[0]), desk.verify(held, batch[1]), desk.verify(held, batch[2])]
    desk.bureau.clock.later(minutes=1)
    sent += [desk.verify(held, batch[3]), desk.verify(held, batch[4])]

    assert [isinstance(one, Verified) for one in sent] == [True, True, False, True, False]
    assert (code(sent[2]), sent[2].reasons[0].where) == ("verification.rate", "records_per_minute")
    assert sent[4].reasons[0].where == "records_per_day"
    # Counted by the minute, not logged one by one.
    assert desk.bureau.count(select(func.sum(refused_strangers.c["count"]))) == 2
    assert desk.bureau.count(select(func.count()).select_from(usages)) == 3
    assert desk.bureau.row(held).calls_used == 6


def test_a_stored_answer_is_held_up_by_the_minute_too(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = desk.granted()
    bounds(desk.bureau.home.root / "rules", monkeypatch, records_per_minute=2)
    records = [about(3, income=3)]

    sent = [desk.verify(held, records) for _ in range(3)]

    assert [isinstance(one, Verified) for one in sent] == [True, True, False]
    assert desk.bureau.row(held).calls_used == 2


INJECTED = (
    "' OR '1'='1",
    "男' OR TRUE --",
    "'; DROP TABLE t; --",
    '" OR 1=1 --',
    "男') OR ('1'='1",
    "%",
    "_",
)


def test_sql_in_a_value_is_a_value(desk: Any) -> None:
    held = desk.granted()
    records = [about(10 + place, sex=text) for place, text in enumerate(INJECTED)]
    records += [{"id_card": text, "sex": "女"} for text in INJECTED]

    answer = desk.verify(held, [*records, about(3, sex="女")])

    assert answer.outcomes == (*["mismatch"] * len(INJECTED), *["not_found"] * len(INJECTED), "match")


def test_sql_in_a_field_name_is_no_field(desk: Any) -> None:
    held = desk.granted()

    for name in ('id_card" = "id_card" OR "sex', "id_card; --", "_n_person", "_file", "v.sex"):
        assert code(desk.verify(held, [about(3, **{name: "1"})])) == "verification.field"


def test_found_and_not_found_take_the_same_bucket_of_time(desk: Any) -> None:
    pool, files, job = _job(desk)
    spent = {}
    for number in (3, 900):
        records, began = packed(desk_rows(number)), time.monotonic()
        found = pool.table({**job, "verify": {**job["verify"], "records": records}}, files, owner="x")
        spent[found["outcome"][0].as_py()] = time.monotonic() - began

    # The bucket of this job is a second: neither answer leaves before it is full.
    assert sorted(spent) == ["match", "not_found"]
    assert min(spent.values()) >= 0.95


def desk_rows(number: int) -> Any:
    """One typed record."""
    import pyarrow as pa

    return pa.table({"id_card": [about(number)["id_card"]], "income": [number], RECORD: [0]})


def _job(desk: Any) -> Any:
    bureau = desk.bureau
    with reading(bureau.engine) as connection:
        release = latest(connection, POPULATION.name)
    verify = {"source": f'SELECT * FROM "{POPULATION.name}"', "by": ["id_card"], "compared": ["income"]}
    files = {POPULATION.name: vault_files(bureau.home, release)}
    return bureau.pool.vault, files, {"verify": verify, "bucket_ms": 1000}


def test_a_failure_in_the_vault_worker_has_the_one_wording(desk: Any) -> None:
    pool, files, job = _job(desk)
    broken = {**job["verify"], "source": "SELECT error(id_card) FROM x", "records": packed(desk_rows(3))}

    with pytest.raises(EngineError) as failure:
        pool.table({"verify": broken, "bucket_ms": 10}, files, owner="nobody")

    assert str(failure.value) == str(EngineError())


def test_a_vault_worker_reads_only_the_files_of_its_release(desk: Any) -> None:
    pool, files, job = _job(desk)
    with reading(desk.bureau.engine) as connection:
        release = latest(connection, POPULATION.name)
    other = protected_files(desk.bureau.home, release)[0].resolve()
    source = f"SELECT * FROM read_parquet('{other}')"
    reading_other = {**job["verify"], "source": source, "records": packed(desk_rows(3))}

    with pytest.raises(EngineError):
        pool.table({"verify": reading_other, "bucket_ms": 10}, files, owner="nobody")


def test_no_worker_of_queries_answers_a_job_over_the_vault(desk: Any) -> None:
    _, files, job = _job(desk)
    asked = {**job, "verify": {**job["verify"], "records": packed(desk_rows(3))}}

    with pytest.raises(EngineError):
        desk.bureau.pool.table(asked, files, owner="nobody")


def test_over_http_a_batch_is_answered_refused_and_replayed(desk: Any) -> None:
    held, bureau = desk.granted(), desk.bureau
    with writing(bureau.engine) as connection:
        token = issue(connection, held.grantee, role=Role.CLIENT, by="张磊", days=9, now=bureau.clock())
    known = {"Authorization": f"Bearer {token.secret}"}
    body = {
        "grant": held.id,
        "purpose": held.terms.purpose,
        "dataset": POPULATION.name,
        "records": [about(3, income=3), about(900, income=3)],
    }
    guess = {**body, "records": [about(9, income=n) for n in range(4)]}
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)

    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        nobody = http.post("/v1/verifications", json=body)
        first = http.post("/v1/verifications", json=body, headers=known | {"Idempotency-Key": "one"})
        again = http.post("/v1/verifications", json=body, headers=known | {"Idempotency-Key": "one"})
        other = http.post("/v1/verifications", json=guess, headers=known | {"Idempotency-Key": "one"})
        tried = http.post("/v1/verifications", json=guess, headers=known)
        named = http.post("/v1/verifications", json={**body, "dataset": "x" * 99}, headers=known)
        receipt = http.get(f"/v1/receipts/{first.json()['receipt']['id']}", headers=known)

    assert nobody.status_code == 401
    assert (first.status_code, first.json()["outcomes"]) == (200, ["match", "not_found"])
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")
    assert (tried.status_code, tried.json()["code"]) == (429, "verification.tries")
    assert (named.status_code, "xxx" in named.text) == (422, False)
    assert receipt.json()["states"]["mode"] == "verify"
    assert bureau.row(held).calls_used == 2


def test_on_the_command_line_a_file_is_verified(desk: Any, tmp_path: Path) -> None:
    held = desk.granted(valid_to="2030-09-23")
    table = tmp_path / "records.csv"
    table.write_text(f"id_card,income\n{about(3)['id_card']},3\n{about(4)['id_card']},5\n", encoding="utf-8")
    listed = tmp_path / "records.json"
    listed.write_text(f'[{{"id_card": "{about(3)["id_card"]}", "name": "x"}}]', encoding="utf-8")
    options = ["--grant", held.id, "--purpose", held.terms.purpose, "--json"]

    done = CliRunner().invoke(verification, ["run", str(table), *options])
    refused = CliRunner().invoke(verification, ["run", str(listed), *options])

    assert done.exit_code == 0, done.output
    assert '"outcomes": ["match", "mismatch"]' in done.stdout
    assert refused.exit_code == 1
    assert "verification.field" in refused.stderr
    assert about(3)["id_card"] not in refused.output


def test_the_release_of_the_first_batch_is_held_for_the_period(desk: Any) -> None:
    held = desk.granted()
    with reading(desk.bureau.engine) as connection:
        release = latest(connection, POPULATION.name)

    desk.verify(held, [about(3, income=3)])

    with reading(desk.bureau.engine) as connection:
        assert pinned(connection, held.id, "2026-09") == {POPULATION.name: release.id}


def test_a_second_grant_gives_no_second_pair_of_hands(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = desk.granted(), desk.granted()
    stranger = desk.granted(desk.bureau.operator)
    bounds(desk.bureau.home.root / "rules", monkeypatch, records_per_minute=4)
    batches = [[about(10 * n, sex="男"), about(10 * n + 1, sex="女")] for n in range(3)]

    sent = [desk.verify(held, batch) for held, batch in zip((one, two, two), batches, strict=True)]

    assert [isinstance(each, Verified) for each in sent] == [True, True, False]
    assert code(sent[2]) == "verification.rate"
    assert isinstance(desk.verify(stranger, batches[2]), Verified)


@pytest.mark.parametrize("limit", ["take_records", "take_tries"])
def test_without_a_limit_one_organisation_guesses_and_enumerates(
    desk: Any, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    held = desk.granted()
    bounds(desk.bureau.home.root / "rules", monkeypatch, records_per_minute=1)
    asked = {"take_records": [[about(3, sex="男")], [about(4, sex="男")]],
             "take_tries": [[about(9, income=guess)] for guess in range(4)]}[limit]  # fmt: skip
    if limit == "take_tries":
        bounds(desk.bureau.home.root / "rules", monkeypatch, records_per_minute=9)
    assert not all(isinstance(desk.verify(held, batch), Verified) for batch in asked)
    desk.bureau.clock.later(minutes=1)

    monkeypatch.setattr(f"space.verification.verifier.{limit}", lambda *_: None)

    assert all(isinstance(desk.verify(held, batch), Verified) for batch in asked)
