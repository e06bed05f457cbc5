"""Two people 双人: whether what two people are called is one person's name, however it is typed.

Decides on the words alone; who stands behind an id or a login is :mod:`space.identity.one_person`'s.
"""

from __future__ import annotations

import unicodedata


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: width, case and blanks tell nobody apart.

    >>> same_name("王 芳", "王芳")
    True
    """
    plain = ["".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other)]
    return plain[0] == plain[1]
