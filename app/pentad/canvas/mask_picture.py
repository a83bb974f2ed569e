"""Labels on the screen: one byte a device pixel, kept in step with a mask that changes under a brush."""

from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from pentad.canvas.colours import argb
from pentad.canvas.layers import MaskLayer
from pentad.canvas.look import Look, WrappedImage
from pentad.core.arrays import Labels
from pentad.core.box import Box

LINE_WIDTH = 1.5
"""Logical pixels of an outline, which runs inside its label; never less than ``THINNEST`` device pixels."""
THINNEST = 2
HALO = argb((0, 0, 0), 0.43)
"""One device pixel around outlines, to be seen on any picture."""
BAND = 64
"""Device pixels: a change is drawn anew in bands of so many rows, for what a round brush adds is a thin crescent."""
BANDS = (3, 12)
"""How many bands there are at least and at most."""
LEAST_BAND = 4
LARGE = 200_000
"""Device pixels from which looking for labels is quicker than drawing where there are none."""
BESIDE = np.ones((3, 3), np.uint8)
NOWHERE = Box(0, 0, 0, 0)

Ints = NDArray[np.int64]


class MaskPicture:
    """The labels on top; always sharp.

    What is seen of them is held in device pixels, so that what is drawn does not depend on which part is drawn anew,
    and an outline is as wide at every zoom.
    """

    def __init__(self, layer: MaskLayer, size: tuple[int, int]) -> None:
        self.pyramid = layer.pyramid
        height, width = self.pyramid.mask.labels.shape
        self._pitch = (size[0] / height, size[1] / width)
        styles = layer.every_style
        self._lined = any(style.contour for style in styles[1:])
        self._table = [
            argb(style.colour, style.visible * (1.0 if style.contour else layer.opacity * style.opacity))
            for style in styles
        ]
        self._fills = np.array([0 if style.contour else style.index for style in styles], np.uint8)
        self._lines = np.array([255 * (style.contour and style.visible) for style in styles], np.uint8)
        self._seen: _Seen | None = None

    def forget(self) -> None:
        """What is held of the screen is no longer kept in step."""
        self._seen = None

    def change(self, box: Box, look: Look) -> list[Box]:
        """Take over a change of the labels in ``box``; the device pixels that look different now."""
        seen = self._seen
        if seen is None or seen.place != look.place:
            self._seen = None
            return [Box(0, 0, *look.device_size)]
        boxes = seen.take_over(box)
        # Why: looking labels up costs little for each pixel, and as much again for each box; tracing costs more.
        for device in boxes if self._lined or not boxes else [around(boxes)]:
            self._render(seen, device)
        return boxes

    def draw(self, painter: QPainter, look: Look, box: Box) -> None:
        """The device pixels of ``box``."""
        if self._seen is None or self._seen.place != look.place:
            self._seen = self._begin(look)
        seen, inked = self._seen, self._seen.inked & box
        if inked.empty:
            return
        y, x = inked.y0 - seen.area.y0, inked.x0 - seen.area.x0
        parts = [(0, 0, *inked.shape)]
        if inked.shape[0] * inked.shape[1] > LARGE:
            # Why: Qt takes as long for a pixel without a label as for one with it, and most are without.
            here = slice(y, y + inked.shape[0]), slice(x, x + inked.shape[1])
            drawn = seen.drawn[here] if seen.halo is None else seen.drawn[here] | seen.halo[here]
            parts = _bands(drawn != 0, BANDS[1])
        for top, left, bottom, right in parts:
            for image in seen.images:
                corner = inked.x0 + left, inked.y0 + top
                painter.drawImage(*corner, image, x + left, y + top, right - left, bottom - top)

    def _begin(self, look: Look) -> "_Seen":
        level = self.pyramid.level_for(look.scale * min(self._pitch))
        reach = max(THINNEST, round(LINE_WIDTH * look.ratio)) + 1 if self._lined else 0
        extent = self.pyramid.mask.labels.shape
        seen = _Seen(self.pyramid.levels[level], 2**level, extent, self._pitch, look, reach)
        seen.images = [_indexed(seen.drawn, self._table)]
        if self._lined:
            seen.halo = np.zeros(seen.drawn.shape, np.uint8)
            seen.images.insert(0, _indexed(seen.halo, [0, HALO]))
        visible = look.visible(extent, self._pitch)
        occupied = seen.cells_of(self.pyramid.occupied(visible))
        if not occupied.empty:
            self._render(seen, seen.device_box(occupied.y0, occupied.x0, occupied.y1, occupied.x1))
        return seen

    def _render(self, seen: "_Seen", box: Box) -> None:
        """Bring the device pixels of ``box`` in step with the labels."""
        seen.inked = seen.inked | box
        here = Box(box.y0 - seen.area.y0, box.x0 - seen.area.x0, box.y1 - seen.area.y0, box.x1 - seen.area.x0).slices
        if seen.halo is None:
            seen.drawn[here] = seen.labels_at(box)
            return
        reach = seen.reach
        labels = seen.labels_at(Box(box.y0 - reach, box.x0 - reach, box.y1 + reach, box.x1 + reach))
        own = slice(reach, labels.shape[0] - reach), slice(reach, labels.shape[1] - reach)
        edges = cv2.compare(cv2.dilate(labels, seen.near), cv2.erode(labels, seen.near), cv2.CMP_NE)
        lines = cv2.bitwise_and(edges, cv2.LUT(labels, self._lines))
        drawn = cv2.max(cv2.LUT(labels, self._fills), cv2.bitwise_and(labels, lines))
        around = cv2.dilate(lines, BESIDE)
        seen.drawn[here] = drawn[own]
        seen.halo[here] = ((around[own] != 0) & (labels[own] == 0)).view(np.uint8)


