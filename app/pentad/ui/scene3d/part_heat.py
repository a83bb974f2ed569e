"""The heat of a sample's views laid on its part and its measured points, worked out in the background."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from pentad.canvas.colours import Colour, HeatMapName
from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.geometry.drawable import Drawable
from pentad.geometry.points import point_heat
from pentad.geometry.vertex_sight import Sight, sights, vertex_heat
from pentad.sdk import Ticket
from pentad.session.jobs import Jobs
from pentad.session.rig_points import Cloud
from pentad.ui.scene3d.composing import HeatLaid, heat_on_part, heat_on_points

Asked = tuple[Drawable | None, Cloud, tuple[Camera, ...], tuple[Heatmap, ...], tuple[float, float], HeatMapName, Colour]


class PartHeat(QObject):
    """What each view sees of the part is found once; another sample's heat or other colours are then quick."""

    changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._asked: Asked | None = None
        self._seen: tuple[Drawable, tuple[Camera, ...], Mapping[str, Sight]] | None = None
        self.colours: HeatLaid | None = None

    def ask(
        self,
        part: Drawable | None,
        cloud: Cloud,
        cameras: Mapping[str, Camera],
        heatmaps: Mapping[str, Heatmap],
        *,
        span: tuple[float, float],
        scale: HeatMapName,
        plain: Colour,
    ) -> None:
        """Have ``colours`` be these soon; None at once where there is nothing to lay it on, or no heat."""
        judged = {view: heatmap for view, heatmap in heatmaps.items() if view in cameras or view in cloud.views}
        if (part is None and cloud.points is None) or not judged:
            self._forget()
            return
        asked = (part, cloud, tuple(cameras.values()), tuple(judged.values()), span, scale, plain)
        if self._asked is not None and _same(asked, self._asked):
            return
        if self._asked is None or not _all_same(asked[:2], self._asked[:2]):
            # Why: colours of another part's vertices fit nothing here; those of older heat may stay for a while.
            self.colours = None
        self._asked = asked
        known = self._sights_of(part, asked[2]) if part is not None else {}

        def work(ticket: Ticket) -> tuple[Mapping[str, Sight], HeatLaid]:
            laid, seen = HeatLaid(), known or {}
            if part is not None:
                ticket.report(0.0, "Finding what each view sees of it")
                seen = sights(part.surface, cameras, ticket=ticket) if known is None else known
                laid = heat_on_part(part, vertex_heat(len(part.surface.vertices), seen, judged), span, scale, plain)
            if cloud.points is not None:
                heat = point_heat(cloud.points, [judged.get(view) for view in cloud.views])
                laid = replace(laid, points=heat_on_points(cloud.points, heat, span, scale))
            return seen, laid

        def came(found: tuple[Mapping[str, Sight], HeatLaid]) -> None:
            if self._asked is not asked:
                return
            if part is not None:
                self._seen = (part, asked[2], found[0])
            self.colours = found[1]
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
    things = all(_all_same(a, b) for a, b in ((one[:2], other[:2]), (one[2], other[2]), (one[3], other[3])))
    return things and one[4:] == other[4:]


def _all_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
