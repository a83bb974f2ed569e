"""A cross-section along a line of a view, worked out: what a worker does, and how it is written."""

import csv
import io
from dataclasses import dataclass

import numpy as np

from pentad.annotation.section_line import Line
from pentad.core.arrays import Doubles, Floats, Normals
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Sample, View
from pentad.geometry.profiles import Profile, profile
from pentad.io.tree import FileTree
from pentad.io.view_pixels import read_true_depth
from pentad.session.pixel_scale import PixelScale, scale_at, sound_camera
from pentad.session.reference import short_name
from pentad.session.shape_work import photo_size, read_normals


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a section of one view is taken from; ``sample`` is the part's name, ``size`` (height, width) the photo's.

    ``camera`` tells how large pixels are; ``on_board`` that it is calibrated against the board. ``notes`` say why
    something that the data set names is not there.
    """

    sample: str
    view: str
    size: tuple[int, int]
    normals: Normals
    depth: Floats | None = None
    camera: Camera | None = None
    on_board: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """What was found along ``line``; ``heights`` sum up the slopes, straight on; ``measured`` are by the depth raster.

    Lengths are in ``unit``, millimetres where ``scale`` is known. ``depth`` (N,) is camera z in mm, NaN where unknown.
    ``reference`` is the same line on another part, by its name ``against``.
    """

    line: Line
    sample: str
    found: Profile
    depth: Doubles
    scale: PixelScale | None
    reference: Profile | None = None
    against: str = ""
    notes: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        return "mm" if self.scale is not None else "px"

    @property
    def length(self) -> float:
        return float(self.found.along[-1])

    def index_at(self, share: float) -> int:
        """The sample nearest to so much of the way, 0 to 1."""
        return min(max(round(share * (len(self.found.along) - 1)), 0), len(self.found.along) - 1)

    @property
    def words(self) -> str:
        """Where it is, how long, and by what that is known."""
        long = f"{self.line.length:.0f} px"
        if self.scale is not None:
            long += f" = {self.length:.2f} mm, {self.scale.words}"
        other = f" against {self.against}" if self.reference is not None else ""
        return "; ".join([f"{self.line.view} of {self.sample}{other}, {long}", *self.notes])

    def words_at(self, share: float) -> str:
        """The numbers at one place."""
        at = self.index_at(share)
        x, y, z = self.found.normals[at]
        parts = [f"at {self.found.along[at]:.2f} {self.unit}"]
        if np.isfinite(self.found.height[at]):
            parts += [f"height {self.found.height[at]:+.3f} {self.unit}", f"slope {self.found.slope_deg[at]:+.1f}°"]
            parts += [f"normal {x:+.2f} {y:+.2f} {z:+.2f}"]
        else:
            parts.append("no normals")
        if np.isfinite(self.depth[at]):
            parts.append(f"depth {self.depth[at]:.2f} mm")
        return "    ".join(parts)


def read_source(tree: FileTree, sample: Sample, view: View, camera: Camera | None, normals: Normals | None) -> Source:
    """Everything about a view that its sections need; ``normals`` where they are at hand. Problem without normals."""
    size, notes = photo_size(tree, view), []
    try:
        depth = read_true_depth(tree, view)
    except Problem as problem:
        depth, notes = None, [str(problem)]
    if camera is not None and camera.size != size:
        notes.append("calibrated for another image size")
    known = sound_camera(tree, view, camera, size)
    found = normals if normals is not None else read_normals(tree, view)
    return Source(
        short_name(sample), view.name, size, found, depth, known, known is not None and known is camera, tuple(notes)
    )


def section_of(source: Source, line: Line, reference: Source | None) -> Section:
    """The section along a line of the photo; Problem for a line without length."""
    scale = None
    if source.camera is not None:
        scale = scale_at(source.camera, source.depth, line.at(0.5), on_board=source.on_board)
    mm = scale.mm if scale is not None else 1.0
    found = _along(source, line, mm)
    depth = np.full(len(found.along), np.nan)
    if source.depth is not None:
        start, end = (_in_raster(point, source.size, source.depth.shape) for point in (line.start, line.end))
        sight = profile(start, end, depth=source.depth)
        depth = -np.interp(np.linspace(0, 1, len(found.along)), np.linspace(0, 1, len(sight.along)), sight.height)
    other = _along(reference, line, mm) if reference is not None else None
    against = reference.sample if reference is not None else ""
    return Section(line, source.sample, found, depth, scale, other, against, source.notes)


def as_csv(section: Section) -> str:
    """One row a sample: where it is, and all that is known there; the units stand in the first row."""
    unit, found, reference = section.unit, section.found, section.reference
    columns: dict[str, Doubles] = {
        f"along [{unit}]": found.along,
        "y [px]": np.linspace(section.line.start[0], section.line.end[0], len(found.along)),
        "x [px]": np.linspace(section.line.start[1], section.line.end[1], len(found.along)),
        f"height [{unit}]": found.height,
        "slope [deg]": found.slope_deg,
        **{f"normal {axis}": found.normals[:, number] for number, axis in enumerate("xyz")},
    }
    if np.isfinite(section.depth).any():
        columns["depth [mm]"] = section.depth
    if reference is not None:
        columns[f"height of {section.against} [{unit}]"] = _fitted(reference.height, len(found.along))
        columns[f"slope of {section.against} [deg]"] = _fitted(reference.slope_deg, len(found.along))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in np.stack(list(columns.values()), axis=1).tolist():
        writer.writerow("" if value != value else f"{value:.6g}" for value in row)
    return text.getvalue()


def _along(source: Source, line: Line, pixel_mm: float) -> Profile:
    """Through a source's normals, whose pixels may be others than the photo's."""
    shape = source.normals.shape[0], source.normals.shape[1]
    start, end = (_in_raster(point, source.size, shape) for point in (line.start, line.end))
    return profile(start, end, normals=source.normals, pixel_mm=pixel_mm * source.size[1] / shape[1])


def _in_raster(point: tuple[float, float], size: tuple[int, int], shape: tuple[int, ...]) -> tuple[float, float]:
    """A point (y, x) of the photo in a raster that is stretched over it, pixel centres at integers in both."""
    y, x = ((p + 0.5) / full * cells - 0.5 for p, full, cells in zip(point, size, shape, strict=True))
    return y, x


def _fitted(values: Doubles, count: int) -> Doubles:
    """As many samples as the other has, where a reference's normals are of another resolution."""
    if len(values) == count:
        return values
    return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(values)), values)
