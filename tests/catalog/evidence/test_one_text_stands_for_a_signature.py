"""A signature has one text: another that common decoders read alike is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.keys import Algorithm, Ed25519Signer, KeyTrouble, Ring
from catalog.keys.encoding import NotCanonical, base64url, of_base64, of_base64url
from catalog.keys.signers import new_private_pem, signer_of_pem
from tests.forged import forged, written_otherwise


@given(st.binary(max_size=70))
def test_what_is_written_reads_back_and_is_the_only_text(raw: bytes) -> None:
    assert of_base64url(base64url(raw)) == raw
    assert of_base64(base64.b64encode(raw)) == raw
    assert of_base64(base64.b64encode(raw).decode()) == raw
    if len(raw) % 3:
        text = written_otherwise(base64url(raw))
        assert base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) == raw, "a common decoder takes it"
        with pytest.raises(NotCanonical):
            of_base64url(text)
        with pytest.raises(NotCanonical):
            of_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


@pytest.mark.parametrize("text", ["A", "A=", "AA==", "A+A", "A A", "AA\n", "字"])
def test_what_is_no_base64url_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        of_base64url(text)


def test_a_key_set_names_a_key_in_one_way() -> None:
    signer = signer_of_pem(new_private_pem(Algorithm.ED25519), "new")
    assert isinstance(signer, Ed25519Signer)
    document = Ring.single(signer.public_raw).jwks()
    (key,) = document["keys"]
    assert Ring.of_jwks(document).of(signer.key_id) is not None
    with pytest.raises(KeyTrouble):
        Ring.of_jwks({"keys": [key | {"x": written_otherwise(key["x"])}]})


def test_a_forgery_of_ours_is_another_signature() -> None:
    statement = f"a.b.{base64url(bytes(64))}"
    assert of_base64url(forged(statement).rpartition(".")[2]) != bytes(64)
