"""Fixtures of watching: the till of the money tests, and what was done at it brought into the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog.evidence.publishing import publish
from space.watch.evaluating import evaluate
from tests.space.money.conftest import either, opened_till, till
from tests.space.money.till import Till

__all__ = ["either", "opened_till", "till"]


@pytest.fixture
def watched() -> Callable[[Till], tuple[str, ...]]:
    """Gives every act of a till its place in the log, and looks at what came."""

    def look(at: Till) -> tuple[str, ...]:
        publish(at.engine, at.home, at.keys.signer, at.now, wait=True)
        return evaluate(at.engine, at.now)

    return look


@pytest.fixture
def told() -> Callable[[Any], list[str]]:
    """The codes of a refusal."""

    def codes(refused: Any) -> list[str]:
        denial = getattr(refused, "decision", None) or refused.denial
        return [reason.code for reason in denial.reasons]

    return codes