class _Seen:
    """The labels' part of one look at one level: which cells are where, and what is drawn of them."""

    def __init__(
        self,
        labels: Labels,
        step: int,
        extent: tuple[int, ...],
        pitch: tuple[float, float],
        look: Look,
        reach: int,
    ) -> None:
        """``labels`` has cells of ``step`` pixels of a mask of ``extent`` (height, width)."""
        self.place = look.place
        self.reach = reach
        """Device pixels around a label that look different because of it."""
        self.near = np.ones((max(2 * reach - 1, 1),) * 2, np.uint8)
        self._labels, self._step = labels, step
        self._cell = pitch[0] * step * look.scale, pitch[1] * step * look.scale
        self._corner = look.top, look.left
        self._cells = look.visible(labels.shape, (pitch[0] * step, pitch[1] * step))
        self._known = labels[self._cells.slices].copy()
        whole = Box(0, 0, *look.device_size)
        image = look.rect(Box(0, 0, *extent), pitch)
        self._image = Box(int(image.top()), int(image.left()), round(image.bottom()), round(image.right()))
        self.area = self._image & whole
        """The device pixels that are held."""
        wide = Box(whole.y0 - reach, whole.x0 - reach, whole.y1 + reach, whole.x1 + reach)
        self._lookup = self._image & wide
        self._rows = self._under(self._lookup.y0, self._lookup.y1, 0)
        self._columns = self._under(self._lookup.x0, self._lookup.x1, 1)
        self.drawn: Labels = np.zeros(self.area.shape, np.uint8)
        self.halo: Labels | None = None
        self.images: list[QImage] = []
        self.inked = NOWHERE
        """The part of ``area`` outside which nothing was ever drawn."""

    def cells_of(self, box: Box) -> Box:
        """The cells that pixels of the mask belong to, as far as they are seen."""
        step = self._step
        return Box(box.y0 // step, box.x0 // step, -(-box.y1 // step), -(-box.x1 // step)) & self._cells

    def device_box(self, y0: int, x0: int, y1: int, x1: int) -> Box:
        """The device pixels that cells can show in."""
        (top, left), (height, width), area, reach = self._corner, self._cell, self.area, self.reach
        return Box(
            max(floor(top + y0 * height) - reach, area.y0),
            max(floor(left + x0 * width) - reach, area.x0),
            min(ceil(top + y1 * height) + reach, area.y1),
            min(ceil(left + x1 * width) + reach, area.x1),
        )

    def take_over(self, box: Box) -> list[Box]:
        """The device pixels of what is different since last time, where ``box`` of the mask may have changed."""
        cells, seen = self.cells_of(box), self._cells
        if cells.empty:
            return []
        known = self._known[cells.y0 - seen.y0 : cells.y1 - seen.y0, cells.x0 - seen.x0 : cells.x1 - seen.x0]
        now = self._labels[cells.slices]
        bands = min(max(round(known.shape[0] * self._cell[0] / BAND), BANDS[0]), BANDS[1])
        found = _bands(known != now, bands)
        known[:] = now
        boxes = (
            self.device_box(cells.y0 + top, cells.x0 + left, cells.y0 + bottom, cells.x0 + right)
            for top, left, bottom, right in found
        )
        return [device for device in boxes if not device.empty]

    def labels_at(self, box: Box) -> Labels:
        """(H, W) the labels under the device pixels of ``box``; 0 outside the image."""
        inside = box & self._image
        if inside.empty:
            return np.zeros(box.shape, np.uint8)
        rows = self._rows[inside.y0 - self._lookup.y0 : inside.y1 - self._lookup.y0]
        columns = self._columns[inside.x0 - self._lookup.x0 : inside.x1 - self._lookup.x0]
        block = self._labels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        if block.shape != inside.shape:
            block = block.take(columns - columns[0], axis=1).take(rows - rows[0], axis=0)
        cut = (inside.y0 - box.y0, box.y1 - inside.y1, inside.x0 - box.x0, box.x1 - inside.x1)
        if any(cut):
            return np.asarray(cv2.copyMakeBorder(block, *cut, cv2.BORDER_CONSTANT, value=0), np.uint8)
        return np.ascontiguousarray(block)

    def _under(self, first: int, last: int, axis: int) -> Ints:
        """The cells under the middles of device pixels."""
        under = (np.arange(first, last) + (0.5 - self._corner[axis])) / self._cell[axis]
        cells: Ints = np.minimum(under.astype(np.int64), self._labels.shape[axis] - 1)
        return cells


def around(boxes: list[Box]) -> Box:
    """The smallest box around several, none of them empty."""
    return Box(
        min(box.y0 for box in boxes),
        min(box.x0 for box in boxes),
        max(box.y1 for box in boxes),
        max(box.x1 for box in boxes),
    )


def _bands(different: NDArray[np.bool_], bands: int) -> list[tuple[int, int, int, int]]:
    """(top, left, bottom, right) of whole bands of rows around what is true, of about so many."""
    height, width = different.shape
    rows = max(LEAST_BAND, -(-height // bands))
    # Why not reduceat: numpy reduces equal blocks eight times faster than ragged ones.
    whole = height // rows
    columns = np.logical_or.reduce(different[: whole * rows].reshape(whole, rows, width), axis=1)
    if height > whole * rows:
        columns = np.concatenate([columns, different[whole * rows :].any(axis=0, keepdims=True)])
    lefts, rights = columns.argmax(axis=1).tolist(), columns[:, ::-1].argmax(axis=1).tolist()
    return [
        (index * rows, left, min((index + 1) * rows, height), width - right)
        for index, (left, right) in enumerate(zip(lefts, rights, strict=True))
        if columns[index, left]
    ]


def _indexed(pixels: Labels, table: list[int]) -> QImage:
    image = WrappedImage(pixels, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    return image
