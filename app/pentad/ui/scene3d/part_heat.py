"""The heat of a sample's views laid on its part, worked out in the background."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from pentad.canvas.colours import Colour, HeatMapName
from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.geometry.drawable import Drawable
from pentad.geometry.vertex_sight import Sight, sights, vertex_heat
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs
from pentad.ui.scene3d.composing import HeatOnPart, heat_on_part

Asked = tuple[Drawable, tuple[Camera, ...], tuple[Heatmap, ...], tuple[float, float], HeatMapName, Colour]


class PartHeat(QObject):
    """What each view sees of the part is found once; another sample's heat or other colours are then quick."""

    changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._asked: Asked | None = None
        self._job: Job[HeatOnPart] | None = None
        self._seen: tuple[Drawable, tuple[Camera, ...], Mapping[str, Sight]] | None = None
        self.colours: HeatOnPart | None = None

    def ask(
        self,
        part: Drawable | None,
        cameras: Mapping[str, Camera],
        heatmaps: Mapping[str, Heatmap],
        *,
        span: tuple[float, float],
        scale: HeatMapName,
        plain: Colour,
    ) -> None:
        """Have ``colours`` be these soon; None at once where there is no part or no heat."""
        judged = {view: heatmap for view, heatmap in heatmaps.items() if view in cameras}
        if part is None or not judged:
            self._forget()
            return
        asked = (part, tuple(cameras.values()), tuple(judged.values()), span, scale, plain)
        if self._asked is not None and _same(asked, self._asked):
            return
        self._asked = asked
        known = self._sights_of(part, asked[1])

        def work(ticket: Ticket) -> tuple[Mapping[str, Sight], HeatOnPart]:
            ticket.report(0.0, "Finding what each view sees of it")
            seen = sights(part.surface, cameras, ticket=ticket) if known is None else known
            heat = vertex_heat(len(part.surface.vertices), seen, judged)
            return seen, heat_on_part(part, heat, span, scale, plain)

        def came(found: tuple[Mapping[str, Sight], HeatOnPart]) -> None:
            self._seen, self.colours = (part, asked[1], found[0]), found[1]
            self.changed.emit()

        self._jobs.run("Heat on the part", work, lane="cpu", replaces="part-heat", quiet=known is not None, then=came)

    def _forget(self) -> None:
        self._asked = None
        if self.colours is not None:
            self.colours = None
            self.changed.emit()

    def _sights_of(self, part: Drawable, cameras: tuple[Camera, ...]) -> Mapping[str, Sight] | None:
        seen = self._seen
        if seen is None or seen[0] is not part or not _all_same(seen[1], cameras):
            return None
        return seen[2]


def _same(one: Asked, other: Asked) -> bool:
    return one[0] is other[0] and _all_same(one[1], other[1]) and _all_same(one[2], other[2]) and one[3:] == other[3:]


def _all_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
