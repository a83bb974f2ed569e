"""One score for a part out of its views' scores."""

import re
from collections.abc import Mapping

from pentad.core.problem import Problem


def fuse(scores: Mapping[str, float], rule: str = "max") -> float:
    """The part's score by ``rule``: ``max``, ``mean``, or ``2-of-n`` (and so on): at least two views must agree.

    The k-of-n score is the k-th highest view's: it exceeds a threshold where at least k views do; with fewer views
    than k, all must. Problem for another word; ValueError without views.
    """
    check_rule(rule)
    ordered = sorted(scores.values(), reverse=True)
    if not ordered:
        raise ValueError("a part without views has no score")
    if rule == "max":
        return ordered[0]
    if rule == "mean":
        return sum(ordered) / len(ordered)
    return ordered[min(_votes(rule), len(ordered)) - 1]


def check_rule(rule: str) -> None:
    """Problem where ``rule`` is none."""
    if rule not in ("max", "mean") and _votes(rule) < 1:
        raise Problem(f"'{rule}' is no way to fuse views", remedy="Say max, mean, or 2-of-n (any number).")


def _votes(rule: str) -> int:
    match = re.fullmatch(r"(\d+)-of-n", rule)
    return int(match[1]) if match else 0
