"""A key or a store that is gone is said to be lost: nothing new is made in its place without a word."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from catalog import keys
from catalog.errors import StoreLost
from catalog.evidence import integrate, record
from catalog.evidence.publishing import publish
from catalog.home import Home
from catalog.keys.heads import KeyTrouble
from catalog.store import create_store, open_store, writing
from ybz import ybz

NOON = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def signed(home: Home) -> Home:
    """An installation that has signed a checkpoint of its log."""
    engine = create_store(home)
    signer = keys.load(home).signer
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOON)
    integrate(engine, signer, now=NOON)
    engine.dispose()
    return home


def test_a_signing_key_that_signed_is_not_replaced_by_another(signed: Home) -> None:
    (signed.keys / keys.SIGNING_FILE).unlink()
    with pytest.raises(KeyTrouble, match="has signed before"):
        keys.load(signed)
    assert not (signed.keys / keys.SIGNING_FILE).exists()


def test_keys_that_signed_nothing_yet_are_finished(home: Home) -> None:
    create_store(home)
    keys.load(home)
    (home.keys / keys.SIGNING_FILE).unlink()
    assert keys.load(home).signer.key_id


def test_a_lost_folder_of_keys_makes_no_pseudonyms_anew(signed: Home) -> None:
    publish(open_store(signed), signed, keys.load(signed).signer, NOON)
    shutil.rmtree(signed.keys)
    with pytest.raises(KeyTrouble, match="a new one would break every join"):
        keys.load(signed)
    assert not any(signed.keys.iterdir())


@pytest.mark.embedded
def test_a_store_that_is_gone_is_neither_opened_nor_made_again(signed: Home) -> None:
    (signed.root / "ybz.db").unlink()
    with pytest.raises(StoreLost, match="restore the newest backup"):
        open_store(signed)
    made = CliRunner().invoke(ybz, ["--home", str(signed.root), "init"])
    assert made.exit_code == 1
    assert isinstance(made.exception, StoreLost)
    assert not (signed.root / "ybz.db").exists()
