"""The canvas: one raster widget that shows a layer stack, sharp at every zoom, without OpenGL."""

from math import ceil, floor

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from pentad.annotation.pointer import Pointer
from pentad.canvas.caption import HEIGHT as CAPTION_HEIGHT
from pentad.canvas.caption import Caption, CaptionStrip
from pentad.canvas.layers import LayerStack
from pentad.canvas.listening import Listening
from pentad.canvas.notice import Notice, draw_notice
from pentad.canvas.picture import Look, StackPicture
from pentad.canvas.pointer import pointer
from pentad.canvas.transform import LinkedTransform, Viewport, ViewTransform
from pentad.core.box import Box
from pentad.core.problem import Problem

WHEEL_STEP = 240.0
"""Eighths of a degree of wheel for a doubling: two notches."""
NOTHING = Notice("")


class Canvas(QGraphicsView):
    """One view's picture with its layers, or the words that stand in its place.

    Items added to its scene live in image coordinates (x right, y down, pixel centres at integers). What a person does
    with wheel and mouse comes out as ``transform_changed``; setting a transform announces nothing, so canvases can be
    linked without loops.
    """

    transform_changed = Signal(object)
    """LinkedTransform: a person zoomed or panned."""
    hovered = Signal(object)
    """(y, x) image point under the pointer as floats, or None when it is not over the image."""
    maximise_requested = Signal()
    pressed, dragged, released, doubled = Signal(object), Signal(object), Signal(object), Signal(object)
    """Pointer: what the hand does while a tool is taken (``set_pointing``)."""
    passed = Signal(object)
    """Pointer: the hand moves over the image without pressing, while a tool is taken; None when it leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: StackPicture | None = None
        self._notice = NOTHING
        self._linked = LinkedTransform()
        self._dragged_from: QPointF | None = None
        self._space_held = self._space_used = False
        self._pointing = self._in_hand = False
        self._labels_changed = Listening(self, self._on_labels_changed)
        self._strip = CaptionStrip(self)
        self._strip.hide()
        self.setScene(QGraphicsScene(self))
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._set_up_view()

    def _set_up_view(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
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
        self._picture = StackPicture(stack, self._picture)
        self._notice = NOTHING
        if stack.mask is None:
            self._labels_changed.end()
        else:
            self._labels_changed.begin(stack.mask.pyramid.mask.changed)
        self._look_again()

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
        self._picture, self._notice = None, notice
        self._labels_changed.end()
        self.viewport().update()

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
        if self._picture is None:
            return None
        size, viewport = self._picture.stack.size, self._viewport()
        return self._linked.on(size, viewport).clamped(size, viewport)

    @property
    def visible(self) -> Box:
        """The pixels of the image that can be seen, whole ones."""
        look = self._look()
        return look.visible(self._picture.stack.size) if look is not None and self._picture else Box(0, 0, 0, 0)

    @property
    def pixel_scale(self) -> float:
        """Logical screen pixels per image pixel; 1 where there is no image."""
        transform = self.view_transform
        return transform.scale / self.devicePixelRatioF() if transform is not None else 1.0

    def set_transform(self, transform: ViewTransform) -> None:
        """Look there in this image; announces nothing."""
        if self._picture is not None:
            size, viewport = self._picture.stack.size, self._viewport()
            self.set_linked(LinkedTransform.of(transform.clamped(size, viewport), size, viewport))

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
        """(y, x) in the image at a point of the viewport, None outside the image."""
        transform, viewport = self.view_transform, self._viewport()
        if transform is None or self._picture is None:
            return None
        y, x = transform.snapped(viewport).to_image(position.y(), position.x(), viewport)
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
        transform = self.view_transform
        return Look(transform, self._viewport()) if transform else None

    def _look_again(self) -> None:
        """Bring the scene's coordinates in line with where one looks, and draw."""
        look = self._look()
        if look is not None:
            ratio = self.devicePixelRatioF()
            scale, half = look.scale / ratio, look.scale / 2
            self.setTransform(QTransform(scale, 0, 0, scale, (look.left + half) / ratio, (look.top + half) / ratio))
            # Why: Qt shifts the scene rectangle's corner to the viewport's, by whole pixels; here that is no shift.
            self.setSceneRect(QRectF(-look.left / look.scale - 0.5, -look.top / look.scale - 0.5, 1e-9, 1e-9))
        self.viewport().update()

    def _on_labels_changed(self, box: Box) -> None:
        look = self._look()
        if self._picture is None or self._picture.mask is None or look is None:
            return
        self._picture.mask.forget(box)
        self.viewport().update(_logical(self._picture.mask.rect(box, look), self.devicePixelRatioF()))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802 (Qt's name)
        drawn = False
        painter.save()
        try:
            painter.resetTransform()
            self._draw(painter)
            drawn = True
        finally:
            # Why: an exception goes on to the excepthook, but a second one from the next frame must not come:
            # repeated exceptions in painting end in a crash of Qt.
            painter.restore()
            if not drawn:
                QTimer.singleShot(0, self, self._give_up)

    def _draw(self, painter: QPainter) -> None:
        area = QRectF(self.viewport().rect())
        ground = self.palette().color(QPalette.ColorRole.Base)
        look = self._look()
        if self._picture is None or look is None:
            painter.fillRect(area, ground)
            draw_notice(painter, area, self._notice, self.palette())
            return
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        whole = QRectF(0, 0, area.width() * ratio, area.height() * ratio)
        stack = self._picture.stack
        for strip in [whole] if stack.base is None else _around(look.rect(Box(0, 0, *stack.size)), whole):
            painter.fillRect(strip, ground)
        self._picture.draw(painter, look)

    def _give_up(self) -> None:
        problem = Problem(
            "This picture could not be drawn",
            "the drawing failed; the log has the details",
            remedy="Open the sample again. If it happens again, please report it with the log.",
        )
        self.show_problem(problem)

    def set_pointing(self, *, pointing: bool) -> None:
        """Whether the left button belongs to a tool; if not, it moves the picture."""
        self._pointing = pointing
        self._in_hand = False

    def _pointer(self, event: QMouseEvent) -> Pointer | None:
        transform = self.view_transform
        return pointer(event, transform, self._viewport()) if transform is not None else None

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self.zoom_by(2 ** (turned / WHEEL_STEP), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._pointing and event.button() == Qt.MouseButton.LeftButton and not self._space_held:
            self._in_hand = True
            if (at := self._pointer(event)) is not None:
                self.pressed.emit(at)
            event.accept()
            return
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()
            self._space_used = self._space_held
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._dragged_from is not None:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.pan_by(moved.y(), moved.x())
        elif self._pointing and (at := self._pointer(event)) is not None:
            (self.dragged if self._in_hand else self.passed).emit(at)
        self.hovered.emit(self.image_point(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._in_hand and event.button() == Qt.MouseButton.LeftButton:
            self._in_hand = False
            if (at := self._pointer(event)) is not None:
                self.released.emit(at)
            event.accept()
            return
        if self._dragged_from is not None:
            self._dragged_from = None
            self.viewport().unsetCursor()
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._pointing:
            if (at := self._pointer(event)) is not None:
                self.doubled.emit(at)
            event.accept()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.maximise_requested.emit()
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() != Qt.Key.Key_Space:
            event.ignore()
            return
        if not event.isAutoRepeat():
            self._space_held, self._space_used = True, False
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not self._space_held:
            super().keyReleaseEvent(event)
            return
        self._space_held = False
        # Why: Space held while dragging moves the picture; only Space by itself maximises.
        if not self._space_used:
            self.maximise_requested.emit()
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(None)
            self.passed.emit(None)
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._look_again()
        overriding = event.type() == QEvent.Type.ShortcutOverride
        if overriding and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            # Why: Space alone maximises and Space with a drag pans; a shortcut would take the key before either.
            event.accept()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._strip.setGeometry(0, 0, self.width(), CAPTION_HEIGHT)
        self._look_again()


def _logical(device: QRectF, ratio: float) -> QRect:
    """Whole logical pixels around a device rectangle."""
    corner = QPoint(floor(device.left() / ratio) - 1, floor(device.top() / ratio) - 1)
    return QRect(corner, QPoint(ceil(device.right() / ratio) + 1, ceil(device.bottom() / ratio) + 1))


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
