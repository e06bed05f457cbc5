"""The made-up values of a test module are the same whatever modules ran before it in the process."""

from __future__ import annotations

import pytest

from tests.classification.development import examples


@pytest.fixture(autouse=True, scope="module")
def same_values() -> None:
    """Begin the values of the examples anew."""
    examples.RANDOM.seed(43697)
