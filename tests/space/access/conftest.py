"""One application over an installation with organisations in every relation, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog.home import Home
from catalog.store import create_store, open_store
from space.api.app import create_app
from space.engines.workers.pool import Pool
from tests.space.access.doors_found import endpoints
from tests.space.access.neighbours import NOW, City, settled


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The application over an installation with neighbours, and its endpoints."""
    home = Home(tmp_path_factory.mktemp("access") / "var")
    home.create()
    create_store(home).dispose()
    engine = open_store(home)
    around = settled(home, engine)
    with Pool(spare=False) as pool:
        app = create_app(home, clock=lambda: NOW, pool=pool)
        yield City(app, around, home, dict(endpoints(app)))
    app.state.services.engine.dispose()
    engine.dispose()
