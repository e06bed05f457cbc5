"""How an answer was made safe, as a receipt states it: public parameters of the plan, no names, no data."""

from __future__ import annotations

from typing import Any

from policies.terms import Mode
from space.query.plan import PLAN_VERSION, Plan


def mechanism(plan: Plan) -> dict[str, Any]:
    """The parameters of threshold, differentially private or plain answering."""
    stated: dict[str, Any] = {"mode": plan.mode.value, "version": PLAN_VERSION}
    limits = plan.limits
    if plan.mode is Mode.DP:
        noise = [a.sigma for block in plan.blocks for a in block.aggregates if a.sigma]
        return {
            **stated,
            "rho": plan.rho,
            "delta": limits.delta,
            "noise": "discrete gaussian",
            "sigma": noise,
            "post_processing": "weighted least squares within public bounds, whole numbers",
        }
    if plan.mode is Mode.THRESHOLD:
        return {
            **stated,
            "k": limits.k,
            "dominance_share": limits.dominance_share,
            "p_percent": limits.p_percent,
            "rounding_base": limits.rounding_base,
        }
    return stated
