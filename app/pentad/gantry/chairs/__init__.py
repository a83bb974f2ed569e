"""Simulated chairs with one part wrong, in the layout of BrokenChairs-180K."""

from pentad.gantry.chairs.making import random_chair

__all__ = ["random_chair"]
