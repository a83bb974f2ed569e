"""Tools that draw an outline first and paint what it encloses."""

from pentad.annotation.outlining.lasso import Lasso
from pentad.annotation.outlining.line import Line
from pentad.annotation.outlining.polygon import Polygon
from pentad.annotation.outlining.spanning import EllipseTool, RectangleTool
from pentad.annotation.tool import Tool

__all__ = ["EllipseTool", "Lasso", "Line", "Polygon", "RectangleTool", "outlining_tools"]


def outlining_tools() -> list[Tool]:
    """Line, polygon, lasso, rectangle and ellipse, in the order of the tool bar."""
    return [Line(), Polygon(), Lasso(), RectangleTool(), EllipseTool()]
