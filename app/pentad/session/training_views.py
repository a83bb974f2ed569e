"""The views a model learns from, read when it asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from pentad.annotation.components import box_of
from pentad.core.arrays import Labels
from pentad.core.box import BoxShares
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_view
from pentad.sdk import ViewPixels

Noticed = Callable[[Problem], None]


class _Views:
    """The views of a category's training parts, one an item, and the parts they are of."""

    def __init__(
        self,
        tree: FileTree,
        samples: Sequence[Sample],
        longest: int,
        *,
        noticed: Noticed,
        geometry: PartGeometry | None,
        with_depth: bool = False,
    ) -> None:
        self._tree, self._longest, self._noticed, self._geometry = tree, longest, noticed, geometry
        self._with_depth = with_depth
        self._samples = samples
        self._views: list[tuple[Sample, View]] = [(sample, view) for sample in samples for view in sample.views]
        self._broken: dict[int, Problem] = {}

    def __len__(self) -> int:
        return len(self._views)

    @property
    def category(self) -> str:
        return self._samples[0].category

    @property
    def parts(self) -> Sequence[range]:
        ends = accumulate((len(sample.views) for sample in self._samples), initial=0)
        return [range(start, stop) for start, stop in pairwise(ends)]

    def mesh_name(self, part: int) -> str | None:
        return None if self._geometry is None else self._geometry.mesh_name(self._samples[part])

    def mesh(self, part: int) -> Mesh | None:
        return None if self._geometry is None else self._geometry.mesh(self._samples[part])

    def _read(self, place: int, *, with_mask: bool = False) -> ViewPixels | None:
        """The view's pixels; None where it cannot be read, which ``noticed`` hears of once."""
        if place in self._broken:
            return None
        view = self._views[place][1]
        try:
            return load_view(
                self._tree, view, self._longest,
                with_mask=with_mask, with_depth=self._with_depth, geometry=self._geometry,
            )  # fmt: skip
        except Problem as problem:
            self._broken[place] = problem
            self._noticed(problem)
            return None


class GoodViews(_Views):
    """The views of a category's good training parts.

    In place of one that cannot be read comes the next that can, of the same camera if there is one: a model learns
    from what is good, and one bad file among thousands should not end its training. ``noticed`` hears of each once.
    """

    def __getitem__(self, index: int) -> ViewPixels:
        place = range(len(self._views))[index]
        pixels = self._read(place)
        for other in self._substitutes(place) if pixels is None else ():
            if (pixels := self._read(other)) is not None:
                break
        if pixels is None:
            reason = self._broken[place]
            raise Problem(f"No view of '{self.category}' can be read", str(reason), remedy=reason.remedy)
        return pixels

    def _substitutes(self, place: int) -> list[int]:
        """The other views, those of the same camera first, the next ones first."""
        name, count = self._views[place][1].name, len(self._views)
        others = [other % count for other in range(place + 1, place + count)]
        return sorted(others, key=lambda other: self._views[other][1].name != name)


class LabelledViews(_Views):
    """The views of all of a category's training parts, with what is known of their defects.

    A view of a part with a defect shows none where its mask is empty, or missing while another view of the part has
    one; where no view has one, the part's label is the view's. One that cannot be read is a Problem each time.
    """

    def __getitem__(self, index: int) -> ViewPixels:
        place = range(len(self._views))[index]
        pixels = self._read(place, with_mask=True)
        if pixels is None:
            raise self._broken[place]
        sample, _ = self._views[place]
        if self._geometry is not None:
            pixels = replace(pixels, pose=self._geometry.pose(sample))
        drawn = any(Modality.MASK in view.rasters for view in sample.views)
        if sample.good or (drawn and (pixels.mask is None or not pixels.mask.any())):
            return replace(pixels, defective=False)
        return replace(pixels, defective=True, box=None if pixels.mask is None else box_around(pixels.mask))


def box_around(mask: Labels) -> BoxShares | None:
    """The smallest box around what is not zero in ``mask`` (h, w); None where there is nothing."""
    box = box_of(mask)
    if box.empty:
        return None
    height, width = mask.shape
    return box.y0 / height, box.x0 / width, box.y1 / height, box.x1 / width
