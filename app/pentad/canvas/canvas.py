"""The canvas: one raster widget that shows a layer stack, sharp at every zoom, without OpenGL."""

from collections.abc import Mapping
from math import ceil, floor

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import NOTHING as NO_PREVIEW
from pentad.annotation.preview import Preview
from pentad.canvas.caption import HEIGHT as CAPTION_HEIGHT
from pentad.canvas.caption import Caption, CaptionStrip
from pentad.canvas.colours import Colour
from pentad.canvas.frame import Frame
from pentad.canvas.hand import HandledArea
from pentad.canvas.layers import LayerStack
from pentad.canvas.listening import Listening
from pentad.canvas.look import Look
from pentad.canvas.mask_picture import around
from pentad.canvas.notice import Notice, draw_notice
from pentad.canvas.picture import StackPicture
from pentad.canvas.pointer import pointer
from pentad.canvas.preview_picture import NO_OTHERS, PreviewPicture
from pentad.canvas.transform import LinkedTransform, Viewport, ViewTransform
from pentad.core.box import Box
from pentad.core.problem import Problem

NOTHING = Notice("")
NOWHERE = Box(0, 0, 0, 0)


class Canvas(HandledArea):
    """One view's picture with its layers and a tool's preview, or the words that stand in its place.

    What a person does with wheel and mouse comes out as ``transform_changed``; setting a transform announces nothing,
    so canvases can be linked without loops.
    """

    transform_changed = Signal(object)
    """LinkedTransform: a person zoomed or panned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: StackPicture | None = None
        self._notice = NOTHING
        self._linked = LinkedTransform()
        self._preview: PreviewPicture | None = None
        self._overlay: PreviewPicture | None = None
        self._frame = Frame()
        self._look_now: Look | None = None
        self._stale = NOWHERE
        self._labels_changed = Listening(self, self._on_labels_changed)
        self._strip = CaptionStrip(self)
        self._strip.hide()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(48, 48)

    @property
    def stack(self) -> LayerStack | None:
        """What is shown, None where words stand in its place."""
        return self._picture.stack if self._picture else None

    def show_picture(self, stack: LayerStack) -> None:
        """Show ``stack``; layers that have not changed are kept, and so is where one looks."""
        if self._picture is not None and self._picture.stack == stack:
            return
        before = self._picture.stack.mask if self._picture is not None else None
        if before is not None and (stack.mask is None or stack.mask.pyramid is not before.pyramid):
            self.end_gesture()
        self._picture = StackPicture(stack, self._picture)
        self._notice = NOTHING
        if stack.mask is None:
            self._labels_changed.end()
        else:
            self._labels_changed.begin(stack.mask.pyramid.mask.changed)
        self._look_again()

    def show_preview(self, preview: Preview, colour: Colour, *, others: Mapping[int, Colour] = NO_OTHERS) -> None:
        """Draw what a tool has in hand over the picture until another is shown: in a class's colour, and what it
        proposes for ``others`` (by label) in theirs."""
        self._preview = self._exchanged(self._preview, preview, colour, others)

    def show_overlay(self, overlay: Preview, colour: Colour, *, others: Mapping[int, Colour] = NO_OTHERS) -> None:
        """The same for what comes from elsewhere than the tool in the hand, and lies beneath its preview."""
        self._overlay = self._exchanged(self._overlay, overlay, colour, others)

    def _exchanged(
        self, old: PreviewPicture | None, preview: Preview, colour: Colour, others: Mapping[int, Colour]
    ) -> PreviewPicture | None:
        """What is drawn from now on in the place of ``old``; the pixels of both are drawn anew."""
        if (old is None and preview == NO_PREVIEW) or (
            old is not None and (old.preview, old.colour, old.others) == (preview, colour, others)
        ):
            return old
        new = PreviewPicture(preview, colour, self.hand_at, others) if preview != NO_PREVIEW else None
        look = self._look()
        for shown in (old, new):
            if shown is not None and look is not None and self._picture is not None:
                self._update_device(shown.box(look), look)
        return new

    def show_problem(self, problem: Problem) -> None:
        """Say what went wrong, why, and what to do, in the picture's place."""
        self._show_notice(Notice.of(problem))

    def show_waiting(self, text: str) -> None:
        """Say quietly what is being waited for, or what would be here."""
        self._show_notice(Notice(text))

    def show_caption(self, caption: Caption | None) -> None:
        """Name the picture in a strip above it; None takes the strip away."""
        shown = caption is not None
        if caption is not None:
            self._strip.show_caption(caption)
        if shown != self._strip.isVisibleTo(self):
            self._strip.setVisible(shown)
            self.setViewportMargins(0, CAPTION_HEIGHT if shown else 0, 0, 0)

    def _show_notice(self, notice: Notice) -> None:
        if self._picture is None and notice == self._notice:
            return
        self.end_gesture()
        self._picture, self._look_now, self._notice = None, None, notice
        self._frame.forget()
        self._labels_changed.end()
        self._look_again()

    @property
    def linked(self) -> LinkedTransform:
        """Where one looks, in terms that any image can share."""
        return self._linked

    def set_linked(self, linked: LinkedTransform) -> None:
        """Look where another canvas looks; announces nothing."""
        if linked != self._linked:
            self._linked = linked
            self._look_again()

    @property
    def view_transform(self) -> ViewTransform | None:
        """Where one looks in this image; None where there is no image."""
        look = self._look()
        return look.transform if look is not None else None

    @property
    def visible(self) -> Box:
        """The pixels of the image that can be seen, whole ones."""
        look = self._look()
        return look.visible(self._picture.stack.size) if look is not None and self._picture else NOWHERE

    @property
    def pixel_scale(self) -> float:
        """Logical screen pixels per image pixel; 1 where there is no image."""
        look = self._look()
        return look.scale / look.ratio if look is not None else 1.0

    def set_transform(self, transform: ViewTransform) -> None:
        """Look there in this image; announces nothing."""
        if self._picture is not None:
            size, viewport = self._picture.stack.size, self._viewport()
            self.set_linked(LinkedTransform.of(transform.clamped(size, viewport), size, viewport))

    def look_at(self, box: Box, size: tuple[int, int], *, share: float) -> None:
        """Look at a box of an image of ``size``, which may be on its way yet; announces nothing."""
        self.set_linked(LinkedTransform.around(box, size, self._viewport(), share=share))

    def fit(self) -> None:
        """Show the whole image."""
        self._look_by_hand(LinkedTransform())

    def zoom_to(self, scale: float, about: QPointF | None = None) -> None:
        """``scale`` device pixels per image pixel (1.0 is 1:1), about a point of the viewport or its middle."""
        transform, viewport = self.view_transform, self._viewport()
        if transform is None or self._picture is None:
            return
        point = (about.y(), about.x()) if about is not None else (viewport.height / 2, viewport.width / 2)
        size = self._picture.stack.size
        kept = ViewTransform(scale, 0, 0).clamped(size, viewport).scale
        moved = transform.zoomed(kept, about=point, viewport=viewport).clamped(size, viewport)
        self._look_by_hand(LinkedTransform.of(moved, size, viewport))

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Closer by ``factor``, about a point of the viewport or its middle."""
        transform = self.view_transform
        if transform is not None:
            self.zoom_to(transform.scale * factor, about)

    def pan_by(self, dy: float, dx: float) -> None:
        """Move the picture by logical pixels."""
        transform, viewport = self.view_transform, self._viewport()
        if transform is not None and self._picture is not None:
            size = self._picture.stack.size
            moved = transform.panned(dy, dx, viewport).clamped(size, viewport)
            self._look_by_hand(LinkedTransform.of(moved, size, viewport))

    def image_point(self, position: QPointF) -> tuple[float, float] | None:
        look = self._look()
        if look is None or self._picture is None:
            return None
        y, x = look.image_point(position.y(), position.x())
        height, width = self._picture.stack.size
        return (y, x) if -0.5 <= y < height - 0.5 and -0.5 <= x < width - 0.5 else None

    def _look_by_hand(self, linked: LinkedTransform) -> None:
        if linked != self._linked:
            self.set_linked(linked)
            self.transform_changed.emit(linked)

    def _viewport(self) -> Viewport:
        size = self.viewport().size()
        return Viewport(max(size.height(), 1), max(size.width(), 1), self.devicePixelRatioF())

    def _look(self) -> Look | None:
        viewport = self._viewport()
        if self._picture is not None and (self._look_now is None or self._look_now.viewport != viewport):
            size = self._picture.stack.size
            self._look_now = Look(self._linked.on(size, viewport).clamped(size, viewport), viewport)
        return self._look_now

    def _look_again(self) -> None:
        """Draw everything anew, for one looks elsewhere or at something else."""
        self._look_now, self._stale = None, NOWHERE
        self.viewport().update()

    def _on_labels_changed(self, box: Box) -> None:
        look = self._look()
        if self._picture is None or self._picture.mask is None or look is None:
            return
        if not self.isVisible():
            self._picture.mask.forget()
            self._frame.forget()
            return
        boxes = self._picture.mask.change(box, look)
        if boxes:
            self._frame.change(boxes)
            self._update_device(around(boxes), look)

    def _update_device(self, box: Box, look: Look) -> None:
        """Draw these device pixels anew."""
        # Why: Qt draws a region that is one rectangle several times faster than any other.
        self._stale = self._stale | (box & Box(0, 0, *look.device_size))
        if not self._stale.empty:
            self.viewport().update(_logical(self._stale, look.ratio))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        drawn, self._stale = False, NOWHERE
        painter = QPainter(self.viewport())
        try:
            self._draw(painter)
            drawn = True
        finally:
            # Why: an exception goes on to the excepthook, but a second one from the next frame must not come:
            # repeated exceptions in painting end in a crash of Qt.
            painter.end()
            if not drawn:
                QTimer.singleShot(0, self, self._give_up)

    def _draw(self, painter: QPainter) -> None:
        area, look = QRectF(self.viewport().rect()), self._look()
        if self._picture is None or look is None:
            painter.fillRect(area, self.palette().color(QPalette.ColorRole.Base))
            draw_notice(painter, area, self._notice, self.palette())
            return
        painter.scale(1 / look.ratio, 1 / look.ratio)
        if self._picture.mask is None:
            self._draw_beneath(painter)
        else:
            ground = self.palette().color(QPalette.ColorRole.Base).rgb()
            key = (ground, self._picture.base, self._picture.map, self._picture.heat)
            self._frame.draw(painter, look, self._picture.mask, key, self._draw_beneath)
        for shown in (self._overlay, self._preview):
            if shown is not None:
                shown.draw(painter, look)

    def _draw_beneath(self, painter: QPainter) -> None:
        """Everything under the labels, in device pixels."""
        look = self._look()
        if self._picture is None or look is None:
            return
        ground, whole = self.palette().color(QPalette.ColorRole.Base), QRectF(0, 0, look.width, look.height)
        stack = self._picture.stack
        for strip in [whole] if stack.base is None else _around(look.rect(Box(0, 0, *stack.size)), whole):
            painter.fillRect(strip, ground)
        self._picture.draw_beneath(painter, look)

    def _give_up(self) -> None:
        problem = Problem(
            "This picture could not be drawn",
            "the drawing failed; the log has the details",
            remedy="Open the sample again. If it happens again, please report it with the log.",
        )
        self.show_problem(problem)

    def pointer_at(self, event: QMouseEvent | QTabletEvent) -> Pointer | None:
        look = self._look()
        return pointer(event, look) if look is not None else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._look_again()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._strip.setGeometry(0, 0, self.width(), CAPTION_HEIGHT)
        self._look_again()


def _logical(device: Box, ratio: float) -> QRect:
    """Whole logical pixels around device pixels."""
    corner = QPoint(floor(device.x0 / ratio), floor(device.y0 / ratio))
    return QRect(corner, QPoint(ceil(device.x1 / ratio) - 1, ceil(device.y1 / ratio) - 1))


def _around(inner: QRectF, outer: QRectF) -> list[QRectF]:
    """``outer`` without ``inner``, in up to four strips."""
    hole = inner & outer
    strips = [
        QRectF(outer.topLeft(), QPointF(outer.right(), hole.top())),
        QRectF(QPointF(outer.left(), hole.bottom()), outer.bottomRight()),
        QRectF(QPointF(outer.left(), hole.top()), QPointF(hole.left(), hole.bottom())),
        QRectF(QPointF(hole.right(), hole.top()), QPointF(outer.right(), hole.bottom())),
    ]
    return [strip for strip in strips if strip.width() > 0 and strip.height() > 0]
