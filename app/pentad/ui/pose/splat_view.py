"""The splats a run was fitted with, under the pose looked at, and what any pixel of them is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk import Aligner, Ticket, Value
from pentad.session.pose_run import PoseRun
from pentad.session.session import Session
from pentad.ui.pose.live_page import LivePage
from pentad.ui.pose.run_canvas import RunCanvas, outlines_of
from pentad.ui.pose.sight_panel import SightPanel
from pentad.ui.pose.splat_probe import SeenIn, Sight, look_along, seen_in
from pentad.ui.pose.splat_tools import SplatTools
from pentad.ui.splats.content import Eye, Gaussians
from pentad.ui.theme import Theme

HINT = "Click a place to see which splats it is made of, and where every view sees them."
_ONE_COLOUR = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Splatted:
    """The splats of a run's mesh, made with these settings."""

    mesh: Mesh
    settings: Mapping[str, Value]
    gaussians: Gaussians

    @property
    def cloud(self) -> SplatCloud:
        return self.gaussians.cloud


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """A line of sight somebody asked about while the part had ``pose`` (4, 4), and from where, in words."""

    sight: Sight
    pose: Doubles
    title: str


class SplatView(LivePage):
    """Follows a look at a run. A click tells which splat is there, and all others on that line of sight."""

    sight_marked = Signal(object)
    """SeenIn of every view: pixel and epipolar line of what was chosen; an empty tuple when nothing is."""
    ray_marked = Signal(object)
    """(2, 3) the line of sight through the part, in the part's coordinates, or None."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.tools, self.canvas, self.panel = SplatTools(theme), RunCanvas(session.jobs), SightPanel()
        self.words = QLabel(HINT)
        self._splatted: Splatted | None = None
        self._asked: tuple[Mesh, dict[str, Value]] | None = None
        self._through, self._spread = True, 0.3
        self._outlines: tuple[object, tuple[Doubles, ...]] = (None, ())
        self._coloured = False
        self._wanted: tuple[str, float, float] | None = None
        self._picked: Picked | None = None
        self._chosen: int | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.panel.hide()
        self.words.setProperty("role", "quiet")
        self.words.setContentsMargins(8, 2, 8, 3)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.canvas)
        across.addWidget(self.panel)
        across.setStretchFactor(0, 1)
        across.setChildrenCollapsible(False)
        across.setHandleWidth(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tools)
        layout.addWidget(across, 1)
        layout.addWidget(self.words)

    def _connect(self) -> None:
        tools, canvas = self.tools, self.canvas
        tools.from_chosen.connect(self._on_from)
        tools.colour_chosen.connect(canvas.colour_by)
        tools.scale_chosen.connect(canvas.set_scale)
        tools.points_chosen.connect(self._on_points)
        tools.outline_chosen.connect(self._on_outline)
        tools.fit_wanted.connect(self._on_fit)
        canvas.left_camera.connect(self._on_left)
        canvas.picked.connect(self._on_picked)
        self.panel.chosen.connect(self.choose)

    # What is shown.

    def draw(self) -> None:
        look = self._look
        step = look.step if look is not None else None
        if look is None or step is None or look.run.start is None or look.run.mesh is None:
            self._forget()
            self.canvas.show_cloud(None)
            return
        try:
            self._ask(look.run, look.run.mesh, self._session.aligners["ptad"])
        except Problem as problem:
            self.canvas.show_problem(problem)
            return
        self.canvas.show_pose(step.pose)
        if self._splatted is None:
            return
        camera = self.followed(look.run)
        if self._through:
            self.canvas.look_through(camera, spread=self._spread)
        self.canvas.show_outlines(self._outlines_of(look.run, camera) if self.tools.outline.isChecked() else ())
        self._say_where()

    def _ask(self, run: PoseRun, mesh: Mesh, aligner: Aligner) -> None:
        """Have the mesh splatted as the run had it, unless that is so or under way."""
        known = {setting.key: setting.default for setting in aligner.info.settings}
        settings = {key: value for key, value in run.made_with.items() if key in known}
        self._spread = float(settings.get("spread", known.get("spread", 0.3)))
        # Why no less: while a run goes on it is only known what was chosen; what that came to is known afterwards.
        if self._asked is not None and self._asked[0] is mesh and self._asked[1].items() <= settings.items():
            return
        self._forget()
        self._asked = (mesh, settings)
        self.canvas.show_cloud(None)

        def work(ticket: Ticket) -> Splatted:
            return Splatted(mesh, settings, Gaussians.of(aligner.splat(mesh, settings, ticket)))

        job = self._session.jobs.run(
            "Splats of the part",
            work,
            lane="tool",
            quiet=True,
            replaces=f"pose splats {id(self)}",
            then=self._on_splats,
        )
        job.failed.connect(self.canvas.show_problem)

    def _on_splats(self, splatted: Splatted) -> None:
        if self._asked is None or self._asked[0] is not splatted.mesh or self._asked[1] is not splatted.settings:
            return
        self._splatted = splatted
        if not self._coloured:
            self._coloured = True
            # Why: most meshes have no colours, and a white part shows nothing of its shape.
            self.tools.show_colour("own" if np.ptp(splatted.cloud.colours, axis=0).max() > _ONE_COLOUR else "normal")
        self.draw_if_seen()
        self.canvas.show_cloud(splatted.cloud)
        if self._wanted is not None:
            self.pick(*self._wanted)

    def _outlines_of(self, run: PoseRun, camera: Camera) -> tuple[Doubles, ...]:
        assert run.start is not None
        mask = next(m for c, m in zip(run.start.cameras, run.start.masks, strict=True) if c is camera)
        if self._outlines[0] is not mask:
            self._outlines = (mask, outlines_of(mask))
        return self._outlines[1]

    # What a person can do.

    def _on_from(self, where: str) -> None:
        self._through = where == "camera"
        if not self._through:
            self.canvas.look_through(None)
        self.draw()

    def _on_left(self) -> None:
        self._through = False
        self.tools.where.show_choice("free")

    def _on_fit(self) -> None:
        self._on_left()
        self.canvas.fit()

    def _on_points(self, on: bool) -> None:
        self.canvas.set_points(points=on)

    def _on_outline(self, on: bool) -> None:
        self.draw()

    @property
    def drawing_s(self) -> float:
        return self.canvas.picture.seconds if self.canvas.picture is not None else 0.0

    @property
    def asked(self) -> bool:
        """Whether somebody asked about a pixel of this run: then every iteration is to be shown, also out of sight."""
        return self._picked is not None or self._wanted is not None

    def pick(self, view: str, y: float, x: float) -> None:
        """As a click at y, x of the cut image of ``view`` would, once there are splats; they need not be on screen."""
        look = self._look
        self._wanted = None
        if look is None or look.run.start is None:
            return
        camera = next((each for each in look.run.start.cameras if each.name == view), None)
        if camera is None:
            return
        if self._splatted is None:
            self._wanted = (view, y, x)
            return
        self._look_along(Eye.through(camera, camera.size, spread=self._spread), (x, y), camera)

    def _on_picked(self, x: float, y: float) -> None:
        if (eye := self.canvas.eye) is not None:
            self._look_along(eye, (x, y), self.canvas.camera)

    def _look_along(self, eye: Eye, at: tuple[float, float], camera: Camera | None) -> None:
        """Work out what ``eye`` sees at its pixel ``at`` (x, y); ``camera`` is that which it looks through, if any."""
        look, splatted = self._look, self._splatted
        if look is None or look.step is None or splatted is None:
            return
        title = f"Line of sight, iteration {look.index + 1}"
        if camera is not None:
            x, y = (camera.matrix @ [*((at - np.array(eye.focal[2:])) / eye.focal[:2]), 1.0])[:2].tolist()
            title = f"Pixel x {x:.1f}, y {y:.1f} of {camera.name}, iteration {look.index + 1}"
        pose, grow = look.step.pose, self.tools.grow

        def work(ticket: Ticket) -> Picked:
            return Picked(look_along(splatted.gaussians, pose, eye, at, opacity=None, grow=grow), pose, title)

        self._session.jobs.run(
            "Line of sight", work, lane="tool", quiet=True, replaces=f"line of sight {id(self)}", then=self._on_sight
        )

    def _on_sight(self, picked: Picked) -> None:
        if self._splatted is None:
            return
        self._picked = picked
        self.panel.show()
        self.words.hide()
        self.panel.show_sight(picked.sight, picked.title)
        seen = picked.sight.most_seen
        self.choose(seen.number if seen is not None else None)

    def choose(self, number: int | None) -> None:
        """Mark one splat here and in every view; None for none."""
        self._chosen = number
        self._say_where()

    def _say_where(self) -> None:
        """Tell every view where the chosen splat is under the pose looked at, and where the line of sight went."""
        look, splatted, picked = self._look, self._splatted, self._picked
        if look is None or look.step is None or look.run.start is None or splatted is None or picked is None:
            return
        place: Doubles | None = None
        views: tuple[SeenIn, ...] = ()
        if self._chosen is not None:
            pose = look.step.pose
            place = pose[:3, :3] @ splatted.cloud.means[self._chosen].astype(np.float64) + pose[:3, 3]
            views = seen_in(look.run.start.cameras, place, picked.sight, self._reach(picked, splatted))
        self.panel.show_splat(splatted.cloud, self._chosen, views)
        self.canvas.show_mark(place)
        self.sight_marked.emit(views)
        self.ray_marked.emit(self._ray(picked, splatted))

    def _reach(self, picked: Picked, splatted: Splatted) -> tuple[float, float]:
        """How far along the line of sight the part begins and ends, in mm."""
        low, high = splatted.cloud.bounds
        middle = picked.pose[:3, :3] @ ((low + high) / 2) + picked.pose[:3, 3]
        along, radius = float((middle - picked.sight.eye) @ picked.sight.way), float(np.linalg.norm(high - low)) / 2
        return max(along - radius, 1e-3 * radius), max(along + radius, 2e-3 * radius)

    def _ray(self, picked: Picked, splatted: Splatted) -> Doubles:
        """(2, 3) from the eye to behind the part, in the part's coordinates at the iteration it was asked in."""
        sight, back = picked.sight, np.linalg.inv(picked.pose)
        ends = np.stack([sight.eye, sight.eye + sight.way * self._reach(picked, splatted)[1]])
        return np.asarray(ends @ back[:3, :3].T + back[:3, 3])

    def _forget(self) -> None:
        if self._picked is not None:
            self.sight_marked.emit(())
            self.ray_marked.emit(None)
        self._splatted, self._asked, self._picked, self._chosen = None, None, None, None
        self.panel.hide()
        self.words.show()
        self.canvas.show_mark(None)
