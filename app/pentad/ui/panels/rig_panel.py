"""The rig in three dimensions beside the pictures: cameras, photos, part and heat, in millimetres."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from pentad.canvas.pyramid import Bgra
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, View
from pentad.geometry.drawable import Drawable
from pentad.geometry.points import Points
from pentad.geometry.viewpoint import looking_from, through
from pentad.io.meshes import MESH_SUFFIXES
from pentad.session.rig_points import Cloud, RigPoints
from pentad.session.rig_reliefs import Relief, Reliefs, RigReliefs, relief_wishes
from pentad.session.rig_scene import Frame, RigScene, cloud_scene, likely_unit, rig_scene, without_covered_tips
from pentad.session.rig_state import NO_RIG
from pentad.session.session import Session
from pentad.session.view_state import Look
from pentad.ui.bridge import listen
from pentad.ui.calibration_notes import notes_in_full, notes_in_short
from pentad.ui.composing import heat_colours, heat_range
from pentad.ui.panels.rig_tools import SIDES, RigTools
from pentad.ui.panels.unit_row import UNITS, UnitRow
from pentad.ui.pictures import Pictures
from pentad.ui.scene3d.composing import around_part, compose_scene, extent, plain_of, reduced
from pentad.ui.scene3d.content import Picture
from pentad.ui.scene3d.part_heat import PartHeat
from pentad.ui.scene3d.scene_view import SceneView
from pentad.ui.theme import Theme

NO_PROJECT = "The cameras of the rig appear here once a project with a calibration is open."
NO_CAMERA = "None of this part's views has a calibrated camera."
SOFTWARE = "Software OpenGL: moving shows less."
PUBLISHED = "As published: each camera against its own board; the part is left out."
OWN_BOARDS = "This calibration gives each camera against its own board, and no station joins them."
NO_PLACE = "No calibrated cameras: one view's points as its sensor saw them, laid on a plane."
HARDLY_MM = "They are hardly in millimetres: say their unit in pentad.toml, [depth] scale."
MESH_POSE = "say so in pentad.toml, [mesh] pose."
NO_CLOUD, NO_RELIEFS = Cloud(), Reliefs()
_MOST_NOTES = 8
"""In a tool tip; the rig editor has all."""


class RigPanel(QWidget):
    """Follows the session's sample, look and rig; the view a person picks in it becomes the active one everywhere.

    Nothing is imported, read or drawn for it until it is first on screen.
    """

    def __init__(self, session: Session, pictures: Pictures, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._pictures, self._theme = session, pictures, theme
        self.tools, self.view, self.words = RigTools(theme), SceneView(session.jobs), QLabel()
        self._heat, self._points = PartHeat(session.jobs, self), RigPoints(session.jobs)
        self._reliefs = RigReliefs(session.jobs)
        self.unit = UnitRow()
        self._right: Drawable | None = None
        """A part whose unit is right, as a person said."""
        self._chosen_here: str | None = None
        self._scene: RigScene | None = None
        self._framed: tuple[object, Frame] | None = None
        self._again = QTimer(self, interval=0, singleShot=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.words.setProperty("role", "quiet")
        self.words.setWordWrap(True)
        self.unit.taken.connect(self._session.rig.take_part_in)
        self.unit.kept.connect(self._on_unit_kept)
        self.words.setContentsMargins(10, 3, 10, 5)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tools)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.unit)
        layout.addWidget(self.words)

    def _connect(self) -> None:
        session = self._session
        for signal in (
            session.project_changed,
            session.current_changed,
            session.prediction_changed,
            session.rig.changed,
            self._points.changed,
            self._reliefs.changed,
            session.depths.changed,
        ):
            listen(self, signal, self._again.start)
        listen(self, session.view_state.changed, self._on_look)
        self._pictures.arrived.connect(self._again.start)
        self._heat.changed.connect(self._again.start)
        self._theme.changed.connect(self._again.start)
        self._again.timeout.connect(self._show)
        self.view.chosen.connect(self._on_chosen)
        self.view.entered.connect(self._on_entered)
        self.view.drawn.connect(self._on_drawn)
        tools = self.tools
        tools.overview.connect(self.overview)
        tools.side_chosen.connect(self.look_from)
        tools.flat_chosen.connect(self._on_flat)
        tools.frame_chosen.connect(self._on_frame)
        tools.shown_changed.connect(self._again.start)
        tools.fly.connect(self.fly)
        tools.part_wanted.connect(self.ask_for_part)
        tools.snapshot.connect(self.ask_for_snapshot)

    @property
    def scene(self) -> RigScene | None:
        """What is drawn, None where there is nothing to draw."""
        return self._scene

    # What a person can do.

    def overview(self) -> None:
        """Show all cameras and the part, from a corner."""
        self.look_from("corner")

    def look_from(self, side: str) -> None:
        """Show everything, or with "part" the part alone, from a side of ``SIDES``."""
        if self._scene is None:
            return
        pole = float(self._scene.pole[2])
        direction = np.array(SIDES[side][1]) * [1, 1, pole]
        upright = [0.0, 0.0, pole] if side != "top" else [0.0, 1.0, 0.0]
        shown = around_part if side == "part" else extent
        places = shown(self._scene, self._part(), self._seen_points(self._scene))
        near = looking_from(direction, places, up=upright, aspect=self.view.aspect)
        self.view.look(replace(near, flat=self.tools.flat.isChecked()))

    def fly(self) -> None:
        """Look through the camera of the active view."""
        scene, active = self._scene, self._session.view_state.look.active
        if scene is None or not scene.cameras:
            return
        view = active if active is not None and active in scene.cameras else next(iter(scene.cameras))
        self.tools.flat.setChecked(False)
        self.view.look(through(scene.cameras[view], reach=scene.reach[view], aspect=self.view.aspect))

    def ask_for_part(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in sorted(MESH_SUFFIXES))
        chosen = QFileDialog.getOpenFileName(self, "Open the part's mesh", "", f"Meshes ({kinds})")[0]
        if chosen:
            self._session.rig.load_part(Path(chosen))

    def ask_for_snapshot(self) -> None:
        if self.view.picture is not None:
            chosen = QFileDialog.getSaveFileName(self, "Save a picture of the rig", "rig.png", "PNG (*.png)")[0]
            if chosen:
                self.save_snapshot(Path(chosen))

    def save_snapshot(self, file: Path) -> None:
        try:
            self.view.save_snapshot(file)
        except Problem as problem:
            self._session.noticed.emit(problem)

    # Following the session.

    def _show(self) -> None:
        if not self.isVisible():
            return
        session = self._session
        rig, sample = session.rig, session.current
        if session.project is None:
            self._show_nothing(NO_PROJECT)
            return
        rig.ask(sample)
        known = sample is not None and (rig.reading is not None or rig.problem is NO_RIG)
        cameras = rig.cameras(sample) if sample is not None else {}
        self._points.ask(session.project.tree, sample if known and self.tools.shown.points else None, cameras)
        self._ask_reliefs(cameras)
        if cameras:
            self._draw(rig_scene(cameras, rig.frame, share=self.tools.shown.share))
        elif (points := self._cloud.points) is not None:
            self._draw(cloud_scene(points.places))
        elif self._points.reading:
            self._show_nothing("Reading the measured points…")
        elif rig.problem is not None:
            self._show_problem(rig.problem)
        else:
            self._show_nothing(NO_CAMERA if known else "Reading the calibration…")

    def _draw(self, scene: RigScene) -> None:
        session = self._session
        self._scene = scene
        look, part = session.view_state.look, self._part()
        self._ask_heat(look)
        content = compose_scene(
            scene, self.tools.shown, self._theme,
            photos=self._photos(scene, look), active=look.active, part=part, heat=self._heat.colours,
            points=self._seen_points(scene), reliefs=self._seen_reliefs(scene),
        )  # fmt: skip
        self.tools.setEnabled(True)
        self.tools.offer_cameras(offered=bool(scene.cameras))
        self.tools.frame.show_choice(scene.frame.value)
        framed = (session.rig.reading if scene.cameras else session.current, scene.frame)
        if framed != self._framed or self.view.viewpoint is None:
            self._framed = framed
            self.overview()
        if part is not None and self.tools.shown.part:
            scene = without_covered_tips(scene, part.surface.bounds)
        self.view.show_scene(scene, content, active=look.active, named=self.tools.shown.names)
        self._say()

    def _part(self) -> Drawable | None:
        """The part, where the cameras stand in its frame."""
        rig = self._session.rig
        return rig.part if rig.frame is Frame.RIG else None

    @property
    def _cloud(self) -> Cloud:
        return self._points.cloud or NO_CLOUD

    def _seen_points(self, scene: RigScene) -> Points | None:
        """The points, where the cameras stand in their frame."""
        return self._cloud.points if scene.frame is Frame.RIG else None

    def _ask_reliefs(self, cameras: Mapping[str, Camera]) -> None:
        """Have the depth of the active view, or of all, as surfaces soon."""
        session, shown = self._session, self.tools.shown
        sample, project, maps = session.current, session.project, session.depth_maps
        if sample is None or project is None:
            return
        active = session.view_state.look.active
        one = active if active in cameras else next(iter(cameras), None)
        wanted = {view: camera for view, camera in cameras.items()
                  if shown.every_relief or (shown.relief and view == one)}  # fmt: skip
        self._reliefs.ask(project.tree, sample, relief_wishes(sample, wanted, maps, session.depths))

    def _seen_reliefs(self, scene: RigScene) -> tuple[Relief, ...]:
        """The reliefs, where the cameras stand in their frame."""
        return self._reliefs_now.found if scene.frame is Frame.RIG else ()

    @property
    def _reliefs_now(self) -> Reliefs:
        return self._reliefs.reliefs or NO_RELIEFS

    def _photos(self, scene: RigScene, look: Look) -> dict[str, Bgra]:
        """What is at hand of the views' photos, or normals where the look is on these."""
        found = {}
        for view in scene.cameras:
            for modality in dict.fromkeys((look.base, Modality.RGB, Modality.NORMAL)):
                picture = self._pictures.picture(view, modality)
                if picture is not None and picture.colours is not None:
                    found[view] = reduced(picture.colours)
                    break
        return found

    def _size(self, view: str) -> tuple[int, int] | None:
        """(height, width) of the view's photo, as far as it is known."""
        picture = self._pictures.picture(view, Modality.RGB)
        return picture.size if picture is not None else None

    def _ask_heat(self, look: Look) -> None:
        session, part = self._session, self._part()
        prediction, sample = session.prediction, session.current
        judged = prediction.views if prediction is not None else {}
        maps = {view: each.heatmap for view, each in judged.items() if each.heatmap is not None}
        spans = [heat_range(look, heatmap) for heatmap in maps.values()] or [(0.0, 1.0)]
        span = min(low for low, _ in spans), max(high for _, high in spans)
        cameras = session.rig.cameras(sample) if sample is not None else {}
        shown = self.tools.shown
        wanted = part if shown.heat and shown.part else None
        cloud = self._cloud if shown.heat and shown.points else NO_CLOUD
        plain = plain_of(self._theme.name)
        self._heat.ask(wanted, cloud, cameras, maps, span=span, scale=heat_colours(look), plain=plain)

    def _show_nothing(self, text: str) -> None:
        self._scene = None
        self.tools.setEnabled(False)
        self.view.show_words(text)
        self._say()

    def _show_problem(self, problem: Problem) -> None:
        self._scene = None
        self.tools.setEnabled(False)
        self.view.show_problem(problem)
        self._say()

    def _say(self) -> None:
        """The quiet line below: what a person should know to read the scene rightly."""
        scene, picture = self._scene, self.view.picture
        self._ask_unit()
        said = []
        if scene is not None:
            without = [view.name for view in self._views() if view.name not in scene.cameras]
            bent = [frustum.name for frustum in scene.frusta if frustum.lens_left_out]
            other = [view for view, camera in scene.cameras.items() if self._size(view) not in (None, camera.size)]
            said += [f"Not calibrated: {', '.join(without)}."] if without and scene.cameras else []
            said += [f"Calibrated for another image size: {', '.join(other)}."] if other else []
            said += [f"Drawn without the lens, which has no inverse there: {', '.join(bent)}."] if bent else []
            said += self._about_frame(scene.frame) if scene.cameras else [NO_PLACE]
            said += self._about_points(scene.frame)
            said += self._about_reliefs(scene)
        if picture is not None and picture.by_software:
            said.append(SOFTWARE)
        notes = self._notes if scene is not None and scene.cameras else ()
        said += [notes_in_short(notes)] if notes else []
        self.words.setText(" ".join(said))
        self.words.setVisible(bool(said))
        # Why as paragraphs: a plain tool tip is never broken into lines.
        self.words.setToolTip("".join(f"<p>{escape(note)}</p>" for note in notes_in_full(notes, most=_MOST_NOTES)))

    @property
    def _notes(self) -> tuple[Problem, ...]:
        """What was noticed when the calibration was read."""
        reading = self._session.rig.reading
        return reading.notes if reading is not None else ()

    def _about_frame(self, frame: Frame) -> list[str]:
        rig = self._session.rig
        if frame is Frame.PUBLISHED:
            return [PUBLISHED]
        said = [OWN_BOARDS] if rig.reading is not None and rig.reading.frame == "board" else []
        if rig.part_problem is not None:
            return [*said, f"No part: {rig.part_problem}."]
        if rig.part is None:
            return [*said, "No part mesh."]
        said.append(f"Part: {rig.part_name}.")
        unit = self._unit_of(rig.part)
        return said if unit is None or rig.opened else [*said, f"It is rather in {UNITS[unit]}: {MESH_POSE}"]

    def _about_reliefs(self, scene: RigScene) -> list[str]:
        """Which depth is drawn as a surface, and why one is not."""
        shown, now = self.tools.shown, self._reliefs_now
        if not (shown.relief or shown.every_relief) or not scene.cameras or scene.frame is not Frame.RIG:
            return []
        return now.words or ["No depth to make a relief of: Models > Make depth."]

    def _unit_of(self, part: Drawable) -> float | None:
        """What the part's unit rather is, where it cannot be millimetres and nobody said that it is."""
        scene = self._scene
        known = scene is None or not scene.cameras or scene.frame is not Frame.RIG or part is self._right
        return None if known or scene is None else likely_unit(part.surface.bounds, scene)

    def _ask_unit(self) -> None:
        rig = self._session.rig
        unit = self._unit_of(rig.part) if rig.part is not None and rig.opened else None
        if unit is None or rig.part is None:
            self.unit.hide()
        else:
            self.unit.ask(rig.part_name, float(np.linalg.norm(np.ptp(rig.part.surface.bounds, axis=0))), unit)

    def _on_unit_kept(self) -> None:
        self._right = self._session.rig.part
        self._say()

    def _about_points(self, frame: Frame) -> list[str]:
        cloud, points = self._cloud, self._cloud.points
        if frame is not Frame.RIG or not self.tools.shown.points:
            return []
        said = [f"No points of {view}: {problem}." for view, problem in cloud.problems.items()]
        if points is not None:
            drawn = len(points.places)
            rest = f" of {points.measured:,} measured" if points.measured > drawn else ""
            said.insert(0, f"Points: {drawn:,}{rest}.")
        return [*said, HARDLY_MM] if cloud.hardly_mm else said

    def _views(self) -> tuple[View, ...]:
        sample = self._session.current
        return sample.views if sample is not None else ()

    def _on_look(self, new: Look, old: Look) -> None:
        if new.active != old.active and new.active is not None:
            self._on_active(new.active)
        drawn = ("active", "base", "low", "high", "colours", "depth")
        if any(getattr(new, name) != getattr(old, name) for name in drawn):
            self._again.start()

    def _on_active(self, view: str) -> None:
        """Fly to a view that was chosen elsewhere."""
        here, self._chosen_here = view == self._chosen_here, None
        if not here and self.tools.follow.isChecked() and self._scene is not None and view in self._scene.cameras:
            self.fly()

    def _on_chosen(self, view: str) -> None:
        self._chosen_here = view if view != self._session.view_state.look.active else None
        self._session.view_state.set(active=view)

    def _on_entered(self, view: str) -> None:
        self._on_chosen(view)
        self.fly()

    def _on_frame(self, frame: str) -> None:
        self._session.rig.set_frame(Frame(frame))

    def _on_flat(self, flat: bool) -> None:
        self.view.show_flat(flat=flat)

    def _on_drawn(self, picture: Picture) -> None:
        # Why not each time: a scene that moves comes anew all the while, and a large rig has thousands of notes.
        if picture.by_software != (SOFTWARE in self.words.text()):
            self._say()

    # Coming and going.

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._again.start()
