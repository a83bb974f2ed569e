"""The shapes a model plug-in fills. Importing this module, or a plug-in's package, must not import torch or Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pentad.core.arrays import Doubles, Floats, Labels, Normals, Rgb
from pentad.core.box import BoxShares
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.prediction import Prediction, Provenance
from pentad.core.sample import Modality

Value = bool | int | float | str
LearnsFrom = Literal["good", "all"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One knob of a model, as a form, the command line (``--set key=value``) and the docs show it."""

    key: str
    default: Value
    help: str
    choices: tuple[Value, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a model is, known without loading it.

    ``learns_from`` is "good" for good parts only, "all" for parts with defects as well, and what was drawn of those.
    ``needs_geometry``: it cannot do without the cameras and the part's mesh. ``learns_depth``: its training views come
    with their true depth where the data set has one, and with their cameras.
    """

    id: str
    title: str
    summary: str
    needs: frozenset[Modality]
    settings: tuple[Setting, ...] = ()
    learns_from: LearnsFrom = "good"
    needs_geometry: bool = False
    learns_depth: bool = False

    @property
    def wants_cameras(self) -> bool:
        """Whether views are to come with their cameras where the data set has them."""
        return self.needs_geometry or self.learns_depth


@dataclass(frozen=True, slots=True, eq=False)
class ViewPixels:
    """One view's pixels, reduced so that the longer side is at most what was asked for.

    ``rgb`` (h, w, 3) uint8; ``normals`` (h, w, 3) float32 unit vectors or None; ``mask`` (h, w) uint8 0/1, the ground
    truth where the data set has one (trainers that need good parts only never see it); ``size`` (H, W) of the file.
    ``camera`` is for the pixels as they are here (h, w), None where the data set has no calibration of this view.
    Trainers that learn from all parts are told more: ``defective``, whether this view shows a defect (None: nobody
    knows), ``box`` around what was drawn of it, and ``pose`` (4, 4), mesh to rig, where that is known. Those that learn
    depth get ``depth`` (h, w) float32, camera z in millimetres, NaN where nothing came back.
    """

    view: str
    rgb: Rgb
    normals: Normals | None
    size: tuple[int, int]
    mask: Labels | None = None
    camera: Camera | None = None
    defective: bool | None = None
    box: BoxShares | None = None
    pose: Doubles | None = None
    depth: Floats | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One sample to be judged: its views in order, and the mesh of a good part of its kind where there is one."""

    sample: str
    views: tuple[ViewPixels, ...]
    mesh: Mesh | None = None


class Ticket(Protocol):
    """What a worker is handed: it can report, and ask whether to go on."""

    def check(self) -> None:
        """Raises ``Cancelled`` where the answer is no longer wanted."""

    def report(self, fraction: float, message: str = "") -> None:
        """Say how far the work is (0 to 1); checks as well. Cheap: call it as often as you like."""


class TrainingSet(Protocol):
    """The parts to learn from, one view an item, read when asked for. May be read from one thread only.

    Good parts only, or all, as ``ModelInfo.learns_from`` says.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> ViewPixels:
        """Where it cannot be read: of good parts another one like it, of all parts a Problem."""

    @property
    def category(self) -> str: ...

    @property
    def parts(self) -> Sequence[range]:
        """The views of each part, as indices."""

    def mesh_name(self, part: int) -> str | None:
        """What tells the mesh of ``parts[part]`` from others (a path); None where the data set has none of it."""

    def mesh(self, part: int) -> Mesh | None:
        """The surface of a good part of this kind; Problem where its file is no good."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training came to. ``losses`` is one number an epoch."""

    model: str
    backbone: str
    epochs: int
    losses: tuple[float, ...]
    seconds: float
    parameters: int

    @property
    def final_loss(self) -> float | None:
        return self.losses[-1] if self.losses else None


class Predictor(Protocol):
    """A trained model, loaded and ready. Used from one worker thread at a time."""

    @property
    def made_by(self) -> Provenance: ...

    @property
    def longest_side(self) -> int:
        """Pixels this model wants at most on the longer side; readers use it to decode less."""

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        """Judge one sample; Problem where its rasters cannot be used."""


class Trainer(Protocol):
    """A model about to be trained, its settings checked."""

    @property
    def longest_side(self) -> int: ...

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        """Learn from ``data`` and leave the model in ``folder`` (safetensors + JSON, no pickle).

        Work is resumable: called again on a folder that an interrupted training left, it goes on from there.
        """


class Model(Protocol):
    """What the entry point ``pentad.models`` names: a module-level object, cheap to import."""

    @property
    def info(self) -> ModelInfo: ...

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        """A trainer with these settings over the defaults; Problem for an unknown key or a bad value."""

    def load(self, folder: Path) -> Predictor:
        """The model that a trainer left in ``folder``; Problem where it is missing, damaged or of another kind."""
