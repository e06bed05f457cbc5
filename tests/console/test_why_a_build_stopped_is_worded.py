"""What the gate says of a build that stopped is told in Chinese, reason by reason."""

from __future__ import annotations

import re
from dataclasses import replace

from catalog.classify.finding import Finding
from catalog.quality import RuleResult
from contracts.model import Action, Contract, Dimension, Field, Party
from pipelines.building.gate import judge, sentence
from policies.decision import Deny
from space.console.language import Language
from space.console.pages.steward.stopped import why_stopped

ASKED = replace(Contract("c", "t", "s", "t", Party("d"), (Field("note"),)), minimum_quality=0.9)
BROKEN = RuleResult("r", ("note",), Dimension.ACCURACY, Action.STOP, 7, 10, False, "range")
FOUND = Finding("note", "resident_id", 4, 1.0, {}, personal=True, sensitive=True, beyond_declared=True)


def denied() -> str:
    """Everything the gate may hold against one build."""
    decision = judge(ASKED, [BROKEN], [FOUND], landed=10, quarantined=9, quality=0.5)
    assert isinstance(decision, Deny)
    assert len(decision.reasons) == 4
    return sentence(decision)


def test_every_reason_of_the_gate_is_told_without_english() -> None:
    told = why_stopped(Language.CHINESE, denied())
    assert told.count("；") == 3
    assert not re.search("[A-Za-z]", told.replace("note", ""))
    for word in ("公民身份号码（敏感个人信息）", "3 处（共 10 处）", "拒收了 9 行", "50.00%"):
        assert word in told


def test_in_english_it_is_told_as_the_gate_says_it() -> None:
    assert why_stopped(Language.ENGLISH, denied()) == denied()
