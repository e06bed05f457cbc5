"""The terms of grants, read from their agreements.

Decides nothing: an agreement is never changed, so that it is read once a process.
"""

from __future__ import annotations

import json
from functools import lru_cache

from policies import odrl
from policies.terms import Terms


@lru_cache(maxsize=4096)
def terms_of(agreement: str) -> Terms:
    """The terms of a grant."""
    return odrl.read(json.loads(agreement)).terms
