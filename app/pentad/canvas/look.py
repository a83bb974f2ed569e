"""Where an image's pixels fall on the device, and numpy arrays as Qt images without a copy."""

from math import ceil, floor

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from pentad.canvas.pyramid import Bgra
from pentad.canvas.transform import Viewport, ViewTransform
from pentad.core.arrays import Labels
from pentad.core.box import Box

MARGIN = 2
"""Level pixels drawn beyond what is visible, so that interpolation at the edge has its neighbours."""


class Look:
    """Where the image's pixels fall on the device: a snapped transform on a viewport."""

    def __init__(self, transform: ViewTransform, viewport: Viewport) -> None:
        snapped = transform.snapped(viewport)
        self.transform, self.viewport = transform, viewport
        self.scale = snapped.scale
        self.top, self.left = (float(round(edge)) for edge in snapped.corner(viewport))
        self.height, self.width = viewport.device_size
        self.device_size = ceil(self.height), ceil(self.width)
        self.ratio = viewport.ratio
        self.place = (self.scale, self.top, self.left, self.height, self.width, self.ratio)
        """Two looks with the same place show the same."""

    def image_point(self, y: float, x: float) -> tuple[float, float]:
        """A logical point of the viewport in the image."""
        return (y * self.ratio - self.top) / self.scale - 0.5, (x * self.ratio - self.left) / self.scale - 0.5

    def rect(self, box: Box, pitch: tuple[float, float] = (1.0, 1.0)) -> QRectF:
        """Device rectangle of a box of pixels that are ``pitch`` (y, x) image pixels large."""
        y, x = pitch[0] * self.scale, pitch[1] * self.scale
        return QRectF(self.left + box.x0 * x, self.top + box.y0 * y, (box.x1 - box.x0) * x, (box.y1 - box.y0) * y)

    def visible(self, shape: tuple[int, ...], pitch: tuple[float, float] = (1.0, 1.0)) -> Box:
        """The pixels of an array of ``shape`` that can be seen, and a margin."""
        y, x = pitch[0] * self.scale, pitch[1] * self.scale
        return Box(
            floor(-self.top / y) - MARGIN,
            floor(-self.left / x) - MARGIN,
            ceil((self.height - self.top) / y) + MARGIN,
            ceil((self.width - self.left) / x) + MARGIN,
        ) & Box(0, 0, shape[0], shape[1])


class WrappedImage(QImage):
    """A Qt image over a numpy array's own memory; it keeps the array alive."""

    def __init__(self, pixels: Bgra | Labels, pixel_format: QImage.Format) -> None:
        super().__init__(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], pixel_format)
        self._pixels = pixels
