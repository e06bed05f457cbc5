from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from catalog.home import Home
from catalog.keys import KeyTrouble, load, public_from_pem


def test_first_load_makes_keys_and_the_second_reads_the_same(home: Home) -> None:
    first, second = load(home), load(home)

    assert first.pseudonym == second.pseudonym
    assert len(first.pseudonym) == 32
    assert first.signer.public_pem == second.signer.public_pem


def test_key_files_are_readable_by_their_owner_alone(home: Home) -> None:
    load(home)

    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.keys.iterdir()} == {0o600}
    assert {path.name for path in home.keys.iterdir()} == {"signing.pem", "pseudonym.key"}


@pytest.mark.parametrize(("name", "mode"), [("signing.pem", 0o640), ("pseudonym.key", 0o604)])
def test_a_key_file_others_may_read_is_refused_with_the_command_that_mends_it(
    home: Home, name: str, mode: int
) -> None:
    load(home)
    (home.keys / name).chmod(mode)

    with pytest.raises(KeyTrouble, match=rf"may be read by others \(mode {mode:04o}\) — run `chmod 0600"):
        load(home)


def test_a_key_folder_others_may_enter_is_refused(home: Home) -> None:
    load(home)
    home.keys.chmod(0o750)

    with pytest.raises(KeyTrouble, match="chmod 0700"):
        load(home)


def test_a_lost_pseudonym_key_is_not_silently_replaced(home: Home) -> None:
    load(home)
    (home.keys / "pseudonym.key").unlink()

    with pytest.raises(KeyTrouble, match="restore it from escrow"):
        load(home)
    assert not (home.keys / "pseudonym.key").exists()


@pytest.mark.parametrize("name", ["signing.pem", "pseudonym.key"])
def test_a_damaged_key_file_is_named(home: Home, name: str) -> None:
    load(home)
    (home.keys / name).write_bytes(b"torn")

    with pytest.raises(KeyTrouble, match=name):
        load(home)


def test_a_start_killed_between_the_two_keys_is_continued(home: Home) -> None:
    first = load(home)
    key_id = first.signer.key_id
    (home.keys / "signing.pem").unlink()

    again = load(home)

    assert again.pseudonym == first.pseudonym
    assert again.signer.key_id != key_id


def test_many_first_starts_at_once_agree_on_one_key(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load(home), range(16)))

    assert len({keys.signer.key_id for keys in found}) == 1
    assert len({keys.pseudonym for keys in found}) == 1


def test_the_signature_checks_with_the_public_key_alone(home: Home) -> None:
    signer = load(home).signer

    public = Ed25519PublicKey.from_public_bytes(public_from_pem(signer.public_pem))

    public.verify(signer.sign(b"checkpoint"), b"checkpoint")
    assert public_from_pem(signer.public_pem) == signer.public_raw


def test_keys_do_not_show_their_secrets_when_printed(home: Home) -> None:
    keys = load(home)

    assert keys.pseudonym.hex() not in repr(keys)
    assert str(keys.pseudonym) not in repr(keys)
    assert "_private" not in repr(keys.signer)


def test_what_is_not_a_public_key_is_refused() -> None:
    with pytest.raises(KeyTrouble, match="not in PEM"):
        public_from_pem(b"nothing")
