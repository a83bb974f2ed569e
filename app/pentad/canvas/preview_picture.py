"""A tool's preview on the screen: outlines, handles, the brush's tip and proposed pixels over the picture."""

from collections.abc import Mapping
from functools import cache, cached_property
from math import ceil, cos, floor, pi, sin
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF, QTransform

from pentad.annotation.preview import BrushTip, Handles, Path, Point, Preview, Proposal
from pentad.canvas.colours import Colour, argb
from pentad.canvas.look import Look, WrappedImage
from pentad.core.box import Box

HALO = QColor(0, 0, 0, 170)
LIGHT = QColor(255, 255, 255, 235)
HANDLE = 7.0
"""Logical pixels along the side of a handle."""
DASHES = (5.0, 4.0)
PROPOSED = 0.45
"""Opacity of proposed pixels."""
NOTE_OFFSET = QPointF(16, 14)
NOTE_PADDING = 5.0
NOTE_FONT = 12
DARK, WHITE = QColor(20, 20, 20), QColor(255, 255, 255)
TIP_REACH = 3.0
"""Logical pixels to both sides of a tip's outline that are drawn on."""
ROUND, CORNERS = 64, 144
"""Device pixels across from which on a round tip's outline is drawn with so many corners."""

NO_OTHERS: Mapping[int, Colour] = MappingProxyType({})


class PreviewPicture:
    """One preview in a class's colour, what it proposes for ``others`` in theirs; the note stands beside ``hand_at``,
    the pointer's place in logical pixels."""

    def __init__(
        self, preview: Preview, colour: Colour, hand_at: QPointF | None, others: Mapping[int, Colour] = NO_OTHERS
    ) -> None:
        self.preview, self.colour, self.others = preview, colour, others
        self._hand_at = hand_at
        self._pictures: list[_ProposalPicture | _LinePicture] = []
        for shape in preview.shapes:
            if isinstance(shape, Proposal):
                self._pictures.append(_ProposalPicture(shape, others.get(shape.label, colour)))
        for shape in preview.shapes:
            if isinstance(shape, Path):
                self._pictures.append(_LinePicture(shape))

    def box(self, look: Look) -> Box:
        """The device pixels it is drawn on."""
        around = Box(0, 0, 0, 0)
        for picture in self._pictures:
            around = around | picture.box(look)
        for shape in self.preview.shapes:
            if isinstance(shape, BrushTip):
                around = around | _around((shape.at,), look, shape.radius * look.scale + TIP_REACH * look.ratio)
            elif isinstance(shape, Handles):
                around = around | _around(shape.points, look, HANDLE * look.ratio)
        note = self._note(look)
        return around | _whole(note) if note is not None else around

    def draw(self, painter: QPainter, look: Look) -> None:
        """In device pixels."""
        for picture in self._pictures:
            picture.draw(painter, look)
        for shape in self.preview.shapes:
            if isinstance(shape, Handles):
                self._draw_handles(painter, look, shape)
            elif isinstance(shape, BrushTip):
                _draw_tip(painter, look, shape)
        self._draw_note(painter, look)

    def _draw_handles(self, painter: QPainter, look: Look, handles: Handles) -> None:
        half = HANDLE * look.ratio / 2
        painter.setPen(QPen(HALO, look.ratio))
        for index, point in enumerate(handles.points):
            at = _device(point, look)
            painter.setBrush(QColor(*self.colour) if index == handles.hot else LIGHT)
            painter.drawRect(QRectF(round(at.x() - half) + 0.5, round(at.y() - half) + 0.5, 2 * half, 2 * half))

    @cached_property
    def _font(self) -> QFont:
        font = QFont()
        font.setPixelSize(NOTE_FONT)
        return font

    def _note(self, look: Look) -> QRectF | None:
        """Where the note stands, in device pixels."""
        if not self.preview.note or self._hand_at is None:
            return None
        metrics = QFontMetricsF(self._font)
        width = metrics.horizontalAdvance(self.preview.note) + 2 * NOTE_PADDING
        height = metrics.height() + NOTE_PADDING
        corner = self._hand_at + NOTE_OFFSET
        # Why: near the far edges it goes to the pointer's other side.
        if (corner.x() + width) * look.ratio > look.width:
            corner.setX(max(0.0, self._hand_at.x() - NOTE_OFFSET.x() - width))
        if (corner.y() + height) * look.ratio > look.height:
            corner.setY(self._hand_at.y() - NOTE_OFFSET.y() - height)
        return QRectF(corner * look.ratio, QPointF(corner.x() + width, corner.y() + height) * look.ratio)

    def _draw_note(self, painter: QPainter, look: Look) -> None:
        room = self._note(look)
        if room is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(HALO)
        painter.drawRoundedRect(room, 3 * look.ratio, 3 * look.ratio)
        font = QFont(self._font)
        font.setPixelSize(round(NOTE_FONT * look.ratio))
        painter.setFont(font)
        painter.setPen(LIGHT)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.preview.note)


