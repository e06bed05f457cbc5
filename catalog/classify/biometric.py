"""Biometric data 生物识别信息: templates, vectors, gene sequences, files of faces and fingers.

A template alone is a long random text like a signature or a key: the heading, or the name of the file, says
that it is a body's.
"""

from __future__ import annotations

from typing import Final

from catalog.classify.column import Column
from catalog.classify.kinds import Kind, scoring
from catalog.classify.support import Support

_FILE: Final = (
    r"(?i:(?:face|finger|iris|palm|voiceprint|facial|portrait|biometric|liveness|live_|selfie|mugshot|人脸|指纹|虹膜|声纹|掌纹|人像|活体|刷脸|证件照|免冠照)"
    r"[^ ]*\.(?:[a-z0-9]{2,5}))"
)
_TELLING_URI: Final = (
    r"(?i:(?:/|^)(?:face|faces|fingerprint|iris|palm|voiceprint|biometric|renlian|zhiwen)[^ ]*/[^ ]*)"
)
_ANY_FILE: Final = (
    r"(?i:\.(?:jpe?g|jp2|j2k|png|bmp|gif|webp|heic|wav|mp3|amr|pcm|opus|flac|silk|m4a|mp4|avi|dat|bin|tif+|wsq|iri|spk|tpl|tmpl|fea|feat|npy|fpt|iso|vec|emb|model|fasta|fastq|vcf|bam)(?:\?.*)?$"
    r"|^data:image/|^(?:https?|s3|oss|file|minio)://)"
)
_TEMPLATE: Final = (
    r"^(?:[A-Za-z0-9+/]{24,}={0,2}|[0-9A-Fa-f]{24,}"
    r"|/9j/[A-Za-z0-9+/=]+|iVBOR[A-Za-z0-9+/=]+|Rk1S[A-Za-z0-9+/=]+)"
)
_VECTOR: Final = r"^[\[(]?\s*-?\d*\.\d+(?:\s*[,; ]\s*-?\d*\.\d+){3,}"
# Long base64, longer than a digest's 32 hexadecimal signs: what a body's template looks like.
_RANDOM: Final = r"^[A-Za-z0-9+/]{36,}={0,2}$"
_PLUS: Final = r"[+/=]"
_PLUSSED: Final = 0.3
_ISO_TEMPLATE: Final = r"^(?:Rk1S|RklS|SUlS|RkFD)[A-Za-z0-9+/]{12,}={0,2}"
_GENES: Final = (
    r"^[ACGTN]{12,}$|^rs\d{3,}|^(?:[A-Za-z0-9]{2,8}[:=]\d{1,2}(?:\.\d)?,\d{1,2}(?:\.\d)?[;|]?){2,}"
)
_CODES: Final = r"^[A-Za-z]{1,6}[-_]?[0-9A-Za-z\-_]{3,40}$"


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for biometric data."""
    if not column.is_text or not column.sample:
        return None
    telling = column.share_of(rf"{_FILE}|{_TELLING_URI}|{_ISO_TEMPLATE}")
    named = column.meaning.strength(kind.name)
    details: dict[str, float | int | bool] = {"telling_share": round(telling, 3)}
    if named >= scoring().contained:
        loose = column.share_of(rf"{_ANY_FILE}|{_TEMPLATE}|{_VECTOR}|{_GENES}")
        if named >= scoring().initials and loose < 0.5:
            loose = max(loose, column.share_of(_CODES))
        return Support(max(telling, loose), details)
    return Support(telling, details) if telling else None


def template(column: Column) -> bool:
    """Whether values under a heading that says nothing look like a body's template: vectors, base64.

    Args:
        column: of a table whose rows are persons.
    """
    if not column.is_text or not column.sample or column.meaning.other:
        return False
    if column.share_of(_VECTOR) >= column.limits.share:
        return True
    random = column.share_of(_RANDOM) >= column.limits.share_without_name
    return random and column.share_of(_PLUS) >= _PLUSSED
