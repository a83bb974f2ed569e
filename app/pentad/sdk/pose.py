"""The shapes a pose plug-in fills: from a mesh and masks to a pose. Importing it must not import torch or numba."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStart, PoseStep, PoseTrace
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk.model import Setting, Ticket, Value

Watch = Callable[[PoseStart | PoseStep], None]
"""Called on the worker's thread: once with what is known before the first iteration, then after every iteration."""


@dataclass(frozen=True, slots=True)
class AlignerInfo:
    """What a way to find poses is, known without loading it. ``methods`` are what the setting "method" may be."""

    id: str
    title: str
    summary: str
    methods: tuple[str, ...]
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One camera's look at the part: ``mask`` (h, w) float32 in 0 to 1, of the camera's size, 1 where the part is."""

    camera: Camera
    mask: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PoseRequest:
    """What is to be aligned: one part, seen in one or more looks at once.

    A camera's ``rig_to_camera`` carries the rig's millimetres to its own; for a single view it may be the identity,
    and the pose found then goes from mesh to camera. ``begin`` (4, 4) mesh to rig starts there instead of searching;
    ``reference`` starts from that one of the references.
    """

    mesh: Mesh
    looks: tuple[Look, ...]
    begin: Doubles | None = None
    reference: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rendering:
    """What the splats look like in one camera: ``mask`` (h, w) in 0 to 1 and ``depth`` (h, w) in mm (PTAD eq. 8).

    ``normalised`` depth is divided by the mask and NaN where that is 0; the plain one darkens towards silhouettes.
    """

    mask: Floats
    depth: Floats
    normalised: bool


class Aligner(Protocol):
    """What the entry point ``pentad.aligners`` names: a module-level object, cheap to import."""

    @property
    def info(self) -> AlignerInfo: ...

    def splat(self, mesh: Mesh, settings: Mapping[str, Value], ticket: Ticket) -> SplatCloud:
        """The mesh as Gaussians; Problem for a mesh that has no surface."""

    def align(self, request: PoseRequest, settings: Mapping[str, Value], ticket: Ticket, *, watch: Watch) -> PoseTrace:
        """The pose under which the part explains the masks; Problem where there is nothing to align.

        ``settings`` go over the defaults in ``info``. It never diverges into NaN: what cannot be improved ends.
        """

    def render(
        self, mesh: Mesh, camera: Camera, pose: Doubles, settings: Mapping[str, Value], ticket: Ticket
    ) -> Rendering:
        """The part under ``pose`` (4, 4) mesh to rig, in a camera without distortion."""
