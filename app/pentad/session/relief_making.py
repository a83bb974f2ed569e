"""A region of a view's normals made a surface with the photo's colours: what a worker does."""

from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats, Labels, Normals, Rgb
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.drawable import Drawable, Triangles
from pentad.geometry.integration.surfaces import relief_surface
from pentad.geometry.normals_codec import reduce_normals
from pentad.geometry.surface import Surface
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.sdk import Ticket
from pentad.sdk.part_of import PartOf
from pentad.session.pixel_scale import PixelScale, pixel_scale
from pentad.session.reference import short_name
from pentad.session.shape_work import photo_size, read_normals

if TYPE_CHECKING:
    from pentad.geometry.integration.relief import Method, Relief

MOST = {"dct": 2_000_000, "bilateral": 400_000}
"""Pixels that are integrated; of more, the mean of so many is taken that it stays below."""
MOST_STILL, MOST_MOVING = 240_000, 40_000
"""Vertices that are drawn."""
_GREY = 170


@dataclass(frozen=True, slots=True)
class Region:
    """What of a view is to be seen: ``box`` in pixels of the photo."""

    sample: Sample
    view: View
    box: Box
    method: "Method"


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A region as a surface seen from above: x right, y up, z to the camera, about the region's middle, in ``unit``.

    Of both resolutions the vertices' colours (V, 3) are the photo's. ``flat`` (3,) are the plane z = a x + b y + c that
    lies nearest to it. ``words`` say what it was made of.
    """

    still: Triangles
    moving: Triangles
    still_colours: Rgb
    moving_colours: Rgb
    flat: Doubles
    unit: str
    words: str

    def drawable(self, *, times: float, level: bool) -> Drawable:
        """Its heights ``times`` as high; ``level`` takes the plane away that it lies on."""
        still, moving = (self._raised(triangles, times, level=level) for triangles in (self.still, self.moving))
        normals = np.zeros((len(still.faces), 3))
        return Drawable(Surface(still.vertices.astype(np.float64), still.faces, normals), still, moving)

    def _raised(self, triangles: Triangles, times: float, *, level: bool) -> Triangles:
        vertices = triangles.vertices.copy()
        if level:
            vertices[:, 2] -= vertices[:, :2] @ self.flat[:2].astype(np.float32) + np.float32(self.flat[2])
        vertices[:, 2] *= np.float32(times)
        return replace(triangles, vertices=vertices)


def make_patch(
    tree: FileTree, region: Region, camera: Camera | None, known: Normals | None, labels: Labels | None, ticket: Ticket
) -> tuple[Patch, Normals]:
    """The surface, and the view's normals that were read for it; ``labels`` are those in the region's box.

    Straight on: a region is small against the distance. Problem where there is nothing to integrate.
    """
    # Why here: it needs scipy, and the window opens without that.
    from pentad.geometry.integration.relief import DepthScale, integrate_normals

    ticket.report(0.0, "Reading the normals")
    normals = known if known is not None else read_normals(tree, region.view)
    size = photo_size(tree, region.view)
    ticket.check()
    box = region.box & Box(0, 0, *size)
    if box.empty:
        raise Problem("The region lies beside the image", remedy="Drag a rectangle over the part.")
    middle = (box.y0 + box.y1 - 1) / 2, (box.x0 + box.x1 - 1) / 2
    scale = pixel_scale(tree, region.view, camera, size, at=middle)
    cut, mask, pitch = _cut(normals, size, box, labels)
    step = max(1, ceil(sqrt(cut.shape[0] * cut.shape[1] / MOST[region.method])))
    if step > 1:
        small = max(1, cut.shape[0] // step), max(1, cut.shape[1] // step)
        cut = reduce_normals(cut, small)
        mask = None if mask is None else _halved(mask, small)
        pitch = (box.x1 - box.x0) / small[1]
    pixel = pitch * (scale.mm if scale is not None else 1.0)
    relief = integrate_normals(
        cut, PartOf(ticket, 0.1, 0.8), method=region.method, mask=mask, scale=DepthScale(pixel_mm=pixel)
    )
    ticket.report(0.85, "Laying the photo on it")
    colours = _colours(tree, region.view, size, box, (cut.shape[0], cut.shape[1]))
    patch = _patch(relief, colours, pixel, _words(region, box, scale, relief, step))
    return replace(patch, unit="mm" if scale is not None else "px"), normals


def _cut(
    normals: Normals, size: tuple[int, int], box: Box, labels: Labels | None
) -> tuple[Normals, Bools | None, float]:
    """The region of the normals, which may be of another resolution than the photo; where it is wanted; its pitch."""
    pitch = size[1] / normals.shape[1]
    rows, columns = (
        slice(int(low / pitch), max(int(low / pitch) + 1, ceil(high / pitch)))
        for low, high in ((box.y0, box.y1), (box.x0, box.x1))
    )
    cut = normals[rows, columns]
    mask = None if labels is None else _halved(np.asarray(labels > 0), (cut.shape[0], cut.shape[1]))
    return cut, mask, pitch


def _halved(mask: Bools, size: tuple[int, int]) -> Bools:
    """At another size, where at least half of a pixel is wanted."""
    share = cv2.resize(mask.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(share >= 0.5)


def _patch(relief: "Relief", colours: Rgb, pixel: float, words: str) -> Patch:
    there = int(np.count_nonzero(np.isfinite(relief.depth)))
    meshes = [
        relief_surface(relief.depth, pixel_mm=pixel, step=max(1, ceil(sqrt(there / most)))).mesh
        for most in (MOST_STILL, MOST_MOVING)
    ]
    places = [np.asarray(mesh.vertices, np.float64) for mesh in meshes]
    middle = (places[0].min(axis=0) + places[0].max(axis=0)) / 2
    turned = [(place - middle) * [1, -1, -1] for place in places]
    plane, *_ = np.linalg.lstsq(np.c_[turned[0][:, :2], np.ones(len(turned[0]))], turned[0][:, 2], rcond=None)
    triangles = [_triangles(place, mesh) for place, mesh in zip(turned, meshes, strict=True)]
    laid = [_laid(place, colours, pixel) for place in places]
    return Patch(triangles[0], triangles[1], laid[0], laid[1], np.asarray(plane, np.float64), "px", words)


def _triangles(places: Doubles, mesh: Mesh) -> Triangles:
    # Why turned over: y and z are, so that front faces still look to the camera; two mirrors leave the order as it is.
    faces = np.ascontiguousarray(mesh.faces, np.int32)
    return Triangles(places.astype(np.float32), faces, np.arange(len(places), dtype=np.int64))


def _laid(places: Doubles, colours: Rgb, pixel: float) -> Rgb:
    """The colour beneath each vertex."""
    rows, columns = (
        np.clip(np.rint(places[:, axis] / pixel).astype(np.intp), 0, side - 1)
        for axis, side in ((1, colours.shape[0]), (0, colours.shape[1]))
    )
    return np.ascontiguousarray(colours[rows, columns])


def _colours(tree: FileTree, view: View, size: tuple[int, int], box: Box, target: tuple[int, int]) -> Rgb:
    """(h, w, 3) the photo in the region at the relief's size; grey where there is none, or it cannot be read."""
    ref = view.rasters.get(Modality.RGB)
    try:
        photo = None if ref is None else rasters.read_rgb(tree, ref)
    except Problem:
        photo = None
    if photo is None or photo.shape[:2] != size:
        return np.full((*target, 3), _GREY, np.uint8)
    cut = np.ascontiguousarray(photo[box.slices])
    return np.asarray(cv2.resize(cut, target[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _words(region: Region, box: Box, scale: PixelScale | None, relief: "Relief", step: int) -> str:
    height, width = box.shape
    told = [f"{region.view.name} of {short_name(region.sample)}, {width} x {height} px"]
    if scale is not None:
        told.append(f"{width * scale.mm:.2f} x {height * scale.mm:.2f} mm, {scale.words}")
    told.append("smooth (dct)" if region.method == "dct" else "breaks at edges (bilateral)")
    if step > 1:
        told.append(f"each {step} x {step} px taken as one")
    if relief.pieces > 1:
        told.append(f"{relief.pieces} pieces, whose heights against each other are not known")
    if relief.clamped:
        told.append(f"{relief.clamped:,} px seen at a grazing angle")
    return "; ".join(told)


def height_range(triangles: Triangles) -> tuple[float, float]:
    """The least and the greatest height of a surface as it is drawn."""
    heights: Floats = triangles.vertices[:, 2]
    return float(heights.min()), float(heights.max())
