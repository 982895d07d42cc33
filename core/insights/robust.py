"""What is usual, and how far from it something is: medians, so that one odd payment does not change the measure."""

from collections.abc import Sequence
from fractions import Fraction
from math import log

SIGMA = 1.4826
"""The median distance from the median, times this, is the standard deviation of a normal distribution."""
SCALE_MIN = 0.1
"""Payments that were always the same may still differ by a tenth."""


def median_minor(amounts: Sequence[int]) -> int:
    """The middle amount, or the mean of the two middle ones, half to even."""
    ordered = sorted(amounts)
    return round(Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2))


def distance(amount: int, usual: Sequence[int]) -> float:
    """How many robust standard deviations `amount` lies above the median of positive amounts, on a scale of ratios:
    twice as much counts like half as much."""
    logs = sorted(log(value) for value in usual)
    middle = _middle(logs)
    scale = max(SIGMA * _middle(sorted(abs(value - middle) for value in logs)), SCALE_MIN)
    return (log(amount) - middle) / scale


def _middle(ordered: Sequence[float]) -> float:
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
