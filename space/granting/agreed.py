"""The terms an agreement states, read once a process.

Decides nothing; reading is :mod:`policies.odrl`.
"""

from __future__ import annotations

import json
from functools import lru_cache

from policies import odrl
from policies.terms import Terms


@lru_cache(maxsize=1024)
def terms_of(agreement: str) -> Terms:
    """The terms of an agreement: frozen, so that readers may share them.

    Args:
        agreement: canonical JSON, as the store keeps it.
    """
    return odrl.read(json.loads(agreement)).terms
