"""Small pictures whose truth is known, and a hand for tools that ask."""

import cv2
import numpy as np

from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Preview, Proposal
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Underlay
from pentad.annotation.tool import Tool
from pentad.core.arrays import Bools, Labels, Rgb
from tests.helpers.sheet import BareSheet

SIZE = (300, 400)
MIDDLE = (150, 200)


def ring(size: tuple[int, int] = SIZE) -> Bools:
    """A disc of 80 pixels with a hole of 25, in the middle."""
    y, x = np.mgrid[: size[0], : size[1]]
    far = np.hypot(y - size[0] // 2, x - size[1] // 2)
    truth: Bools = (far <= 80) & (far > 25)
    return truth


def photo(truth: Bools, *, noise: float = 6.0) -> Rgb:
    """``truth`` in one colour on another, blue green red, slightly blurred, with noise and a slope of light."""
    colours = np.where(truth[..., None], (170, 150, 90), (70, 90, 100)).astype(np.float32)
    colours = np.asarray(cv2.GaussianBlur(colours, (0, 0), 0.7), np.float32)
    colours += np.linspace(-10, 10, truth.shape[1], dtype=np.float32)[None, :, None]
    colours += np.random.default_rng(0).normal(0, noise, colours.shape).astype(np.float32)
    return np.clip(colours, 0, 255).astype(np.uint8)


def sheet_over(picture: Rgb, *, label: int = 1, labels: Labels | None = None, scale: float = 1.0) -> BareSheet:
    """A sheet with nothing drawn yet over a photo."""
    size = picture.shape[0], picture.shape[1]
    beneath = {Source.RGB: Underlay(picture, size)}
    return BareSheet(size if labels is None else labels, underlays=beneath, label=label, scale=scale)


def drag(tool: Tool, sheet: BareSheet, *way: tuple[float, float], alt: bool = False) -> None:
    """Press at the first point, go through the others, let go at the last."""
    points = [Pointer(y, x, scale=sheet.scale, subtract=alt) for y, x in way]
    tool.press(points[0], sheet)
    for point in points[1:]:
        tool.drag(point, sheet)
    tool.release(points[-1], sheet)


def proposed(preview: Preview) -> Proposal:
    """The one proposal among what is shown."""
    (found,) = [shape for shape in preview.shapes if isinstance(shape, Proposal)]
    return found
