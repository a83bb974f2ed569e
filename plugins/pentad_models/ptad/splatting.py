"""From triangles to 3D Gaussians, one for every cell of a grid that a triangle covers (mesh2splat, Scolari 2025)."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.drawable import clustered
from pentad.sdk import Ticket
from pentad_models.ptad.facets import Facets, Indices, Shapes
from pentad_models.ptad.fragments import fragments

MODES = ("faithful", "exact")
COARSEST, FINEST = 16, 1024
"""Resolutions of densities 0 and 1."""
MOST_RESOLUTION = 4096
RAW_ALPHA = 0.7310585786300049
"""What a reader makes of an alpha of 1 that was written raw, as mesh2splat did until 2026: 1 / (1 + exp(-1))."""
MOST_SPLATS = 7_000_000
MOST_TRIANGLES = 5_000_000
_AT_ONCE = 200_000
"""Triangles looked at in one sum."""
_THICKNESS = 1e-7
_FINEST_STEPS = 8
"""Steps of float32 that a cell must have, for places within it to differ."""
_REMEDY = "Export the part's mesh again."


@dataclass(frozen=True, slots=True)
class Splatting:
    """How a mesh becomes Gaussians.

    ``resolution``: cells along the grid's longer side. ``scale``: the standard deviation in cells. ``mode``:
    "faithful" as the tool has it, "exact" as the mathematics. ``decimate``: first reduce the mesh to at most so many
    triangles; 0 leaves it. ``most``: Gaussians.
    """

    resolution: int
    scale: float = 0.65
    mode: str = "faithful"
    opacity: float = RAW_ALPHA
    decimate: int = 0
    most: int = MOST_SPLATS

    def __post_init__(self) -> None:
        if not 1 <= self.resolution <= MOST_RESOLUTION:
            raise Problem(f"{self.resolution} cells cannot be used", remedy=f"Choose from 1 to {MOST_RESOLUTION}.")
        if not 0 < self.scale <= 100:
            raise Problem(f"Splats cannot be {self.scale:g} cells wide", remedy="Choose a scale such as 0.65.")
        if self.mode not in MODES:
            raise Problem(f"There is no way to splat called '{self.mode}'", remedy=f"Choose {' or '.join(MODES)}.")
        if not 0 < self.opacity <= 1:
            raise Problem(f"Splats cannot be {self.opacity:g} opaque", remedy="Choose from above 0 to 1.")

    def shapes(self, facets: Facets, unit: float) -> Shapes:
        """Facets in multiples of ``unit`` as Gaussians in the mesh's own units."""
        shapes = facets.faithful() if self.mode == "faithful" else facets.exact()
        scales = shapes.scales * np.float32(unit * self.scale / self.resolution)
        scales[:, 2] = _THICKNESS * self.scale / self.resolution
        return Shapes(scales, shapes.rotations, shapes.normals)


def resolution_of(density: float) -> int:
    """How many cells the grid's longer side has, of the tool's sampling density from 0 to 1."""
    if not 0 <= density <= 1:
        raise Problem(f"A density of {density:g} cannot be used", remedy="Choose from 0 to 1; the paper's is 0.5.")
    return int(COARSEST + density * (FINEST - COARSEST))


def splatted(mesh: Mesh, how: Splatting, *, ticket: Ticket) -> SplatCloud:
    """A white Gaussian for every cell that a triangle covers, seen along its dominant axis, from either side.

    Triangles without area have none. Problem for a mesh without area, one that names vertices that are no numbers or
    not there, one of more than five million triangles, one so far from its origin that float32 cannot tell its cells
    apart, or one that gives more than ``how.most``.
    """
    mesh = reduced(_checked(mesh), how.decimate)
    low, extent = _box(mesh, how.resolution)
    unit = float(extent.max())
    means: list[Floats] = []
    owners: list[Indices] = []
    shapes: list[Shapes] = []
    splats, kinds = 0, 0
    for start in range(0, len(mesh.faces), _AT_ONCE):
        corners = (mesh.vertices[mesh.faces[start : start + _AT_ONCE]] - low) / unit
        facets = Facets.of(corners, extent / unit)
        hit = np.zeros(len(facets), bool)
        found: list[Indices] = []
        for some in fragments(facets.cells(how.resolution), how.resolution):
            ticket.report(start / len(mesh.faces), f"{splats:,} splats")
            places = np.einsum("nk,nkx->nx", some.weights, facets.corners[some.triangle])
            means.append((low + unit * places).astype(np.float32))
            found.append(some.triangle)
            hit[some.triangle] = True
            splats += len(some.triangle)
            _check_few(splats, how)
        number = np.cumsum(hit) - 1 + kinds
        owners += [number[triangle] for triangle in found]
        shapes.append(how.shapes(facets.chosen(hit), unit))
        kinds += int(np.count_nonzero(hit))
    if not splats:
        raise Problem("The mesh has no surface", "none of its triangles covers a cell of the grid", remedy=_REMEDY)
    ticket.report(1.0, f"{splats:,} splats")
    return _cloud(means, np.concatenate(owners), shapes, how.opacity)


