"""What stands in events, alerts and incidents, in words."""

from __future__ import annotations

from typing import Final

from space.console.language import Language

# Last word of an event's name, ``source:subject:action``, and the one before it.
_SUBJECTS: Final = {
    "request": ("申请", "request"), "grant": ("授权", "grant"), "answer": ("提问的答复", "answer"),
    "query": ("提问", "query"), "release": ("发布", "release"), "dataset": ("数据集", "dataset"),
    "entry": ("目录条目", "entry"), "edition": ("账期", "edition"), "correction": ("校核", "correction"),
    "delivery": ("回流", "delivery"), "form": ("报表", "form"), "account": ("账号", "account"),
    "membership": ("任职", "membership"), "person": ("人员", "person"), "session": ("会话", "session"),
    "agreement": ("授权运营协议", "agreement"), "scenario": ("应用场景", "scenario"),
    "contract": ("使用合约", "contract"), "receipt": ("回执", "receipt"), "stop": ("停用", "stop"),
    "incident": ("事件", "incident"), "alert": ("告警", "alert"), "verification": ("核验", "verification"),
    "subscription": ("回流订阅", "subscription"), "supply": ("供数", "supply"), "key": ("密钥", "key"),
    "organisation": ("机构", "organisation"), "administrator": ("管理员", "administrator"),
    "statement": ("账单", "statement"), "registration": ("登记", "registration"),
    "classification": ("分类分级", "classification"), "token": ("令牌", "token"),
}  # fmt: skip
SEVERITIES: Final = {
    "low": ("calm", "低", "low"),
    "medium": ("warn", "中", "medium"),
    "high": ("bad", "高", "high"),
    "critical": ("bad", "严重", "critical"),
}
STATES: Final = {
    "open": ("warn", "待处置", "open"),
    "acknowledged": ("calm", "已接手", "acknowledged"),
    "assigned": ("calm", "已指派", "assigned"),
    "escalated": ("bad", "已转事件", "escalated"),
    "closed": ("good", "已关闭", "closed"),
    "contained": ("warn", "已控制", "contained"),
    "resolved": ("good", "已处置", "resolved"),
    "dismissed": ("calm", "不属实", "dismissed"),
}


def event_called(name: str, say: Language) -> str:
    """An event in words: what it is about; its own name where nobody worded it."""
    parts = name.split(":")
    words = _SUBJECTS.get(parts[1]) if len(parts) > 2 else None
    return name if words is None else f"{say(*words)} · {parts[-1]}"


def worded(of: dict[str, tuple[str, str, str]], value: str, say: Language) -> tuple[str, str]:
    """Tone and words of a state."""
    tone, zh, en = of.get(value, ("calm", value, value))
    return tone, say(zh, en)
