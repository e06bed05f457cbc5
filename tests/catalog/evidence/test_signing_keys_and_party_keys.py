"""Keys of both algorithms, their rotation and revocation, and the keys of parties."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select, update

from catalog.evidence import integrate
from catalog.evidence.export import export
from catalog.evidence.prove import inclusion_holds, prove_inclusion
from catalog.evidence.verify import verify_export, verify_store
from catalog.home import Home
from catalog.keys import (
    Algorithm,
    Ed25519Signer,
    Keys,
    KeyTrouble,
    Ring,
    SM2Signer,
    check_party_signature,
    load,
    party_keys,
    possession,
    public_from_pem,
    register_party_key,
    revoke_party_key,
    ring_of,
    sm2,
    verify,
)
from catalog.keys.cli import key as command
from catalog.keys.files import announced, put_in_place
from catalog.keys.rotation import revoke, rotate
from catalog.keys.signers import new_private_pem
from catalog.keys.succession import announce
from catalog.store import reading, writing
from catalog.store.tables.keys import signing_keys

Write = Callable[[int], list[str]]
ORGANISATION = "91990100MA0000001X"


@pytest.fixture(scope="module")
def sm2_signer() -> SM2Signer:
    return SM2Signer.of(new_private_pem(Algorithm.SM2))


def test_an_sm2_signature_of_the_standard_is_accepted_and_no_other() -> None:
    # GM/T 0003.5-2012, annex A.2: key, message and signature on the recommended curve.
    public = bytes.fromhex(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    signature = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )

    assert verify("sm2sig_sm3", public, b"message digest", signature)
    assert not verify("sm2sig_sm3", public, b"message digests", signature)
    assert not verify("sm2sig_sm3", public, b"message digest", signature[::-1])
    assert not verify("Ed25519", public, b"message digest", signature)


def test_an_sm2_key_signs_and_its_public_half_survives_its_forms(sm2_signer: SM2Signer) -> None:
    signature = sm2_signer.sign("一本账".encode())

    assert len(signature) == 64
    assert verify(Algorithm.SM2, sm2_signer.public_raw, "一本账".encode(), signature)
    assert public_from_pem(sm2_signer.public_pem) == sm2_signer.public_raw
    assert Ring.of_jwks(Ring.single(sm2_signer.public_raw).jwks()).keys[0].public_raw == sm2_signer.public_raw
    assert "_pem" not in repr(sm2_signer)


def test_where_openssl_is_missing_sm2_says_so_in_one_line(
    sm2_signer: SM2Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_OPENSSL", "/nowhere/openssl")

    with pytest.raises(KeyTrouble, match="SM2 needs the program `openssl`") as told:
        sm2_signer.sign(b"x")

    assert "\n" not in str(told.value)
    assert not sm2.is_supported()


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_log_whose_key_was_rotated_verifies_from_its_first_key_and_from_its_last(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, tmp_path: Path, algorithm: Algorithm
) -> None:
    first = keys.signer.public_raw
    ids = write(3)
    integrate(engine, keys.signer, noon)
    with reading(engine) as connection:
        export(connection, keys.signer, tmp_path / "copy")

    made = rotate(engine, home, algorithm=algorithm, by="王伟", now=noon + timedelta(hours=1))
    write(2)
    integrate(engine, keys.signer, noon + timedelta(hours=2))

    assert keys.signer.public_raw == made.public_raw != first  # a running process signs with the new one
    assert keys.signer.algorithm is algorithm
    with reading(engine) as connection:
        ring = ring_of(connection, keys.signer)
        assert [key.public_raw for key in ring.keys] == [first, made.public_raw]
        assert ring.keys[0].valid_to == ring.keys[1].valid_from == noon + timedelta(hours=1)
        assert export(connection, keys.signer, tmp_path / "copy") == 6
        assert all(verify_store(connection, trusted).ok for trusted in (first, made.public_raw))
        assert inclusion_holds(prove_inclusion(connection, ids[0]), ring)
    assert all(verify_export(tmp_path / "copy", trusted).ok for trusted in (first, made.public_raw))


def test_a_rotation_stopped_between_file_and_store_is_finished_by_whoever_signs_next(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write
) -> None:
    write(1)
    integrate(engine, keys.signer, noon)
    fresh = announced(home, Algorithm.ED25519)
    with writing(engine) as connection:
        announce(connection, keys.signer.fixed(), fresh, by="王伟", now=noon)
    integrate(engine, keys.signer, noon)
    put_in_place(home, fresh.key_id)  # and the process is killed here
    write(1)

    integrate(engine, keys.signer, noon + timedelta(minutes=1))

    with reading(engine) as connection:
        rows = connection.execute(select(signing_keys).order_by(signing_keys.c.number)).all()
        assert verify_store(connection, fresh.public_raw).ok
    assert [row.valid_to for row in rows] == [noon + timedelta(minutes=1), None]


def test_a_key_file_of_another_time_signs_nothing(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write
) -> None:
    write(1)
    old = (home.keys / "signing.pem").read_bytes()
    rotate(engine, home, algorithm=Algorithm.ED25519, by="王伟", now=noon)
    path = home.keys / "signing.pem"
    path.write_bytes(old)
    write(1)

    with pytest.raises(KeyTrouble, match="restore the `keys/` of now"):
        integrate(engine, keys.signer, noon)


def test_a_revoked_key_counts_for_what_it_signed_before_and_for_nothing_after(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write, tmp_path: Path
) -> None:
    old = keys.signer.fixed()
    write(1)
    rotate(engine, home, algorithm=Algorithm.ED25519, by="王伟", now=noon)
    lost = noon - timedelta(hours=1)
    with writing(engine) as connection, pytest.raises(KeyTrouble, match="is in use"):
        revoke(connection, keys.signer, keys.signer.key_id, since=noon, reason="x", by="王伟", now=noon)
    with writing(engine) as connection:
        revoke(connection, keys.signer, old.key_id, since=lost, reason="遗失", by="王伟", now=noon)
    integrate(engine, keys.signer, noon)

    with reading(engine) as connection:
        ring = ring_of(connection, keys.signer)
        export(connection, keys.signer, tmp_path / "copy")
        assert verify_store(connection, ring).ok
    published = Ring.of_jwks(json.loads((tmp_path / "copy" / "keys.json").read_text()))
    signature = old.sign(b"receipt")
    for known in (ring, published):
        assert known.problem(old.key_id, b"receipt", signature, lost - timedelta(seconds=5)) is None
        assert "was revoked" in (known.problem(old.key_id, b"receipt", signature, noon) or "")
        assert "is not known" in (known.problem(old.key_id, b"receipt", signature, None) or "")
    assert verify_export(tmp_path / "copy").ok
    document = json.loads((tmp_path / "copy" / "keys.json").read_text())
    del document["keys"][0]["revoked"]
    (tmp_path / "copy" / "keys.json").write_text(json.dumps(document))
    assert "its revocation is left out of the keys" in (verify_export(tmp_path / "copy").first_bad or "")


def test_a_key_the_log_does_not_tell_of_is_found(
    engine: Engine, keys: Keys, noon: datetime, write: Write, tmp_path: Path
) -> None:
    write(1)
    integrate(engine, keys.signer, noon)
    with reading(engine) as connection:
        export(connection, keys.signer, tmp_path / "copy")
    other = Ed25519Signer.of(Ed25519PrivateKey.generate())
    two = {
        "keys": [
            *Ring.single(keys.signer.public_raw).jwks()["keys"],
            *Ring.single(other.public_raw).jwks()["keys"],
        ]
    }
    (tmp_path / "copy" / "keys.json").write_text(json.dumps(two))

    assert verify_export(tmp_path / "copy").first_bad == f"key {other.key_id}: the log does not tell of it"


def test_a_party_key_is_registered_with_proof_counts_in_its_time_and_ends_when_revoked(
    engine: Engine, noon: datetime, sm2_signer: SM2Signer
) -> None:
    other = Ed25519Signer.of(Ed25519PrivateKey.generate())
    given = {"organisation": ORGANISATION, "holder": "运营部", "valid_from": noon, "by": "王伟", "now": noon}
    with writing(engine) as connection, pytest.raises(KeyTrouble, match="does not hold"):
        register_party_key(
            connection, public_pem=sm2_signer.public_pem, proof=possession(other, ORGANISATION), **given
        )
    with writing(engine) as connection:
        made = register_party_key(
            connection, public_pem=sm2_signer.public_pem, proof=possession(sm2_signer, ORGANISATION),
            valid_to=noon + timedelta(days=30), **given,
        )  # fmt: skip
    signature = sm2_signer.sign(b"contract")

    def check(organisation: str, at: datetime, message: bytes = b"contract") -> None:
        with reading(engine) as connection:
            check_party_signature(
                connection,
                organisation=organisation,
                named=made.key_id,
                message=message,
                signature=signature,
                at=at,
            )

    check(ORGANISATION, noon)
    for organisation, at, message, words in (
        ("another", noon, b"contract", "is not a key of another"),
        (ORGANISATION, noon - timedelta(seconds=1), b"contract", "does not count"),
        (ORGANISATION, noon + timedelta(days=31), b"contract", "does not count"),
        (ORGANISATION, noon, b"another", "is not that of key"),
    ):
        with pytest.raises(KeyTrouble, match=words):
            check(organisation, at, message)
    with writing(engine) as connection, pytest.raises(KeyTrouble, match="registered already"):
        register_party_key(
            connection, public_pem=sm2_signer.public_pem, proof=possession(sm2_signer, "x"),
            **given | {"organisation": "x"},
        )  # fmt: skip
    with writing(engine) as connection:
        revoke_party_key(connection, made.key_id, reason="离职", by="王伟", now=noon + timedelta(days=1))
    check(ORGANISATION, noon)
    with pytest.raises(KeyTrouble, match="does not count"):
        check(ORGANISATION, noon + timedelta(days=1))
    with reading(engine) as connection:
        assert party_keys(connection, ORGANISATION, noon) == party_keys(connection)
        assert party_keys(connection, at=noon + timedelta(days=2)) == ()


def test_keys_are_listed_rotated_and_registered_by_command(
    engine: Engine, keys: Keys, tmp_path: Path
) -> None:
    first = keys.signer.key_id
    private = tmp_path / "party.pem"
    private.write_bytes(new_private_pem(Algorithm.ED25519))
    public = tmp_path / "public.pem"
    party = Ed25519Signer.of(Ed25519PrivateKey.generate())
    public.write_bytes(party.public_pem)

    def run(*words: str) -> dict[str, object]:
        done = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        found: dict[str, object] = json.loads(done.stdout)
        return found

    rotated = run("rotate", "--by", "王伟")
    revoked = run("revoke", first, "--reason", "遗失", "--by", "王伟")
    proved = run("prove", ORGANISATION, str(private))
    registered = run(
        "register", ORGANISATION, str(public), "--proof", possession(party, ORGANISATION).hex(),
        "--holder", "运营部", "--by", "王伟",
    )  # fmt: skip
    listed, published = run("list"), run("list", "--jwks")

    assert rotated["key_id"] != first
    assert revoked["revoked_at"]
    assert len(str(proved["proof"])) == 128
    assert [each["key_id"] for each in listed["parties"]] == [registered["key_id"]]  # type: ignore[attr-defined]
    assert [each["kid"] for each in published["keys"]] == [first, rotated["key_id"]]  # type: ignore[attr-defined]
    assert "revoked" in CliRunner().invoke(command, ["list"]).stdout


def test_the_announced_key_of_another_algorithm_is_not_mixed_up(home: Home) -> None:
    load(home)
    announced(home, Algorithm.ED25519)

    with pytest.raises(KeyTrouble, match="a rotation to Ed25519 is under way"):
        announced(home, Algorithm.SM2)


def test_a_store_that_invents_a_key_is_found(
    engine: Engine, home: Home, keys: Keys, noon: datetime, write: Write
) -> None:
    write(1)
    rotate(engine, home, algorithm=Algorithm.ED25519, by="王伟", now=noon)
    integrate(engine, keys.signer, noon)
    other = Ed25519Signer.of(Ed25519PrivateKey.generate())
    with writing(engine) as connection:
        changed = update(signing_keys).where(signing_keys.c.number == 1)
        connection.execute(changed.values(public_pem=other.public_pem.decode()))

    with reading(engine) as connection:
        assert not verify_store(connection, keys.signer.public_raw).ok
