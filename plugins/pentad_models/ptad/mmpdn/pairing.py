"""From a part's views and its mesh to pairs: outlines, pose, frames, depths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.geometry.silhouette import mask_of_photo
from pentad.sdk import Look, Ticket, Value, ViewPixels
from pentad.sdk.quiet_ticket import QuietTicket
from pentad_models.ptad.mmpdn.framing import Frame, ideal_places
from pentad_models.ptad.mmpdn.pairs import Pair, Seen, pair
from pentad_models.ptad.mmpdn.posing import found_pose, varied
from pentad_models.ptad.rasteriser import Disks
from pentad_models.ptad.rasterising import rasteriser_for
from pentad_models.ptad.splatting import Splatting, splatted

_CELLS = 160
_OPACITY, _SPREAD = 0.6, 0.05
"""Of splats so large: outlines then lie where the mesh's do. The aligner's are finer, and have their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part's mesh, and the splats it is drawn with."""

    mesh: Mesh
    disks: Disks

    @classmethod
    def of(cls, mesh: Mesh, ticket: Ticket) -> "Part":
        cloud = splatted(mesh, Splatting(_CELLS, mode="exact"), ticket=QuietTicket(ticket))
        return cls(mesh, Disks.of(cloud))

    @property
    def size(self) -> float:
        """mm, the longest side of its box."""
        return float(np.ptp(self.mesh.bounds, axis=0).max())


@dataclass(frozen=True, slots=True)
class Pairing:
    """How pairs are made, as the settings say."""

    pose: str
    rasteriser: str
    side: int
    crop: str

    @classmethod
    def of(cls, settings: Mapping[str, Value]) -> "Pairing":
        return cls(str(settings["pose"]), str(settings["rasteriser"]), int(settings["side"]), str(settings["crop"]))

    def seen(self, view: ViewPixels) -> Seen:
        """``view`` and the outline of the part in it; Problem where there is none to be found."""
        return Seen(view, mask_of_photo(view.rgb))

    def found(self, part: Part, seen: Sequence[Seen], ticket: Ticket) -> Doubles:
        """(4, 4) mesh to rig: one pose that explains all views at once."""
        looks = [Look(camera_of(one.view), one.mask) for one in seen]
        return found_pose(part.mesh, looks, self.pose, self.rasteriser, ticket)

    def paired(self, part: Part, seen: Seen, poses: Sequence[Doubles]) -> tuple[Pair, Frame]:
        """``seen`` beside the depths under ``poses`` (4, 4) mesh to rig, framed as the first of them says."""
        source = camera_of(seen.view)
        if self.crop == "frame":
            frame = Frame.whole(source, self.side)
        else:
            places = ideal_places(part.mesh, poses[0], source)
            frame = Frame.around(source, seen.mask > 0.5, places, self.side)
        drawn = rasteriser_for(self.rasteriser, part.disks, frame.camera, opacity=_OPACITY, spread=_SPREAD, threads=1)
        to_camera = source.rig_to_camera
        return pair(seen, frame, drawn, [to_camera @ pose for pose in poses]), frame

    def varied(self, part: Part, view: ViewPixels, pose: Doubles, seed: Sequence[int]) -> list[Doubles]:
        """``pose`` made a little wrong in several ways, the same for the same ``seed``."""
        random = np.random.default_rng(list(seed))
        return varied(pose, camera_of(view).rig_to_camera, part.size, random)


def camera_of(view: ViewPixels) -> Camera:
    """The view's camera; Problem where the data set has no calibration of it."""
    if view.camera is None:
        raise Problem(
            f"The view {view.view} has no camera",
            "parts are aligned through calibrated cameras, for images of the photo's size",
            remedy="Name a calibration in the data set's pentad.toml ([rig]), or choose a model that needs none.",
        )
    return view.camera


def mesh_of(mesh: Mesh | None, what: str) -> Mesh:
    """``mesh``; Problem naming ``what`` has none."""
    if mesh is None:
        raise Problem(
            f"{what} has no mesh",
            "photos are judged against the mesh of a good part",
            remedy="Name one in the data set's pentad.toml ([mesh]), or choose a model that needs none.",
        )
    return mesh
