"""A pose run in space: the part, its references, and the way its camera went about it, iteration by iteration."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pentad.canvas.pyramid import Bgra, bgra_of
from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.geometry.drawable import Drawable, drawable
from pentad.geometry.frustum import Frustum
from pentad.geometry.surface import Surface
from pentad.geometry.viewpoint import looking_from, through
from pentad.session.pose_actions import align_from
from pentad.session.pose_run import PoseRun
from pentad.session.session import Session
from pentad.ui.pose.live_page import LivePage
from pentad.ui.pose.looking import PoseLook, run_words
from pentad.ui.pose.path_drawing import compose_path, compose_waiting, distances
from pentad.ui.pose.path_scene import (
    CAMERA,
    REFERENCE,
    STEP,
    Stand,
    Trail,
    cameras_there,
    chosen,
    in_part,
    overview,
    trails,
)
from pentad.ui.pose.path_tools import PathTools, direction
from pentad.ui.scene3d.content import Picture
from pentad.ui.scene3d.scene_view import SceneView
from pentad.ui.theme import Theme

WAITING = "The part and its references appear here, and its path with the first iteration."


class PathView(LivePage):
    """Follows a look at a run. A click on the path goes to that iteration, one on a reference offers to start there."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._theme = theme
        self.tools, self.view = PathTools(theme), SceneView(session.jobs)
        self.words, self.start = QLabel(), QPushButton("Align from it")
        self._stand: Stand | None = None
        self._shown: tuple[object, ...] = ()
        self._run: PoseRun | None = None
        self._framed: tuple[Mesh, bool] | None = None
        self._part: tuple[Mesh, Drawable | None] | None = None
        self._photos: dict[int, Bgra] = {}
        self._trails: dict[tuple[PoseRun, int, str], tuple[Trail, ...]] = {}
        self._marked = ""
        self._ray: Doubles | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.view.setAccessibleName("The camera's path about the part, in 3D")
        self.words.setProperty("role", "quiet")
        self.words.setWordWrap(True)
        below = QHBoxLayout()
        below.setContentsMargins(8, 2, 8, 3)
        below.addWidget(self.words, 1)
        below.addWidget(self.start)
        self.start.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tools)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        self.view.chosen.connect(self._on_chosen)
        self.view.entered.connect(self._on_entered)
        self.view.drawn.connect(self._on_drawn)
        self.tools.side_chosen.connect(self.look_from)
        self.tools.flat_chosen.connect(self._on_flat)
        self.tools.through_wanted.connect(self.look_through)
        self.tools.snapshot_wanted.connect(self.ask_for_snapshot)
        self.start.clicked.connect(self._on_start)
        self._theme.changed.connect(self.draw_if_seen)

    # What is shown.

    @property
    def stand(self) -> Stand | None:
        """What stays of the scene from iteration to iteration, None where there is nothing to draw."""
        return self._stand

    @property
    def drawing_s(self) -> float:
        return self.view.picture.seconds if self.view.picture is not None else 0.0

    def show_ray(self, ray: Doubles | None) -> None:
        """(2, 3) a line of sight in the part's coordinates, or none."""
        self._ray = ray
        self.draw_if_seen()

    def draw(self) -> None:
        look = self._look
        if (
            look is None
            or look.run.start is None
            or look.run.mesh is None
            or not (look.step or look.run.start.references)
        ):
            self._stand, self._shown = None, ()
            self.tools.setEnabled(False)
            self.view.show_words(WAITING)
            return
        if look.run is not self._run:
            self._run, self._marked = look.run, ""
            self._photos.clear()
            self._trails.clear()
        camera, part = self.followed(look.run), self._drawable(look.run.mesh)
        steps, photos = len(look.run.steps), len(look.run.photos)
        beside = len(look.other.steps) if look.other is not None else 0
        state = (look.run, look.index, steps, look.run.over, photos, look.other, beside, camera, part)
        if (*state, self._marked, id(self._ray), self._theme.name) == self._shown:
            return
        self._shown = (*state, self._marked, id(self._ray), self._theme.name)
        if self._stand is None or self._stand.camera is not camera:
            self._stand = Stand.of(look.run.mesh, camera, look.run.start.references)
        self._compose(look, self._stand)

    def _compose(self, look: PoseLook, stand: Stand) -> None:
        assert look.run.mesh is not None
        assert look.run.start is not None
        part, beside = self._drawable(look.run.mesh), self._beside(look, stand.camera)
        if look.step is None:
            drawn = compose_waiting(stand, look.run.start.references, self._theme, part=part, marked=self._marked)
        else:
            drawn = compose_path(
                look, stand, self._trails_of(look.run, stand.camera), self._theme, beside=beside, part=part,
                photos=self._cut_photos(look.run), marked=self._marked, ray=self._ray,
            )  # fmt: skip
        self.tools.setEnabled(True)
        self.tools.bar.show_span(drawn.span, run_words(look.other) if look.other is not None and beside else "")
        if self._framed != (look.run.mesh, look.step is not None):
            self._framed = (look.run.mesh, look.step is not None)
            self.look_from("corner")
        self.view.show_scene(drawn.scene, drawn.content, active=self._marked or None, named=True)
        self._say(look)

    def _drawable(self, mesh: Mesh) -> Drawable | None:
        """The part ready to be drawn; asked for where it is not."""
        if self._part is None or self._part[0] is not mesh:
            self._part = (mesh, None)
            self._session.jobs.run(
                "Part in 3D",
                lambda ticket: (mesh, drawable(Surface.of(mesh.vertices, mesh.faces))),
                lane="cpu", replaces=f"path {id(self)}", quiet=True, then=self._on_part,
            )  # fmt: skip
        return self._part[1]

    def _on_part(self, part: tuple[Mesh, Drawable]) -> None:
        if self._part is not None and self._part[0] is part[0]:
            self._part = part
            self.draw()

    def _cut_photos(self, run: PoseRun) -> dict[str, Bgra]:
        """By camera; each made once, so that it is sent to the graphics card once."""
        assert run.start is not None
        found = {}
        for camera, photo in zip(run.start.cameras, run.photos, strict=False):
            if id(photo) not in self._photos:
                self._photos[id(photo)] = bgra_of(photo)
            found[camera.name] = self._photos[id(photo)]
        return found

    def _beside(self, look: PoseLook, camera: Camera) -> tuple[Trail, ...]:
        """The other run's, seen by the camera of the same view; none where it is another part's."""
        other = look.other
        if other is None or other.start is None or not other.steps or other.mesh is None or look.run.mesh is None:
            return ()
        if not np.allclose(other.mesh.bounds, look.run.mesh.bounds, rtol=1e-3):
            return ()
        names = {each.name: each for each in other.start.cameras}
        there = names.get(camera.name, other.start.cameras[0])
        return self._trails_of(other, there)

    def _trails_of(self, run: PoseRun, camera: Camera) -> tuple[Trail, ...]:
        key = (run, len(run.steps), camera.name)
        if key not in self._trails:
            self._trails = {k: v for k, v in self._trails.items() if k[0] is not run}
            self._trails[key] = trails(run.steps, camera)
        return self._trails[key]

    # What a person can do.

    def look_from(self, side: str) -> None:
        """Show everything, or with "part" the part alone, from a side of ``SIDES``."""
        stand, look = self._stand, self._look
        if stand is None or look is None or look.run.start is None:
            return
        way, up = direction(side, stand.pole)
        cameras: tuple[Frustum, ...] = ()
        if look.step is not None:
            cameras = cameras_there(look.run.start.cameras, look.step.pose, stand.middle)
        places = stand.corners if side == "part" else overview(stand, self._trails_of(look.run, stand.camera), cameras)
        near = looking_from(way, places, up=up, aspect=self.view.aspect)
        self.view.look(replace(near, flat=self.tools.flat.isChecked()))

    def look_through(self) -> None:
        """See what the followed camera saw of the part at this iteration."""
        if self._stand is None or self._look is None or self._look.step is None:
            return
        self.tools.flat.setChecked(False)
        camera = in_part(self._stand.camera, self._look.step.pose)
        reach = float(np.linalg.norm(camera.centre - self._stand.middle))
        self.view.look(through(camera, reach=max(reach, 1e-3), aspect=self.view.aspect))

    def ask_for_snapshot(self) -> None:
        if self.view.picture is not None:
            file = QFileDialog.getSaveFileName(self, "Save a picture of the path", "path.png", "PNG (*.png)")[0]
            if file:
                self.save_snapshot(Path(file))

    def save_snapshot(self, file: Path) -> None:
        try:
            self.view.save_snapshot(file)
        except Problem as problem:
            self._session.noticed.emit(problem)

    def _on_chosen(self, name: str) -> None:
        kind, which = chosen(name)
        if kind == STEP:
            self._session.posing.look_at(int(which))
        elif kind == CAMERA:
            self._session.view_state.set(active=which)
        elif kind == REFERENCE:
            self._marked = "" if name == self._marked else name
            self.draw()

    def _on_entered(self, name: str) -> None:
        if chosen(name)[0] == CAMERA:
            self.look_through()

    def _on_start(self) -> None:
        kind, which = chosen(self._marked)
        if kind == REFERENCE:
            align_from(self._session, int(which))

    def _on_flat(self, flat: bool) -> None:
        self.view.show_flat(flat=flat)

    # What is said.

    def _say(self, look: PoseLook) -> None:
        assert look.run.start is not None
        references = look.run.start.references
        kind, which = chosen(self._marked)
        self.start.setVisible(kind == REFERENCE)
        if kind == REFERENCE:
            each = references[int(which)]
            aligned = f", {each.aligned:.2f} px once aligned" if np.isfinite(each.aligned) else ""
            said = f"Reference {which}: {each.distance:.2f} px from the query's outline{aligned}."
        else:
            said = self._what_is_drawn(look)
        if self.view.picture is not None and self.view.picture.by_software:
            said += " Software OpenGL."
        self.words.setText(said)

    def _what_is_drawn(self, look: PoseLook) -> str:
        assert look.run.start is not None
        if look.step is None:
            return "The part, and the references its search begins with."
        camera = self.followed(look.run).name if len(look.run.start.cameras) > 1 else "the camera"
        said = f"The part stands still and {camera} goes about it: click its path to go to that iteration."
        if look.run.start.references:
            nearest = int(np.argmin(distances(look.run.start.references)))
            said += f" Nearest of {len(look.run.start.references)} references: {nearest}."
        return said

    def _on_drawn(self, picture: Picture) -> None:
        if self._look is not None and self._stand is not None and self._look.run.start is not None:
            self._say(self._look)
