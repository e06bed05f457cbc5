"""A signing key that was rotated out, brought back from a backup: it signs no grant, no receipt, nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.evidence import continuity
from catalog.home import Home
from catalog.keys import load
from catalog.keys.files import SIGNING_FILE
from catalog.keys.rotation import rotate
from catalog.keys.signers import Algorithm, KeyTrouble
from policies.decision import Deny
from space.calls import jws

BY_SEX = "SELECT sex, count(*) AS people FROM civil.population GROUP BY sex"
BY_DISTRICT = "SELECT district, count(*) AS people FROM civil.population GROUP BY district"
OUT_OF_USE = "which was rotated out; in use is .* — nothing is signed; restore the `keys/` of now"
Put = Callable[[bytes], None]


@pytest.fixture
def put(busy: Any) -> Put:
    """Puts a signing key in place."""

    def into(content: bytes) -> None:
        (busy.home.keys / SIGNING_FILE).write_bytes(content)
        continuity.forget()

    return into


def rotated(busy: Any) -> tuple[bytes, bytes]:
    """The key of before a rotation, and the one of after it."""
    path = busy.home.keys / SIGNING_FILE
    former = path.read_bytes()
    rotate(busy.engine, busy.home, algorithm=Algorithm.ED25519, by="王伟", now=busy.clock())
    return former, path.read_bytes()


def test_no_grant_is_signed_with_a_key_that_was_rotated_out(busy: Any, put: Put) -> None:
    former, _now = rotated(busy)
    put(former)
    with pytest.raises(KeyTrouble, match=OUT_OF_USE) as told:
        busy.sign(busy.department, busy.trade)
    assert "\n" not in str(told.value)
    with pytest.raises(KeyTrouble, match=OUT_OF_USE):
        jws.sign(load(busy.home).signer, {"says": "anything"}, "ybz-receipt+jws")
    with pytest.raises(KeyTrouble, match=OUT_OF_USE):
        rotate(busy.engine, busy.home, algorithm=Algorithm.ED25519, by="王伟", now=busy.clock())


def test_no_call_is_begun_whose_receipt_could_not_be_signed(busy: Any, put: Put) -> None:
    held = busy.held(busy.people)
    former, current = rotated(busy)
    assert not isinstance(busy.ask(held, BY_DISTRICT), Deny)
    before = busy.row(held)
    put(former)

    refused = busy.ask(held, BY_SEX)

    assert refused.reasons[0].code == "key.out_of_use"
    assert busy.row(held) == before
    put(current)
    assert not isinstance(busy.ask(held, BY_SEX), Deny)


def test_a_key_the_ledger_knows_nothing_of_signs_nothing(busy: Any, put: Put, tmp_path: Path) -> None:
    _former, current = rotated(busy)
    other = Home(tmp_path / "other")
    load(other)
    put((other.keys / SIGNING_FILE).read_bytes())
    with pytest.raises(KeyTrouble, match="of which the ledger knows nothing"):
        busy.sign(busy.department, busy.trade)
    put(current)
    assert busy.sign(busy.department, busy.trade).id


def test_a_second_machine_that_missed_a_rotation_stops_to_sign(busy: Any, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    shutil.copytree(busy.home.keys, other.keys)
    other.keep_database_url(busy.home.database_url)
    signer = load(other).signer
    rotated(busy)
    with pytest.raises(KeyTrouble, match=OUT_OF_USE):
        jws.sign(signer, {"says": "anything"}, "ybz-receipt+jws")
    shutil.copy(busy.home.keys / SIGNING_FILE, other.keys / SIGNING_FILE)
    assert jws.sign(signer, {"says": "anything"}, "ybz-receipt+jws")
