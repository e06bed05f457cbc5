"""The crypto inventory 密码应用清单, and the self-check pages 自查表 for 等保 and 商用密码应用.

Decides nothing and claims nothing: what is used stands in ``policies/rules/crypto.yaml``, what is asked in
``policies/rules/self_check.yaml``; beside it stand the doctor's findings of this installation, as evidence an
assessor may look at.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

from catalog.errors import CatalogError
from catalog.keys import load
from catalog.keys.sm2 import available
from policies.rulebook import rules
from space.observing.finding import Case, Finding

NO_CLAIM = "evidence for an assessor; whether a requirement is met is not said here"


def inventory(case: Case) -> dict[str, Any]:
    """Which cryptography is used where, and what this installation has in use."""
    return {
        "uses": [{"name": row.name, **row.value, "source": row.source} for row in rules("crypto", case.day)],
        "here": {
            **_signing(case),
            "sm2_possible": available(),
            "tls_library": ssl.OPENSSL_VERSION,
        },
        "note": NO_CLAIM,
    }


def _signing(case: Case) -> dict[str, str]:
    """The key in use; nothing where it cannot be used, which is a finding of the doctor."""
    try:
        signer = load(case.home).signer
    except CatalogError:
        return {}
    return {"signing_algorithm": signer.algorithm.value, "signing_key": signer.key_id}


def self_check(case: Case, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What is asked, one row a requirement, with the findings to look at."""
    found = {finding.name: finding for finding in findings}
    return [
        {
            "name": row.name,
            "page": row.value["page"],
            "asks": row.value["asks"],
            "source": row.source,
            "answered_by": row.value["by"],
            "evidence": [
                {"finding": name, "level": found[name].level, "found": found[name].found}
                for name in row.value["findings"]
                if name in found
            ],
        }
        for row in rules("self_check", case.day)
    ]
