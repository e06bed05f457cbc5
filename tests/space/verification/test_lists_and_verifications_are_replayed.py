"""Lists and verifications computed once more from retained vault files, and what is kept to do so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.keys import ring_of
from catalog.releases.published import vault_folder
from catalog.store import reading
from space.calls.receipts import verify as opened
from space.cli.operation.queries import verify
from space.replaying import replay
from tests.space.bureau_contracts import POPULATION, identity
from tests.space.verification.conftest import about

LISTED = "SELECT id_card, sex, income FROM civil.population WHERE income < 40 ORDER BY income DESC"
RECORDS = [about(3, district="云湖区", income=3), about(900, district="云湖区", income=3)]


def states(desk: Any, answer: Any) -> dict[str, Any]:
    with reading(desk.bureau.engine) as connection:
        return opened(answer.receipt, ring_of(connection, desk.bureau.keys.signer))


@pytest.mark.parametrize("analysis", ["list", "masked_list"])
def test_a_list_comes_out_the_same_to_the_byte(desk: Any, analysis: str) -> None:
    stated = states(desk, desk.bureau.ask(desk.granted(analyses=(analysis,)), LISTED))

    found = replay(desk.bureau.engine, desk.bureau.home, stated)

    assert (found.answer, found.price, found.findings) == ("same", "same", ())


def test_a_list_is_not_taken_for_one_of_another_form(desk: Any) -> None:
    stated = states(desk, desk.bureau.ask(desk.granted(analyses=("masked_list",)), LISTED))

    found = replay(desk.bureau.engine, desk.bureau.home, stated | {"mode": "list"})

    assert (found.answer, found.ok) == ("different", False)
    assert "the mechanism is another than the plan's" in found.findings


def test_a_verification_comes_out_the_same_beside_its_records(desk: Any, tmp_path: Path) -> None:
    answer = desk.verify(desk.granted(), RECORDS)
    file = tmp_path / "records.json"
    file.write_text(json.dumps(RECORDS), encoding="utf-8")

    done = CliRunner().invoke(
        verify, [answer.receipt_id, "--replay", "--records", str(file), "--json"], catch_exceptions=False
    )

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["replay"] == {"answer": "same", "price": "same", "findings": []}
    stated = states(desk, answer)
    other = replay(desk.bureau.engine, desk.bureau.home, stated | {"answer": "0" * 64}, RECORDS)
    assert (other.answer, other.ok) == ("different", False)


@pytest.mark.parametrize("given", [None, RECORDS[:1], [RECORDS[0] | {"income": 4}, RECORDS[1]], [{}]])
def test_without_its_records_a_verification_is_not_computed(desk: Any, given: Any) -> None:
    stated = states(desk, desk.verify(desk.granted(), RECORDS))

    found = replay(desk.bureau.engine, desk.bureau.home, stated, given)

    assert (found.answer, found.price, found.ok) == ("not retained", "same", True)
    assert "`records`" in found.findings[0]


def test_nothing_of_a_record_is_kept_for_a_replay(desk: Any) -> None:
    desk.verify(desk.granted(), RECORDS)

    (plan,) = (desk.bureau.home.root / "plans").iterdir()

    kept = plan.read_text(encoding="utf-8")
    assert "verify" in kept
    assert identity(3) not in kept
    assert "云湖区" not in kept


def test_rows_of_the_vault_that_were_erased_are_not_retained(desk: Any) -> None:
    listed = states(desk, desk.bureau.ask(desk.granted(analyses=("list",)), LISTED))
    verified = states(desk, desk.verify(desk.granted(), RECORDS))
    folder = vault_folder(desk.bureau.home, POPULATION.name)
    lake = desk.bureau.home.root / "lake"
    if lake.is_symlink():  # files of the lake are shared with other installations
        whole = lake.resolve()
        lake.unlink()
        shutil.copytree(whole, lake)
    for path in folder.glob("*.parquet"):
        path.unlink()

    for stated, records in ((listed, None), (verified, RECORDS)):
        found = replay(desk.bureau.engine, desk.bureau.home, stated, records)
        assert (found.answer, found.ok) == ("not retained", True)
        assert "a release it was computed from is not retained" in found.findings
