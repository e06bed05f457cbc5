"""A signed statement holds for the key that signed it, unchanged, and for its own type only."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as independent
from joserfc.jwk import OKPKey

from catalog.home import Home
from catalog.keys import Ed25519Signer, Signer, load
from space.calls.jws import SignatureInvalid, sign, verify


@pytest.fixture
def signer(home: Home) -> Signer:
    return load(home).signer


def test_an_independent_library_reads_and_verifies_the_statement(signer: Signer) -> None:
    statement = sign(signer, {"grant": "grt_1", "账": 1}, "ybz-receipt+jws")

    key = OKPKey.import_key(signer.public_pem.decode())
    read = independent.deserialize_compact(statement, key, algorithms=["Ed25519"])

    assert json.loads(read.payload) == {"grant": "grt_1", "账": 1}
    assert read.headers()["alg"] == "Ed25519"


def test_another_key_another_type_and_no_signature_at_all_are_refused(signer: Signer, home: Home) -> None:
    statement = sign(signer, {"a": 1}, "ybz-receipt+jws")
    other = Ed25519Signer.of(Ed25519PrivateKey.generate())
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"ybz-receipt+jws"}').rstrip(b"=").decode()

    for text, key, typ in (
        (statement, other.public_raw, "ybz-receipt+jws"),
        (statement, signer.public_raw, "ybz-agreement+jws"),
        (f"{head}.{statement.split('.')[1]}.", signer.public_raw, "ybz-receipt+jws"),
        ("not a statement", signer.public_raw, "ybz-receipt+jws"),
        ("收据.收据.收据", signer.public_raw, "ybz-receipt+jws"),
    ):
        with pytest.raises(SignatureInvalid):
            verify(text, key, typ)


_SIGNER = Ed25519Signer.of(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
_STATEMENT = sign(_SIGNER, {"nrho": 10_000_000, "price_fen": 500, "holder": "91"}, "t")


@settings(max_examples=150, derandomize=True, deadline=None)
@given(place=st.integers(0, len(_STATEMENT) - 1), letter=st.sampled_from("AQgwZ09-_."))
def test_no_single_character_can_be_changed(place: int, letter: str) -> None:
    changed = _STATEMENT[:place] + letter + _STATEMENT[place + 1 :]
    if changed == _STATEMENT:
        return

    with pytest.raises(SignatureInvalid):
        verify(changed, _SIGNER.public_raw, "t")
