"""A layer stack made ready to draw: numpy arrays wrapped as Qt images, drawn through a view transform."""

import cv2
import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from pentad.canvas.colours import Colour, heat_picture, heat_table
from pentad.canvas.layers import BaseLayer, HeatLayer, HeatStyle, LayerStack, MapLayer
from pentad.canvas.look import Look, WrappedImage
from pentad.canvas.mask_picture import MaskPicture
from pentad.canvas.outlines import iso_lines, path_of
from pentad.canvas.pyramid import Bgra, Pyramid
from pentad.canvas.relight import Relight, relit, shade_table
from pentad.core.arrays import Floats, Labels
from pentad.core.box import Box
from pentad.core.heatmap import Heatmap
from pentad.geometry.value_pyramid import ValuePyramid

HEAT_CELLS = 512
"""A coarser heatmap is resampled to so many cells along its longer side before it is coloured: that mixes values, not
colours."""
HEAT_WHOLE = 500_000
"""Cells up to which all of a heatmap is coloured at once; of more, what is seen and something around it."""
LINE_CELLS = 2048
"""Cells along the longer side of a heatmap beyond which the line is found on a reduced one."""
GRID_SCALE = 16.0
"""Device pixels per image pixel from which the pixel grid is drawn."""
GRID_COLOUR = QColor(128, 128, 128, 90)
LINE_WIDTH = 1.5
HALO_COLOUR = QColor(0, 0, 0, 110)
HALO_WIDTH = 3.5
LINE_STEP = 235
"""The step of the heat scale, 0 to 255, whose colour a heat line has."""


class BasePicture:
    """The picture beneath. Sharp from 1:1 on, smooth below and where only a reduced picture is there yet."""

    def __init__(self, layer: BaseLayer) -> None:
        self._pyramid = layer.pyramid
        self._images = [WrappedImage(level, QImage.Format.Format_RGB32) for level in layer.pyramid.levels]
        self._tone = None if layer.gamma == layer.gain == 1.0 else _tone_table(layer.gamma, layer.gain)
        self._lamp = _lamp_table(layer, layer.relight) if layer.relight is not None else None

    def draw(self, painter: QPainter, look: Look) -> None:
        level = self._pyramid.level_for(look.scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, look.scale < 1 or not self._pyramid.full)
        pixels, pitch = self._pyramid.levels[level], _pitch(self._pyramid, level)
        box = look.visible(pixels.shape, pitch)
        if box.empty:
            return
        if self._lamp is not None:
            grey = relit(pixels[box.slices], self._lamp)
            painter.drawImage(look.rect(box, pitch), WrappedImage(grey, QImage.Format.Format_Grayscale8))
            return
        if self._tone is None:
            painter.drawImage(look.rect(box, pitch), self._images[level], _source(box))
            return
        toned = cv2.LUT(pixels[box.slices], self._tone).astype(np.uint8, copy=False)
        painter.drawImage(look.rect(box, pitch), WrappedImage(toned, QImage.Format.Format_RGB32))