def _cloud(means: list[Floats], owner: Indices, shapes: list[Shapes], opacity: float) -> SplatCloud:
    """Every Gaussian with its own triangle's shape."""
    count = len(owner)
    return SplatCloud(
        np.concatenate(means),
        np.concatenate([shape.scales for shape in shapes])[owner],
        np.concatenate([shape.rotations for shape in shapes])[owner],
        np.full(count, opacity, np.float32),
        np.ones((count, 3), np.float32),
        np.concatenate([shape.normals for shape in shapes])[owner],
    )


def _checked(mesh: Mesh) -> Mesh:
    """The mesh with none but the vertices its faces use."""
    if not len(mesh.vertices) or not len(mesh.faces):
        raise Problem("The mesh has no surface", "there are no triangles in it", remedy=_REMEDY)
    if int(mesh.faces.min()) < 0 or int(mesh.faces.max()) >= len(mesh.vertices):
        why = f"they name vertices from {mesh.faces.min():,} to {mesh.faces.max():,}; there are {len(mesh.vertices):,}"
        raise Problem("The mesh has faces that are out of range", why, remedy=_REMEDY)
    used = np.zeros(len(mesh.vertices), bool)
    used[mesh.faces.ravel()] = True
    places = mesh.vertices[used]
    sound = np.isfinite(places).all(axis=1)
    if not sound.all():
        bad = int(np.count_nonzero(~sound))
        raise Problem("The mesh has vertices that are not numbers", f"{bad:,} of {len(places):,}", remedy=_REMEDY)
    if used.all():
        return mesh
    return Mesh(places, (np.cumsum(used) - 1)[mesh.faces].astype(np.int32))


def reduced(mesh: Mesh, decimate: int) -> Mesh:
    """At most ``decimate`` triangles; Problem where there are too many and nobody asked for fewer."""
    if decimate:
        fewer = clustered(mesh.vertices, mesh.faces, most=decimate)
        if not len(fewer.faces):
            why = f"nothing is left of it in {decimate:,} triangles"
            raise Problem("The mesh cannot be reduced so far", why, remedy="Allow more triangles.")
        return Mesh(fewer.vertices.astype(np.float64), fewer.faces)
    if len(mesh.faces) > MOST_TRIANGLES:
        why = f"it has {len(mesh.faces):,} triangles; {MOST_TRIANGLES:,} can be made into splats"
        remedy = "Reduce it first with the setting decimate (--decimate 1000000): no grid is finer than that."
        raise Problem("The mesh is too fine", why, remedy=remedy)
    return mesh


def _box(mesh: Mesh, resolution: int) -> tuple[Doubles, Doubles]:
    """Where the mesh's box begins, and its extent; Problem where there is no such box in float32."""
    low, high = mesh.bounds
    with np.errstate(over="ignore"):
        extent = high - low
    unit, far = float(extent.max()), float(np.abs(mesh.bounds).max())
    if not unit > 0:
        raise Problem("The mesh has no area", "all of its vertices are in one place", remedy=_REMEDY)
    if not 1e-12 < unit <= far + unit < 1e18:
        why = f"it is {unit:.3g} long"
        raise Problem("The mesh's size cannot be counted in", why, remedy="Export it in millimetres.")
    if unit / resolution < _FINEST_STEPS * far * float(np.finfo(np.float32).eps):
        why = f"it is {unit:.4g} long and {far:.4g} away from it"
        raise Problem("The mesh lies too far from its origin", why, remedy="Move it to its origin and export it again.")
    return low, extent


def _check_few(splats: int, how: Splatting) -> None:
    if splats > how.most:
        why = f"{how.resolution} cells a side give more than {how.most:,}"
        raise Problem("There would be too many splats", why, remedy="Choose a lower density or resolution.")
