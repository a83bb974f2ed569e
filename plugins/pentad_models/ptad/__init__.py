"""PTAD: from a mesh to 3D Gaussians to an aligned pose to a verdict (Zhuo et al.).

Light: numba and torch come with use.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseTrace
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk import AlignerInfo, PoseRequest, Rendering, Ticket, Value, Watch
from pentad.sdk.settings import checked_settings
from pentad_models.ptad.info import INFO, PRESETS


@dataclass(frozen=True, slots=True)
class PtadAligner:
    """The entry point's object: what the alignment is, and its work, loaded with use."""

    info: AlignerInfo = INFO

    def splat(self, mesh: Mesh, settings: Mapping[str, Value], ticket: Ticket) -> SplatCloud:
        checked = self._checked(settings)
        from pentad_models.ptad.aligner import splat

        return splat(mesh, checked, ticket)

    def align(self, request: PoseRequest, settings: Mapping[str, Value], ticket: Ticket, *, watch: Watch) -> PoseTrace:
        checked = self._checked(settings)
        from pentad_models.ptad.aligner import align

        return align(request, checked, ticket, watch=watch)

    def render(
        self, mesh: Mesh, camera: Camera, pose: Doubles, settings: Mapping[str, Value], ticket: Ticket
    ) -> Rendering:
        checked = self._checked(settings)
        from pentad_models.ptad.aligner import render

        return render(mesh, camera, pose, checked, ticket)

    def _checked(self, settings: Mapping[str, Value]) -> dict[str, Value]:
        """Every setting; a method alone brings the settings it is used with, as if its preset had been chosen."""
        preset = settings.get("preset", settings.get("method", self.info.methods[0]))
        return checked_settings(self.info, {"preset": preset, **settings}, presets=PRESETS)


ALIGNER = PtadAligner()