class _LinePicture:
    """A line through points: light, beside a dark one, each a device pixel wide and opaque.

    Why so: of a lasso's thousand points Qt draws that in a thirtieth of the time of smooth lines.
    """

    def __init__(self, path: Path) -> None:
        points = np.array(path.points + path.points[:1] if path.closed else path.points, np.float64).reshape(-1, 2)
        self._dashed = path.dashed
        self._ends = (*points.min(axis=0).tolist(), *points.max(axis=0).tolist()) if len(points) else None
        # Why: a call for every point would take longer than drawing them; so it is read as Qt writes it.
        data = QByteArray(np.array([len(points)], ">u4").tobytes() + (points[:, ::-1] + 0.5).astype(">f8").tobytes())
        self._polygon = QPolygonF()
        QDataStream(data, QIODevice.OpenModeFlag.ReadOnly) >> self._polygon

    def box(self, look: Look) -> Box:
        if self._ends is None:
            return Box(0, 0, 0, 0)
        top, left, bottom, right = self._ends
        return _around(((top, left), (bottom, right)), look, TIP_REACH * look.ratio)

    def draw(self, painter: QPainter, look: Look) -> None:
        polygon = QTransform(look.scale, 0, 0, look.scale, look.left, look.top).map(self._polygon)
        thick = _thickness(look)
        for colour, first in ((DARK, thick), (WHITE, 0)):
            pen = QPen(colour, 0)
            if self._dashed and colour is WHITE:
                pen.setDashPattern(DASHES)
            painter.setPen(pen)
            for offset in range(first, first + thick):
                painter.drawPolyline(polygon.translated(offset, offset))


class _ProposalPicture:
    """Proposed pixels as a veil."""

    def __init__(self, proposal: Proposal, colour: Colour) -> None:
        self._cells, self._step = proposal.patch.box, proposal.step
        where = np.ascontiguousarray(proposal.patch.where)
        self._image = None
        if where.size:
            self._image = WrappedImage(where.view(np.uint8), QImage.Format.Format_Indexed8)
            self._image.setColorTable([0, argb(colour, PROPOSED)])

    def box(self, look: Look) -> Box:
        return _whole(look.rect(self._cells, (self._step, self._step)))

    def draw(self, painter: QPainter, look: Look) -> None:
        if self._image is None:
            return
        pitch = (self._step, self._step)
        shape = self._cells.y1, self._cells.x1
        seen = look.visible(shape, pitch) & self._cells
        if seen.empty:
            return
        source = QRectF(seen.x0 - self._cells.x0, seen.y0 - self._cells.y0, seen.x1 - seen.x0, seen.y1 - seen.y0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(look.rect(seen, pitch), self._image, source)


def _device(point: Point, look: Look) -> QPointF:
    """Where a point of the image (pixel centres at integers) is on the device."""
    return QPointF((point[1] + 0.5) * look.scale + look.left, (point[0] + 0.5) * look.scale + look.top)


def _whole(rect: QRectF) -> Box:
    return Box(floor(rect.top()) - 1, floor(rect.left()) - 1, ceil(rect.bottom()) + 1, ceil(rect.right()) + 1)


def _around(points: tuple[Point, ...], look: Look, reach: float) -> Box:
    if not points:
        return Box(0, 0, 0, 0)
    # Why not through numpy: a handful of points is taken apart faster so.
    top, left = _device((min(y for y, _ in points), min(x for _, x in points)), look).toTuple()[::-1]
    bottom, right = _device((max(y for y, _ in points), max(x for _, x in points)), look).toTuple()[::-1]
    return _whole(QRectF(left - reach, top - reach, right - left + 2 * reach, bottom - top + 2 * reach))


def _thickness(look: Look) -> int:
    """Device pixels of a line that is one logical pixel wide."""
    return ceil(look.ratio - 0.25)


def _draw_tip(painter: QPainter, look: Look, tip: BrushTip) -> None:
    """A light line within a dark one, each a device pixel wide and opaque: Qt draws no other as fast."""
    centre, radius = _device(tip.at, look), tip.radius * look.scale
    painter.setBrush(Qt.BrushStyle.NoBrush)
    thick, wide = _thickness(look), max(round(2 * radius), 1)
    square = QRect(floor(centre.x() - radius), floor(centre.y() - radius), wide, wide)
    for colour, first in ((DARK, thick), (WHITE, 0)):
        painter.setPen(QPen(colour, 0))
        for offset in range(first, first + thick):
            moved = square.adjusted(-offset, -offset, offset, offset)
            if tip.square:
                painter.drawRect(moved)
            elif wide < ROUND:
                painter.drawEllipse(moved)
            else:
                half, middle = moved.width() / 2, QRectF(moved).center()
                painter.drawPolyline(QTransform(half, 0, 0, half, middle.x(), middle.y()).map(_circle()))


@cache
def _circle() -> QPolygonF:
    """Of radius 1: at a thousand pixels still within a quarter of a pixel of a circle; Qt draws it much faster."""
    angles = (2 * pi * corner / CORNERS for corner in range(CORNERS + 1))
    return QPolygonF([QPointF(cos(angle), sin(angle)) for angle in angles])
