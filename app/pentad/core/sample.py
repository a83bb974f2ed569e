"""One part as it was photographed: its views, and where each view's rasters are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Modality(StrEnum):
    """What a raster of a view shows."""

    RGB = "rgb"
    NORMAL = "normal"
    MASK = "mask"
    XYZ = "xyz"
    DEPTH = "depth"
    LIGHT = "light"


class NormalEncoding(StrEnum):
    """How a file writes normals: which way green points, and whether values are [0, max] codes or floats in [-1, 1].

    OPENGL has green up (+Y), DIRECTX green down. Declared by the data set, never guessed.
    """

    OPENGL = "opengl"
    DIRECTX = "directx"
    FLOAT_OPENGL = "float-opengl"
    FLOAT_DIRECTX = "float-directx"


class Split(StrEnum):
    """Which part of a data set a sample belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class RasterRef:
    """Where the pixels of one raster are, and how to read them. Pure data: nothing is opened.

    ``path`` is POSIX, relative to the data set's root (a folder or a zip). ``part`` is ``(index, count)`` where one
    wide image holds several views side by side. ``above`` is the value a mask pixel must exceed to be a defect.
    ``sidecar`` is the file that says how codes become lengths, where a layout has one, or the other half of a mask.
    ``scale`` is the millimetres of one unit of a depth or xyz raster. ``focal`` is the focal length in pixels of the
    pinhole that took a depth raster, its axis through the middle, where a layout gives one for all of its images.
    """

    path: str
    part: tuple[int, int] | None = None
    encoding: NormalEncoding | None = None
    above: int = 127
    sidecar: str | None = None
    scale: float = 1.0
    focal: float | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One camera's look at a part: its name and its rasters. ``lights`` is the light stack, in light order."""

    name: str
    rasters: Mapping[Modality, RasterRef]
    lights: tuple[RasterRef, ...] = ()
    camera: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rasters", MappingProxyType(dict(self.rasters)))

    def __reduce__(self) -> tuple[object, ...]:
        return View, (self.name, dict(self.rasters), self.lights, self.camera)

    @property
    def camera_name(self) -> str:
        """The camera it was taken by: where its data set does not say which, the one of the view's own name."""
        return self.camera or self.name


@dataclass(frozen=True, slots=True)
class Sample:
    """One physical part seen from one or more views.

    ``id`` is unique in its data set and POSIX-like (``pin_connector/test/S0007``). ``anomaly`` is the defect's name,
    ``None`` for a good part.
    """

    id: str
    category: str
    split: Split
    anomaly: str | None
    views: tuple[View, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.anomaly is None

    def view(self, name: str) -> View:
        """The view called ``name``; KeyError where there is none."""
        for view in self.views:
            if view.name == name:
                return view
        raise KeyError(name)
