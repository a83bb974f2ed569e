"""One raster of one view made ready to draw: what a worker does, without Qt."""

from dataclasses import dataclass

from pentad.canvas.colours import normals_as_rgb
from pentad.canvas.pyramid import LabelPyramid, Pyramid
from pentad.core.mask import Mask
from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, View
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.io.view_pixels import check_proportions, check_same_size
from pentad.sdk import Ticket

FIRST = 768
"""Pixels on the longer side of the first, reduced decode; where a file is hardly larger it is read whole at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A raster at all its resolutions, one of the pyramids. ``size`` is the photo's, which it is stretched over.

    ``complete``: every pixel of the file is here, not only a reduced decode.
    """

    size: tuple[int, int]
    colours: Pyramid | None = None
    labels: LabelPyramid | None = None
    complete: bool = True

    @property
    def bytes(self) -> int:
        levels = (*(self.colours.levels if self.colours else ()), *(self.labels.levels if self.labels else ()))
        return sum(level.nbytes for level in levels)


def load_picture(tree: FileTree, view: View, modality: Modality, *, reduced: bool, ticket: Ticket) -> Picture:
    """Read and prepare ``modality`` of ``view``; ``reduced`` reads less of large JPEGs, which decode faster that way.

    Problem where the file is missing, damaged or of another size than the photo.
    """
    ref = view.rasters.get(modality)
    photo = view.rasters.get(Modality.RGB)
    if ref is None:
        raise Problem(f"{view.name} has no {modality.value} image", remedy="Check the layout of the data set.")
    size = rasters.size(tree, ref)
    longest = FIRST if reduced and pays_to_reduce(ref, size) else None
    ticket.check()
    if modality is Modality.MASK:
        if photo is not None:
            check_same_size(rasters.size(tree, photo), size, photo, ref)
        return Picture(size, labels=LabelPyramid(Mask(rasters.read_mask(tree, ref))))
    if modality is Modality.NORMAL:
        if photo is not None:
            own, size = size, rasters.size(tree, photo)
            check_proportions(size, own, photo, ref)
        rgb = normals_as_rgb(rasters.read_normals(tree, ref, longest))
    else:
        rgb = rasters.read_rgb(tree, ref, longest)
    ticket.check()
    return Picture(size, colours=Pyramid.build(rgb, size), complete=longest is None)


def pays_to_reduce(ref: RasterRef, size: tuple[int, int]) -> bool:
    """Only JPEGs can be decoded at a fraction; other files would be read whole twice."""
    return ref.path.lower().endswith((".jpg", ".jpeg")) and max(size) > 2 * FIRST
