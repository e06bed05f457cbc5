"""Fixtures of the bureau; see :mod:`tests.space.bureau`. Each test of ``store`` runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.space.bureau import Bureau, bureau, busy, founded, granting, pool
from tests.stores import each_store, store_moved

__all__ = ["bureau", "busy", "founded", "granting", "pool"]


@pytest.fixture(params=each_store(pytest.mark.full))
def store(request: pytest.FixtureRequest, bureau: Bureau) -> Iterator[Bureau]:
    """The bureau with its store on one database or the other: on the server with the long tests."""
    with store_moved(request, bureau.home, bureau.engine) as engine:
        yield replace(bureau, engine=engine)
