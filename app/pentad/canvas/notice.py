"""Words in the place of a picture: what went wrong and what to do, or what is being waited for."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QTextLayout, QTextOption

from pentad.core.problem import Problem

WIDEST = 420.0
"""Logical pixels; longer lines are tiring to read."""
MARGIN = 12.0
GAP = 6.0
BADGE = 22.0


@dataclass(frozen=True, slots=True)
class Notice:
    """What is so, why, and what a person can do about it. ``alarming`` gets a mark before it."""

    what: str
    why: str = ""
    remedy: str = ""
    alarming: bool = False

    @classmethod
    def of(cls, problem: Problem) -> "Notice":
        return cls(problem.what, problem.why, problem.remedy, alarming=True)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines already broken to fit."""

    lines: tuple[str, ...]
    font: QFont
    colour: QColor

    @property
    def line_height(self) -> float:
        return QFontMetricsF(self.font).lineSpacing()

    @property
    def height(self) -> float:
        return len(self.lines) * self.line_height


def draw_notice(painter: QPainter, area: QRectF, notice: Notice, palette: QPalette) -> None:
    """In the middle of ``area``, wrapped, and cut with an ellipsis where there is too little room."""
    room = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    badge = notice.alarming and room.height() > 4 * BADGE
    if badge:
        room.setTop(room.top() + BADGE + GAP)
    paragraphs = _laid_out(notice, painter.font(), palette, room)
    height = sum(paragraph.height for paragraph in paragraphs) + GAP * (len(paragraphs) - 1)
    y = room.top() + max(0.0, (room.height() - height) / 2)
    if badge:
        _draw_badge(painter, QPointF(room.center().x(), y - GAP - BADGE / 2), palette)
    for paragraph in paragraphs:
        painter.setFont(paragraph.font)
        painter.setPen(paragraph.colour)
        for line in paragraph.lines:
            place = QRectF(area.left(), y, area.width(), paragraph.line_height)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, line)
            y += paragraph.line_height
        y += GAP


def _laid_out(notice: Notice, font: QFont, palette: QPalette, room: QRectF) -> list[_Paragraph]:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    plain, quiet = palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.PlaceholderText)
    loud = (bold, plain) if notice.alarming else (font, quiet)
    left = room.height()

    def paragraph(text: str, face: QFont, colour: QColor) -> _Paragraph:
        nonlocal left
        most = int(left / QFontMetricsF(face).lineSpacing())
        laid = _Paragraph(broken(text, face, width=min(WIDEST, room.width()), most=most), face, colour)
        left -= laid.height + GAP
        return laid

    # Why: where room is short, the reason gives way to what happened and what to do.
    what, remedy = paragraph(notice.what, *loud), paragraph(notice.remedy, font, plain)
    return [laid for laid in (what, paragraph(notice.why, font, quiet), remedy) if laid.lines]


def broken(text: str, font: QFont, *, width: float, most: int) -> tuple[str, ...]:
    """``text`` in at most ``most`` lines of ``width`` logical pixels, the last one elided; paths may break anywhere."""
    # Why: Qt counts in UTF-16, and half a surrogate pair, as file names may hold, is no text.
    units = text.encode("utf-16-le", "replace")
    text = units.decode("utf-16-le")
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, font)
    layout.setTextOption(option)
    layout.beginLayout()
    starts: list[int] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:], len(units) // 2]
    lines = [units[2 * start : 2 * end].decode("utf-16-le").strip() for start, end in zip(starts, ends, strict=True)]
    if len(lines) <= most:
        return tuple(line for line in lines if line)
    if most <= 0:
        return ()
    rest = units[2 * starts[most - 1] :].decode("utf-16-le")
    return (*lines[: most - 1], QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width))


def _draw_badge(painter: QPainter, centre: QPointF, palette: QPalette) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    alarm = palette.color(QPalette.ColorRole.BrightText)
    painter.setPen(QPen(alarm, 1.6))
    painter.drawEllipse(centre, BADGE / 2 - 1, BADGE / 2 - 1)
    face = QFont(painter.font())
    face.setWeight(QFont.Weight.Bold)
    painter.setFont(face)
    painter.drawText(
        QRectF(centre.x() - BADGE, centre.y() - BADGE, 2 * BADGE, 2 * BADGE), Qt.AlignmentFlag.AlignCenter, "!"
    )
    painter.restore()
