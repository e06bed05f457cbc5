"""SM2 signatures with SM3 国密 through OpenSSL's command line, and the form of SM2 keys.

Decides how the program is called and that every signature is over the common identifier. Where OpenSSL has
no SM2, every act here says so in one line; nothing falls back to another algorithm.

Source: GB/T 32918.2 (signature), GB/T 32905 (SM3), GM/T 0009 (key and signature forms, the identifier).
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from catalog.settings import reading as settings

# The signer's identifier where the parties agreed on none (GM/T 0009, section 10).
IDENTIFIER: Final = "1234567812345678"
# SubjectPublicKeyInfo up to the point: id-ecPublicKey on curve 1.2.156.10197.1.301 (GM/T 0006).
_HEAD: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_POINT_BYTES: Final = 65
_PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*")
# How long OpenSSL may take for one act, in seconds; it needs some milliseconds.
_PATIENCE_S: Final = 20
_OPTIONS: Final = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{IDENTIFIER}")


class SM2Trouble(Exception):
    """OpenSSL is missing, has no SM2, or refused a key."""


def sign(private_pem: bytes, message: bytes) -> bytes:
    """The signature r ‖ s, 32 bytes each, over SM3(ZA ‖ message).

    Raises:
        SM2Trouble: OpenSSL cannot.
    """
    with _Files({"key": private_pem, "in": message}) as held:
        made = _run("pkeyutl", "-sign", "-inkey", held["key"], "-in", held["in"], *_OPTIONS)
    r, s = decode_dss_signature(made.stdout)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(public_raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether r ‖ s is the signature of ``message`` by the key 04 ‖ x ‖ y.

    Raises:
        SM2Trouble: there is no OpenSSL that could tell.
    """
    _require()
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    with _Files({"key": pem_of_raw(public_raw), "sig": der, "in": message}) as held:
        asked = ("-verify", "-pubin", "-inkey", held["key"], "-sigfile", held["sig"], "-in", held["in"])
        # A wrong signature and a point that is not on the curve both end with another status than 0.
        return _call("pkeyutl", *asked, *_OPTIONS).returncode == 0


def new_private_pem() -> bytes:
    """A fresh private key in PEM (PKCS#8).

    Raises:
        SM2Trouble: OpenSSL cannot.
    """
    return _run("genpkey", "-algorithm", "SM2").stdout


def public_pem_of(private_pem: bytes) -> bytes:
    """The public key of a private one, both in PEM.

    Raises:
        SM2Trouble: it is not an SM2 key, or OpenSSL cannot read it.
    """
    with _Files({"key": private_pem}) as held:
        made = _run("pkey", "-in", held["key"], "-pubout")
    if not is_public_pem(made.stdout):
        raise SM2Trouble("the key is not an SM2 key")
    return made.stdout


def is_public_pem(pem: bytes) -> bool:
    """Whether a PEM holds a public key on the SM2 curve."""
    found = _PEM.fullmatch(pem.strip() + b"\n")
    if found is None:
        return False
    try:
        raw = base64.b64decode(b"".join(found[1].split()), validate=True)
    except ValueError:
        return False
    return raw.startswith(_HEAD + b"\x04") and len(raw) == len(_HEAD) + _POINT_BYTES


def raw_of_pem(pem: bytes) -> bytes:
    """04 ‖ x ‖ y of a public key for which :func:`is_public_pem` holds."""
    found = _PEM.fullmatch(pem.strip() + b"\n")
    if found is None:
        raise SM2Trouble("the public key is not in PEM")
    return base64.b64decode(b"".join(found[1].split()))[len(_HEAD) :]


def pem_of_raw(public_raw: bytes) -> bytes:
    """SubjectPublicKeyInfo in PEM of 04 ‖ x ‖ y."""
    text = base64.b64encode(_HEAD + public_raw)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return b"-----BEGIN PUBLIC KEY-----\n" + b"\n".join(lines) + b"\n-----END PUBLIC KEY-----\n"


def may_be_private_pem(pem: bytes) -> bool:
    """Whether a text is a private key in PEM at all; OpenSSL says whether it is an SM2 key."""
    return b"-----BEGIN PRIVATE KEY-----" in pem or b"-----BEGIN EC PRIVATE KEY-----" in pem


def is_supported() -> bool:
    """Whether there is an OpenSSL here that has SM2."""
    try:
        _require()
    except SM2Trouble:
        return False
    return True


class _Files:
    """Contents as files only this user may read, for as long as a block runs."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._folder = tempfile.TemporaryDirectory(prefix="ybz-sm2-")

    def __enter__(self) -> dict[str, str]:
        made: dict[str, str] = {}
        for name, content in self._contents.items():
            path = Path(self._folder.name) / name  # the folder has mode 0700
            path.write_bytes(content)
            made[name] = str(path)
        return made

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    _require()
    done = _call(*arguments)
    if done.returncode != 0:
        # What OpenSSL says may name a temporary file; it says nothing a reader could act on.
        raise SM2Trouble(f"OpenSSL refused the SM2 key (`openssl {arguments[0]}`) — is it an SM2 key in PEM?")
    return done


def _call(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603  (the program is the installation's own)
            [_program(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SM2Trouble("OpenSSL did not answer — try again") from error


def _program() -> str:
    return settings.value("YBZ_OPENSSL") or shutil.which("openssl") or ""


def available() -> bool:
    """Whether this machine's OpenSSL can sign with SM2."""
    return _has_sm2(_program())


def _require() -> None:
    if not _has_sm2(_program()):
        raise SM2Trouble(
            "SM2 needs the program `openssl`, 3.0 or later, with SM2 — install it, or name it in YBZ_OPENSSL"
        )


@lru_cache(maxsize=4)
def _has_sm2(program: str) -> bool:
    if not program:
        return False
    try:
        listed = subprocess.run(  # noqa: S603  (the program is the installation's own)
            [program, "list", "-signature-algorithms"], capture_output=True, text=True, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and re.search(r"\bSM2\b", listed.stdout, re.IGNORECASE) is not None
