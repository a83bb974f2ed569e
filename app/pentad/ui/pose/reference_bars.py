"""The bars of a run's references: what they say, and the outlines below them, drawn in the background."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.core.arrays import Bools
from pentad.core.pose_trace import Candidate
from pentad.session.jobs import Jobs
from pentad.session.pose_run import PoseRun
from pentad.ui.pose.chamfer_bars import Bar, ChamferBars
from pentad.ui.pose.looking import PoseLook
from pentad.ui.pose.silhouettes import silhouettes
from pentad.ui.pose.viewing import Viewing
from pentad.ui.theme import Theme

SIDE = 48


class ReferenceBars(QWidget):
    """Follows a run; works anew only where it is another one, or over."""

    def __init__(self, jobs: Jobs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.bars = ChamferBars(theme)
        self._made: tuple[object, ...] = ()
        self._known: tuple[Bar, ...] = ()
        self._drawn: PoseRun | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bars)

    def show_look(self, look: PoseLook | None) -> None:
        run = look.run if look is not None else None
        if look is None or run is None or run.start is None or not run.start.references:
            self._known, self._made, self._drawn = (), (), None
            self.bars.show_bars((), -1)
            return
        candidates = run.trace.candidates if run.trace is not None else ()
        made = (run, run.start, candidates)
        if not self._made or any(one is not other for one, other in zip(made, self._made, strict=True)):
            self._made, self._known = made, _bars(run, candidates)
        start = look.step.start if look.step is not None else -1
        self.bars.show_bars(self._known, candidates[start].reference if 0 <= start < len(candidates) else -1)
        if run is not self._drawn and self.isVisible():
            self._ask_for_outlines(run)

    def _ask_for_outlines(self, run: PoseRun) -> None:
        mesh, start = run.mesh, run.start
        if mesh is None or start is None:
            return
        self._drawn = run
        self.bars.show_outlines({})
        poses, camera = [each.pose for each in start.references], start.cameras[0]

        def came(found: Sequence[Bools | None]) -> None:
            if self._drawn is run:
                self.bars.show_outlines({k: each for k, each in enumerate(found) if each is not None})

        self._jobs.run(
            "Outlines of the references",
            lambda ticket: silhouettes(mesh, camera, poses, SIDE, ticket),
            lane="cpu",
            replaces="pose outlines",
            quiet=True,
            then=came,
        )


def _bars(run: PoseRun, candidates: Sequence[Candidate]) -> tuple[Bar, ...]:
    assert run.start is not None
    references, camera = run.start.references, run.start.cameras[0]
    viewing = Viewing.of(run.mesh, camera, references) if run.mesh is not None else None
    kept = frozenset(step.start for step in run.steps if step.level == 1)
    found = []
    for number, each in enumerate(references):
        starts = tuple(k for k, candidate in enumerate(candidates) if candidate.reference == number)
        said = [f"Reference {number}: chamfer distance {each.distance:.2f} px"]
        if each.aligned == each.aligned:
            said.append(f"{each.aligned:.2f} px once shifted and scaled onto the query")
        if viewing is not None:
            azimuth, elevation, _ = viewing.from_camera(each.pose, camera)
            said.append(f"azimuth {azimuth:.0f}°, elevation {elevation:.0f}°")
        ends = [_end(k, candidates[k], kept=k in kept) for k in starts]
        words = ", ".join(said) + "".join(f"\n{end}" for end in ends)
        found.append(Bar(each.distance, each.aligned, starts, tuple(k for k in starts if k in kept), words))
    return tuple(found)


def _end(number: int, candidate: Candidate, *, kept: bool) -> str:
    went = "kept for full size" if kept else "given up at the coarse level"
    return f"Start {number + 1} came from it: {went}, loss {candidate.loss:.4f}, IoU {candidate.iou:.3f}"
