"""Verifying a receipt by the interface, and saying in words what was verified and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator import words
from space.console.parts.figures import instant, number, yuan
from space.console.parts.words import Words, facts
from space.console.seats import Seat


def verifying(seat: Seat, jws: str) -> None:
    """A button that has a receipt verified, and the place for what came of it."""
    say = seat.say
    place = ui.element("div").classes("ybz-wide").props('role="status"')

    async def verify() -> None:
        verdict = await seat.calls.post("/v1/receipts/verifications", {"receipt": jws})
        place.clear()
        with place:
            verdict_told(say, verdict)

    with ui.element("div").classes("ybz-doing"):
        ui.button(say("查验回执", "Verify the receipt"), icon="verified_user", on_click=verify).props(
            "outline"
        )


def verdict_told(say: Language, verdict: dict[str, Any], *, with_file: bool = False) -> None:
    """What a verification found.

    Args:
        say: of the reader.
        verdict: as the interface gave it.
        with_file: whether the file of an answer was brought beside the receipt.
    """
    good = verdict["ok"] and not (with_file and verdict.get("answer") is False)
    with ui.element("div").classes("ybz-op-verdict good" if good else "ybz-op-verdict bad"):
        with ui.element("p"):
            ui.icon("verified" if good else "gpp_bad").props('aria-hidden="true"')
            Words("strong", say("查验通过", "It holds") if good else say("查验不通过", "It does not hold"))
        if not good:
            Words("p", words.problem(say, str(verdict["problem"] or _another(say))))
        if verdict["states"] is None:
            return
        with ui.element("ul"):
            key = verdict["key"]
            Words(
                "li",
                say(
                    f"签名由本空间的密钥 {key} 在其有效期内作出，内容未被改动。",
                    f"Signed with key {key} of this space within its time, unchanged since.",
                ),
            )
            Words("li", _logged(say, verdict["evidence"]))
            if with_file:
                Words("li", _fits(say, verdict["answer"]))
        if with_file:
            return
        Words(
            "p",
            say(
                "查验的是凭据：谁问的、按哪份条款、读了哪些发布版、花了多少。"
                "它不证明数据本身正确，也不含问句原文和结果；要查验结果，请连答案文件一起查验。",
                "What was verified is the statement: who asked under "
                "which terms, of which releases, at which cost. "
                "It says nothing of the data being right, and holds neither question nor rows.",
            ),
        ).classes("ybz-fine")


def _another(say: Language) -> str:
    return say("回执是真的，但这个文件不是它的答案", "the receipt is genuine, but the file is not its answer")


def _fits(say: Language, same: bool | None) -> str:
    """Whether the file that was brought is the answer."""
    if same is None:
        return say(
            "答案已不再留存，这种文件无从比对；Arrow 文件仍可以用 SHA-256 与答案摘要比对。",
            "The answer is kept no longer: a CSV cannot be told; an Arrow file can, by its SHA-256.",
        )
    if same:
        return say(
            "文件就是这份回执的答案，一个数也没有改动（CSV 末尾的误差上下界不在回执之内，不作比对）。",
            "The file is the answer of this receipt, not a figure changed; error bounds are not of it.",
        )
    return say(
        "文件不是这份回执的答案，或被改动过。", "The file is not the answer of this receipt, or was changed."
    )


def stated(say: Language, states: dict[str, Any], called: Mapping[str, str] | None = None) -> None:
    """What a receipt states.

    Args:
        say: of the reader.
        states: as it was signed.
        called: names of what it states by code.
    """
    names = called or {}
    mechanism = states.get("mechanism", {})
    noise = ", ".join(f"{one:.4g}" for one in mechanism.get("sigma", ()))
    pairs = [
        (say("回执号", "Receipt"), str(states["id"])),
        (say("授权", "Grant"), _named(say, str(states.get("grant", "")), names)),
        (say("条款摘要", "Digest of the terms"), str(states.get("terms", ""))),
        (say("提问单位", "Asked by"), _named(say, str(states.get("holder", "")), names)),
        (say("时间（取整到时段）", "Time (from)"), _when(say, str(states.get("time", "")))),
        (say("保护方式", "Made safe by"), words.mode(say, str(states.get("mode", "")))),
        (say("噪声标准差 σ", "Sigma of the noise"), noise),
        (say("隐私预算", "Privacy budget"), f"ρ {states.get('nrho', 0) / 1e9:g}"),
        (say("价款", "Price"), yuan(int(states.get("price_fen", 0)))),
        (say("读取的发布版", "Releases read"), ", ".join(states.get("releases", ()))),
        (say("问句摘要（加盐）", "Salted digest of the text"), str(states.get("query", ""))),
        (say("答案摘要", "Digest of the answer"), str(states.get("answer", ""))),
        (say("存证记录", "Evidence entry"), str(states.get("entry", ""))),
    ]
    facts([(term, value) for term, value in pairs if value])


def _named(say: Language, code: str, names: Mapping[str, str]) -> str:
    return say(f"{names[code]}（{code}）", f"{names[code]} ({code})") if code in names else code


def _when(say: Language, stated: str) -> str:
    """The time a receipt states, as clocks here show it, and as it was signed."""
    if not stated.endswith("Z"):
        return stated
    return say(f"{instant(stated.replace('Z', '+00:00'))}（签名写作 {stated}）",
               f"{instant(stated.replace('Z', '+00:00'))} (signed as {stated})")  # fmt: skip


def _logged(say: Language, evidence: dict[str, Any]) -> str:
    said, proof = words.logged(say, evidence["said"]), evidence["proof"]
    if proof is None:
        return f"{said}{say('。', '.')}"
    return say(
        f"{said}：日志共 {number(proof['size'])} 条，这是第 {number(proof['position'] + 1)} 条，"
        f"树根 {proof['root'][:16]}…。",
        f"{said}: entry {number(proof['position'] + 1)} of "
        f"{number(proof['size'])}, root {proof['root'][:16]}…",
    )
