"""Nouns to pixels: pyramids, view transforms, layer stacks, and the one canvas that draws them."""

from pentad.canvas.canvas import Canvas
from pentad.canvas.caption import Caption
from pentad.canvas.colours import CLASS_COLOURS, HeatMapName, heat_table, normals_as_rgb
from pentad.canvas.layers import BaseLayer, HeatLayer, HeatStyle, LabelStyle, LayerStack, MaskLayer
from pentad.canvas.pyramid import LabelPyramid, Pyramid
from pentad.canvas.transform import LinkedTransform, Viewport, ViewTransform

__all__ = [
    "CLASS_COLOURS",
    "BaseLayer",
    "Canvas",
    "Caption",
    "HeatLayer",
    "HeatMapName",
    "HeatStyle",
    "LabelPyramid",
    "LabelStyle",
    "LayerStack",
    "LinkedTransform",
    "MaskLayer",
    "Pyramid",
    "ViewTransform",
    "Viewport",
    "heat_table",
    "normals_as_rgb",
]
