"""A sample's views as a model wants them: reduced, decoded, and the broken ones set aside with their reason."""

import cv2
import numpy as np

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, Sample, View
from pentad.geometry.normals_codec import reduce_normals
from pentad.io import rasters
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.tree import FileTree
from pentad.sdk import Request, ViewPixels


def load_view(
    tree: FileTree,
    view: View,
    longest: int,
    *,
    with_mask: bool = False,
    with_depth: bool = False,
    geometry: PartGeometry | None = None,
) -> ViewPixels:
    """The view's pixels, the longer side at most ``longest``; Problem where a file is bad or sizes do not agree.

    A view without a mask raster, or depth, asked for one, has None; its camera comes from ``geometry``. Normals and
    depth of another resolution but the same proportions are brought to the photo's size; a mask must have the photo's
    own size.
    """
    photo = view.rasters.get(Modality.RGB)
    if photo is None:
        raise Problem(f"View {view.name} has no photo", remedy="Check the layout of the data set")
    size = rasters.size(tree, photo)
    rgb = rasters.read_rgb(tree, photo, longest)
    here = (rgb.shape[0], rgb.shape[1])
    normals = mask = None
    if (normal_map := view.rasters.get(Modality.NORMAL)) is not None:
        check_proportions(size, rasters.size(tree, normal_map), photo, normal_map)
        normals = rasters.read_normals(tree, normal_map, longest)
        if normals.shape[:2] != here:
            normals = reduce_normals(normals, here)
    if with_mask and (drawn := view.rasters.get(Modality.MASK)) is not None:
        check_same_size(size, rasters.size(tree, drawn), photo, drawn)
        mask = rasters.read_mask(tree, drawn, here)
    depth = load_depth(tree, view, here) if with_depth else None
    camera = None if geometry is None else geometry.camera(view, size, here)
    return ViewPixels(view.name, rgb, normals, size, mask, camera, depth=depth)


def true_depth_of(view: View) -> RasterRef | None:
    """The view's depth raster, else its point cloud; None where it has neither."""
    return view.rasters.get(Modality.DEPTH) or view.rasters.get(Modality.XYZ)


def read_true_depth(tree: FileTree, view: View) -> Floats | None:
    """(H, W) camera z in mm of the view's depth raster, else of its point cloud, as it lies there; None for neither."""
    ref = true_depth_of(view)
    if ref is None:
        return None
    if Modality.DEPTH in view.rasters:
        return rasters.read_depth(tree, ref)
    return np.ascontiguousarray(rasters.read_xyz(tree, ref)[:, :, 2])


def load_depth(tree: FileTree, view: View, size: tuple[int, int]) -> Floats | None:
    """(h, w) of ``size``: camera z in mm of the view's depth raster, else of its point cloud, NaN where nothing is.

    Each pixel is one that was measured. Why none is a mean: between two sides of a step there is nothing. None where
    the view has neither; Problem where its proportions are not the photo's.
    """
    ref, photo = true_depth_of(view), view.rasters.get(Modality.RGB)
    if ref is None:
        return None
    if photo is not None:
        check_proportions(rasters.size(tree, photo), rasters.size(tree, ref), photo, ref)
    depth = read_true_depth(tree, view)
    return (
        None
        if depth is None
        else np.asarray(cv2.resize(depth, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
    )


def load_request(
    tree: FileTree, sample: Sample, longest: int, *, geometry: PartGeometry | None = None
) -> tuple[Request, dict[str, Problem]]:
    """The sample's readable views in order, and by view name why each of the others is not among them.

    Cameras and the part's mesh come from ``geometry``. Problem where no view can be read, or the mesh cannot.
    """
    views: list[ViewPixels] = []
    problems: dict[str, Problem] = {}
    for view in sample.views:
        try:
            views.append(load_view(tree, view, longest, geometry=geometry))
        except Problem as problem:
            problems[view.name] = problem
    if not views:
        first = next(iter(problems.values()), Problem("it lists none", remedy="Check the layout of the data set"))
        raise Problem(f"No view of {sample.id} can be read", str(first), remedy=first.remedy)
    mesh = None if geometry is None else geometry.mesh(sample)
    return Request(sample.id, tuple(views), mesh), problems


def check_same_size(size: tuple[int, int], other: tuple[int, int], photo: RasterRef, mask: RasterRef) -> None:
    """Problem, naming both sizes, where a mask is not as large as its photo."""
    if size != other:
        turned = " (one of them may carry an EXIF rotation)" if size == other[::-1] else ""
        why = f"the photo {photo.path} is {_pixels(size)}, the mask {_pixels(other)}{turned}"
        raise Problem(f"{mask.path} does not fit its photo", why, remedy="Replace the mask by one of the photo's size")


def check_proportions(size: tuple[int, int], other: tuple[int, int], photo: RasterRef, raster: RasterRef) -> None:
    """Problem, naming both sizes, where a raster of the view cannot be the photo at another resolution."""
    if abs(size[0] * other[1] - size[1] * other[0]) > max(size[1] + other[1], size[0] + other[0]):
        why = f"the photo {photo.path} is {_pixels(size)}, the other {_pixels(other)}"
        raise Problem(f"{raster.path} does not fit its photo", why, remedy="Replace it by one of the same view")


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]} pixels"
