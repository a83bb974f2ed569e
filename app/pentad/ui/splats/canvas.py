"""The widget that shows a splat cloud and lets a hand move around it, or look through a camera."""

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QWidget

from pentad.canvas.notice import Notice
from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.viewpoint import Viewpoint, box_corners, looking_from
from pentad.session.jobs import Jobs
from pentad.ui.offscreen.view import OrbitedView
from pentad.ui.splats.content import COLOURINGS, Eye, Gaussians, SplatContent, SplatPicture
from pentad.ui.splats.frames import SplatFrames, Wish

LOADING = Notice("Loading splats…")
EMPTY = Notice("No splats yet.")
GESTURES = "Drag turns, right or Shift+drag moves, the wheel goes nearer, a double click shows all."
_MARGIN = 8.0
_SPREAD = 0.3
"""px^2 that splats are widened by where no camera says otherwise (3DGS)."""


class SplatCanvas(OrbitedView[SplatContent, SplatPicture]):
    """A cloud of Gaussians under a pose, and the hand that turns it or leaves a camera."""

    frames: SplatFrames
    pixel_format = QImage.Format.Format_RGBX8888
    left_camera = Signal()
    """A hand went on from the camera one looked through."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(SplatFrames(jobs), EMPTY, parent)
        self._cloud: SplatCloud | None = None
        self._pose: Doubles = np.eye(4)
        self._camera: Camera | None = None
        self._spread = _SPREAD
        self._colouring, self._grow, self._dots = COLOURINGS[0], 1.0, False
        self._opacity: float | None = None
        self.frames.ready.connect(self._on_ready)
        self.setAccessibleName("Splats in 3D")

    # What is shown.

    @property
    def still(self) -> bool:
        """Whether what is on screen is what there is to see: nothing is being drawn or about to be."""
        waiting = self.frames.busy or self._rest.isActive() or self._hand.dragging
        return not waiting and (self._picture is not None or self._notice.alarming)

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
            self.frames.try_again()
            self.frames.prepare(cloud)
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
        placed = box_corners(self._content.gaussians.cloud.bounds) @ self._pose[:3, :3].T + self._pose[:3, 3]
        self._camera = None
        self._viewpoint = looking_from(away, placed, up=self._pole, aspect=self.aspect)
        self._ask_still()

    def try_again(self) -> None:
        super().try_again()
        if self._cloud is not None and self._content is None:
            self.frames.prepare(self._cloud)
        self._ask_still()

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
        self._ask_moving()

    def _background(self) -> tuple[int, int, int]:
        colour = self.palette().color(QPalette.ColorRole.Base)
        return colour.red(), colour.green(), colour.blue()

    # Pictures.

    @property
    def eye(self) -> Eye | None:
        """How this widget's device pixels look at the splats; None as long as there is nowhere to look from."""
        if self._camera is not None:
            return Eye.through(self._camera, self._size, spread=self._spread)
        return Eye.of(self._viewpoint, self._size, spread=_SPREAD) if self._viewpoint is not None else None

    def _ask(self, *, moving: bool) -> None:
        if self._content is not None and self.isVisible() and (eye := self.eye) is not None:
            self.frames.ask(Wish(self._content, eye, moving))

    def _on_came(self, picture: SplatPicture) -> None:
        if self._content is None:
            return
        drawn = f"{picture.splats:,} of {len(self._content.gaussians):,} splats in {1e3 * picture.seconds:.0f} ms"
        self.setToolTip(f"{drawn}, {picture.renderer}\n{GESTURES}")
        super()._on_came(picture)

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

    def _begin_move(self) -> Viewpoint | None:
        if self._content is not None and self._camera is not None:
            self._leave_camera()
            self.left_camera.emit()
        return super()._begin_move()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._change()

    # The screen.

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(480, 360)

    def _paint_over(self, painter: QPainter, picture: SplatPicture) -> None:
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
