"""Normals and albedo of one view photographed under several known lights (Real-IAD-MVN §3.2)."""

from pentad.geometry.photometric_stereo.lighting import FRAGILE, Lighting
from pentad.geometry.photometric_stereo.order import OrderDoubt, doubt_order
from pentad.geometry.photometric_stereo.picture import albedo_picture, brightest
from pentad.geometry.photometric_stereo.solving import Method, Stereo, solve, solve_least_squares
from pentad.geometry.photometric_stereo.stack import LightStack

__all__ = [
    "FRAGILE",
    "LightStack",
    "Lighting",
    "Method",
    "OrderDoubt",
    "Stereo",
    "albedo_picture",
    "brightest",
    "doubt_order",
    "solve",
    "solve_least_squares",
]
