"""The widget that shows a splat cloud and lets a hand move around it, or look through a camera."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from pentad.canvas.notice import Notice, draw_notice
from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.viewpoint import Viewpoint, looking_from
from pentad.session.jobs import Jobs
from pentad.ui.excepthook import guarded
from pentad.ui.splats.content import COLOURINGS, Eye, Gaussians, SplatContent, SplatPicture
from pentad.ui.splats.frames import SplatFrames, Wish

LOADING = Notice("Loading splats…")
EMPTY = Notice("No splats yet.")
GESTURES = "Drag turns, right or Shift+drag moves, the wheel goes nearer, a double click shows all."
_MARGIN = 8.0
_REST_MS = 160
_TURN = math.radians(0.45)
"""Per logical pixel of a drag."""
_SPREAD = 0.3
"""px^2 that splats are widened by where no camera says otherwise (3DGS)."""
_CORNERS = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, -1).T


class SplatCanvas(QWidget):
    """A cloud of Gaussians under a pose, and the hand that turns it. A fault shows words instead.

    Pictures come from a worker, so the window never waits for them; a slow one is coarser while it moves.
    """

    drawn = Signal(object)
    """SplatPicture: there is a new one on screen."""
    left_camera = Signal()
    """A hand went on from the camera one looked through."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = SplatFrames(jobs, self)
        self._cloud: SplatCloud | None = None
        self._content: SplatContent | None = None
        self._pose: Doubles = np.eye(4)
        self._pole: Doubles = np.array([0.0, 0.0, 1.0])
        self._viewpoint: Viewpoint | None = None
        self._camera: Camera | None = None
        self._spread = _SPREAD
        self._colouring, self._grow, self._dots = COLOURINGS[0], 1.0, False
        self._opacity: float | None = None
        self._picture: SplatPicture | None = None
        self._notice = EMPTY
        self._pressed = False
        self._last = QPointF()
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Splats in 3D")

    def _connect(self) -> None:
        self._frames.ready.connect(self._on_ready)
        self._frames.came.connect(self._on_came)
        self._frames.failed.connect(self.show_problem)
        self._rest.timeout.connect(self._ask_still)

    # What is shown.

    @property
    def picture(self) -> SplatPicture | None:
        return self._picture

    @property
    def notice(self) -> Notice:
        """The words that stand in the picture's place."""
        return self._notice

    @property
    def still(self) -> bool:
        """Whether what is on screen is what there is to see: nothing is being drawn or about to be."""
        waiting = self._frames.busy or self._rest.isActive() or self._pressed
        return not waiting and (self._picture is not None or self._notice.alarming)

    @property
    def viewpoint(self) -> Viewpoint | None:
        return self._viewpoint

    @property
    def camera(self) -> Camera | None:
        """The one that is looked through, until a hand goes on from it."""
        return self._camera

    def show_cloud(self, cloud: SplatCloud | None, *, opacity: float | None = None) -> None:
        """Draw these splats; all as opaque as ``opacity``, or each as it is. The same cloud again costs nothing."""
        self._opacity = opacity
        if cloud is self._cloud:
            self._change()
            return
        self._cloud, self._content, self._picture = cloud, None, None
        self._notice = EMPTY if cloud is None else LOADING
        if cloud is not None:
            self._frames.try_again()
            self._frames.prepare(cloud)
        self.update()

    def show_pose(self, pose: Doubles) -> None:
        """Where the splats stand: (4, 4) their own coordinates to the rig's. Cheap: call it for every iteration."""
        if np.array_equal(pose, self._pose):
            return
        self._pose = np.array(pose, np.float64)
        self._change()

    def look_through(self, camera: Camera | None, *, spread: float = _SPREAD) -> None:
        """See what a camera without distortion sees, as the rasterisers draw it; None goes on from there freely.

        ``spread`` is in the camera's pixels squared, as a rasteriser's.
        """
        if camera is self._camera and spread == self._spread:
            return
        if camera is None:
            self._leave_camera()
        else:
            self._camera, self._spread = camera, spread
            self._pole = -camera.rig_to_camera[1, :3]
        self._ask_still()
        self.update()

    def colour_by(self, name: str) -> None:
        """One of "own", "normal", "axis" and "depth"; anything else is the first."""
        self._colouring = name if name in COLOURINGS else COLOURINGS[0]
        self._change()

    def set_scale(self, factor: float) -> None:
        """Draw every splat that many times as large, 0.01 to 100."""
        self._grow = min(max(factor, 0.01), 100.0)
        self._change()

    def set_points(self, *, points: bool) -> None:
        """Draw a dot at each splat's place instead."""
        self._dots = points
        self._change()

    def fit(self) -> None:
        """Look at the whole cloud, from where one looks."""
        if self._content is None:
            return
        away = -self._viewpoint.axes[2] if self._viewpoint is not None else self._first_direction()
        gaussians = self._content.gaussians
        corners = gaussians.cloud.bounds[0] + _CORNERS * np.ptp(gaussians.cloud.bounds, axis=0)
        placed = corners @ self._pose[:3, :3].T + self._pose[:3, 3]
        aspect = max(self.width(), 1) / max(self.height(), 1)
        self._camera = None
        self._viewpoint = looking_from(away, placed, up=self._pole, aspect=aspect)
        self._ask_still()

    def close_stage(self) -> None:
        """Let go of the graphics card; it is taken again when there is something to draw."""
        self._frames.close()

    def try_again(self) -> None:
        """After a problem, draw again."""
        self._frames.try_again()
        if self._cloud is not None and self._content is None:
            self._frames.prepare(self._cloud)
        self._ask_still()

    def show_problem(self, problem: Problem) -> None:
        self._picture, self._notice = None, Notice.of(problem)
        self.update()

    def _first_direction(self) -> Doubles:
        side = np.cross(self._pole, [0.3, -0.5, 0.8])
        return np.asarray(side / np.linalg.norm(side) + 0.5 * self._pole)

    def _on_ready(self, gaussians: Gaussians) -> None:
        if gaussians.cloud is not self._cloud:
            return
        self._content = SplatContent(gaussians, self._pose, self._background())
        self._change()
        if self._viewpoint is None and self._camera is None:
            self.fit()

    def _change(self) -> None:
        """What is drawn, or how, is another now; where one looks from is not."""
        if self._content is None:
            return
        self._content = SplatContent(
            self._content.gaussians,
            self._pose,
            self._background(),
            self._colouring,
            self._grow,
            self._opacity,
            self._dots,
        )
        self._ask(moving=True)
        self._rest.start()

    def _background(self) -> tuple[int, int, int]:
        colour = self.palette().color(QPalette.ColorRole.Base)
        return colour.red(), colour.green(), colour.blue()

    # Pictures.

    @property
    def content(self) -> SplatContent | None:
        """What is drawn, once it is ready."""
        return self._content

    @property
    def eye(self) -> Eye | None:
        """How this widget's device pixels look at the splats; None as long as there is nowhere to look from."""
        if self._camera is not None:
            return Eye.through(self._camera, self._size, spread=self._spread)
        return Eye.of(self._viewpoint, self._size, spread=_SPREAD) if self._viewpoint is not None else None

    def _ask(self, *, moving: bool) -> None:
        if self._content is not None and self.isVisible() and (eye := self.eye) is not None:
            self._frames.ask(Wish(self._content, eye, moving))

    @property
    def _size(self) -> tuple[int, int]:
        """(height, width) in device pixels."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.height() * ratio)), max(1, round(self.width() * ratio))

    def _ask_still(self) -> None:
        self._ask(moving=self._pressed)

    def _on_came(self, picture: SplatPicture) -> None:
        if self._content is None:
            return
        self._picture, self._notice = picture, Notice("")
        drawn = f"{picture.splats:,} of {len(self._content.gaussians):,} splats in {1e3 * picture.seconds:.0f} ms"
        self.setToolTip(f"{drawn}, {picture.renderer}\n{GESTURES}")
        self.update()
        self.drawn.emit(picture)

    # The hand.

    def _leave_camera(self) -> None:
        """Stand where the camera stands, free to go."""
        camera, self._camera = self._camera, None
        if camera is None or self._content is None:
            return
        gaussians = self._content.gaussians
        middle = camera.rig_to_camera @ self._pose @ np.append(gaussians.middle, 1.0)
        reach = max(float(middle[2]), gaussians.radius)
        self._viewpoint = Eye.through(camera, self._size, spread=self._spread).viewpoint(reach)

    def _move(self, viewpoint: Viewpoint) -> None:
        self._viewpoint = viewpoint
        self._ask(moving=True)
        self._rest.start()

    def _hand(self) -> Viewpoint | None:
        if self._camera is not None:
            self._leave_camera()
            self.left_camera.emit()
        return self._viewpoint

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._last, self._pressed = event.position(), True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        step, self._last = event.position() - self._last, event.position()
        if not self._pressed or not event.buttons() or self._content is None or (here := self._hand()) is None:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.buttons() & Qt.MouseButton.LeftButton and not shift:
            self._move(here.orbited(-step.x() * _TURN, step.y() * _TURN, pole=self._pole))
        else:
            half = max(self.height(), 1) / 2
            self._move(here.panned(-step.x() / half, step.y() / half))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._pressed = False
        self._ask_still()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        if self._content is None or (here := self._hand()) is None:
            return
        half, place = max(self.height(), 1) / 2, event.position()
        at = ((place.x() - self.width() / 2) / half, (half - place.y()) / half)
        self._move(here.approached(0.85 ** (event.angleDelta().y() / 120), at=at))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._ask(moving=True)
        self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._ask_still()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._change()

    # The screen.

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(480, 360)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        guarded(self._paint, painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        picture = self._picture
        if picture is None:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
            draw_notice(painter, QRectF(self.rect()), self._notice, self.palette())
            return
        height, width = picture.pixels.shape[:2]
        image = QImage(picture.pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(self.rect(), image)
        if self._camera is not None:
            self._paint_frame(painter, self._camera)
        if self._content is not None:
            self._paint_count(painter, picture.splats, len(self._content.gaussians))

    def _paint_count(self, painter: QPainter, drawn: int, count: int) -> None:
        words = f"{count:,} splats" if drawn == count else f"{drawn:,} of {count:,} splats"
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, words)

    def _paint_frame(self, painter: QPainter, camera: Camera) -> None:
        """Where the camera's image ends."""
        zoom = min(self.height() / camera.size[0], self.width() / camera.size[1])
        height, width = zoom * camera.size[0], zoom * camera.size[1]
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.PlaceholderText), 1.0))
        frame = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))