class MapPicture:
    """Values in the picture's place: coloured where they are seen, at the resolution of the screen."""

    def __init__(self, layer: MapLayer) -> None:
        self._layer = layer
        self._level, self._box, self._image = -1, Box(0, 0, 0, 0), QImage()

    def draw(self, painter: QPainter, look: Look) -> None:
        pyramid = self._layer.pyramid
        # Why so: with a value for every device pixel at least, up to four would be coloured for each.
        level = pyramid.level_for(look.scale / 2**0.5)
        values = pyramid.levels[level]
        whole, pitch = Box(0, 0, *values.shape), _pitch(pyramid, level)
        box = look.visible(values.shape, pitch)
        if box.empty:
            return
        if level != self._level or box | self._box != self._box:
            # Why more than is seen: while one pans, most frames find all they need.
            self._box = whole if values.size <= HEAT_WHOLE else box.grown(max(box.shape) // 8) & whole
            self._level = level
            self._image = WrappedImage(self._coloured(values), QImage.Format.Format_ARGB32_Premultiplied)
        smooth = look.scale < 1 or pyramid.levels[0].shape != pyramid.size
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(look.rect(box, pitch), self._image, _source(box.within(self._box)))

    def _coloured(self, values: Floats) -> Bgra:
        layer = self._layer
        return heat_picture(
            values[self._box.slices],
            low=layer.low, high=layer.high, colours=layer.colours, opacity=1.0, fade=0.0, threshold=None,
        )  # fmt: skip


class HeatLevels:
    """A heatmap at halved and halved again resolution, each made when it is first asked for."""

    def __init__(self, heatmap: Heatmap) -> None:
        self.heatmap = heatmap
        values = heatmap.values
        zoom = HEAT_CELLS / max(values.shape)
        if zoom > 1:
            cells = max(round(values.shape[1] * zoom), 1), max(round(values.shape[0] * zoom), 1)
            values = cv2.resize(values, cells, interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)
        self._levels: list[Floats] = [values]

    def of(self, most: float) -> Floats:
        """The finest of no more than ``most`` cells along the longer side, but no less than HEAT_CELLS."""
        level = 0
        while max(self._levels[level].shape) > max(most, HEAT_CELLS):
            level += 1
            if level == len(self._levels):
                height, width = self._levels[-1].shape
                halved = cv2.resize(
                    self._levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA
                )
                self._levels.append(halved.astype(np.float32, copy=False))
        return self._levels[level]


class HeatPicture:
    """The heat over the picture, as a veil: coloured where it is seen, in no more cells than the screen has pixels."""

    def __init__(self, layer: HeatLayer, size: tuple[int, int], levels: HeatLevels) -> None:
        self._layer, self._size, self.levels = layer, size, levels
        self._values: Floats | None = None
        self._box, self._image = Box(0, 0, 0, 0), QImage()

    def draw(self, painter: QPainter, look: Look) -> None:
        values = self.levels.of(max(self._size) * look.scale)
        whole = Box(0, 0, *values.shape)
        pitch = self._size[0] / whole.y1, self._size[1] / whole.x1
        box = look.visible(values.shape, pitch)
        if box.empty:
            return
        if values is not self._values or box | self._box != self._box:
            # Why more than is seen: while one pans, most frames find all they need.
            self._box = whole if values.size <= HEAT_WHOLE else box.grown(max(box.shape) // 4) & whole
            self._values = values
            self._image = WrappedImage(
                _veil(self._layer, values[self._box.slices]), QImage.Format.Format_ARGB32_Premultiplied
            )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(look.rect(box, pitch), self._image, _source(box.within(self._box)))


class HeatLine:
    """The heat as a line around what reaches the threshold."""

    def __init__(self, layer: HeatLayer, size: tuple[int, int], levels: HeatLevels) -> None:
        self._size, self.levels = size, levels
        level = (layer.low + layer.high) / 2 if layer.threshold is None else layer.threshold
        self._path = path_of(iso_lines(levels.of(LINE_CELLS), level))
        red, green, blue = (int(part) for part in heat_table(layer.colours)[LINE_STEP])
        self._colour = (red, green, blue)

    def draw(self, painter: QPainter, look: Look) -> None:
        _draw_line(painter, look, self._path, unit=self._size, colour=self._colour)


class StackPicture:
    """All layers of one stack. The labels are drawn for themselves, as they change under a brush."""

    def __init__(self, stack: LayerStack, before: "StackPicture | None" = None) -> None:
        """Takes over from ``before`` the layers that are the same."""
        same = before is not None and before.stack.size == stack.size
        self.stack: LayerStack = stack
        self.base: BasePicture | None = (
            before.base if same and before and before.stack.base == stack.base else _base(stack)
        )
        self.map: MapPicture | None = before.map if same and before and before.stack.map == stack.map else _map(stack)
        self.heat: HeatPicture | HeatLine | None = (
            before.heat if same and before and before.stack.heat == stack.heat else _heat(stack, before)
        )
        self.mask: MaskPicture | None = (
            before.mask if same and before and before.stack.mask == stack.mask else _mask(stack)
        )

    def draw_beneath(self, painter: QPainter, look: Look) -> None:
        """All but the labels, in device pixels; the painter's transform must be the device's own."""
        if self.base is not None:
            self.base.draw(painter, look)
        if self.map is not None:
            self.map.draw(painter, look)
        if look.scale >= GRID_SCALE:
            _draw_grid(painter, look, self.stack.size)
        if self.heat is not None:
            self.heat.draw(painter, look)


def _base(stack: LayerStack) -> BasePicture | None:
    return BasePicture(stack.base) if stack.base else None


def _map(stack: LayerStack) -> MapPicture | None:
    return MapPicture(stack.map) if stack.map else None


def _heat(stack: LayerStack, before: StackPicture | None) -> HeatPicture | HeatLine | None:
    if stack.heat is None:
        return None
    known = before.heat.levels if before is not None and before.heat is not None else None
    levels = known if known is not None and known.heatmap is stack.heat.heatmap else HeatLevels(stack.heat.heatmap)
    return (HeatLine if stack.heat.style is HeatStyle.CONTOUR else HeatPicture)(stack.heat, stack.size, levels)


def _mask(stack: LayerStack) -> MaskPicture | None:
    return MaskPicture(stack.mask, stack.size) if stack.mask else None


def _veil(layer: HeatLayer, values: Floats) -> Bgra:
    return heat_picture(
        values,
        low=layer.low,
        high=layer.high,
        colours=layer.colours,
        opacity=layer.opacity,
        fade=layer.fade,
        threshold=layer.threshold,
    )


def _tone_table(gamma: float, gain: float) -> Labels:
    """(1, 256, 4) what each value becomes; alpha stays."""
    steps = np.arange(256)
    toned = np.clip(np.rint(255 * gain * (steps / 255) ** (1 / gamma)), 0, 255)
    return np.stack([toned, toned, toned, steps], axis=-1).astype(np.uint8)[None]


def _lamp_table(layer: BaseLayer, lamp: Relight) -> Labels:
    """Brightness under the lamp, toned as the layer says."""
    return np.asarray(_tone_table(layer.gamma, layer.gain)[0, :, 0][shade_table(lamp)])


def _pitch(pyramid: Pyramid | ValuePyramid, level: int) -> tuple[float, float]:
    """(y, x) image pixels per pixel of the level."""
    height, width = pyramid.levels[level].shape[:2]
    return pyramid.size[0] / height, pyramid.size[1] / width


def _source(box: Box) -> QRectF:
    return QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0)


def _line_pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen


def _draw_line(painter: QPainter, look: Look, path: QPainterPath, *, unit: tuple[float, float], colour: Colour) -> None:
    """On a dark halo, to be seen on any picture. ``unit``: (y, x) image pixels per unit of the path."""
    painter.save()
    painter.setTransform(
        QTransform(unit[1] * look.scale, 0, 0, unit[0] * look.scale, look.left, look.top), combine=True
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen_colour, width in ((HALO_COLOUR, HALO_WIDTH), (QColor(*colour), LINE_WIDTH)):
        painter.setPen(_line_pen(pen_colour, width * look.ratio))
        painter.drawPath(path)
    painter.restore()


def _draw_grid(painter: QPainter, look: Look, size: tuple[int, int]) -> None:
    """Lines between pixels, one device pixel wide."""
    seen = look.visible(size)
    area = look.rect(seen)
    for column in range(seen.x0, seen.x1 + 1):
        painter.fillRect(QRectF(round(look.left + column * look.scale), area.top(), 1, area.height()), GRID_COLOUR)
    for row in range(seen.y0, seen.y1 + 1):
        painter.fillRect(QRectF(area.left(), round(look.top + row * look.scale), area.width(), 1), GRID_COLOUR)
