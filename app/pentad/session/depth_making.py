"""Depth made by a trained model of one sample: what the window's job and the command line both call."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_request
from pentad.sdk import DepthEstimate, DepthMade, DepthMaker, DepthWish, Ticket
from pentad.session.models import Models

MOST_SAMPLES = 64


@dataclass(frozen=True, slots=True, eq=False)
class DepthModel:
    """A trained model that makes depth, loaded and ready."""

    maker: DepthMaker
    longest_side: int
    made_by: Provenance

    @classmethod
    def load(cls, models: Models, folder: Path) -> "DepthModel":
        """The model in ``folder``; Problem where it is damaged, or makes no depth."""
        predictor = models.load(folder)
        if not isinstance(predictor, DepthMaker):
            remedy = "Choose a folder that `pentad train depthgen` made."
            raise Problem(f"{folder.name} makes no depth", f"it was made by {predictor.made_by.model}", remedy=remedy)
        return cls(predictor, predictor.longest_side, predictor.made_by)

    def make(
        self,
        tree: FileTree,
        sample: Sample,
        geometry: PartGeometry,
        wish: DepthWish,
        ticket: Ticket,
        *,
        noticed: Callable[[Problem], None],
    ) -> DepthMade:
        """The sample's depth; ``noticed`` is called for each view that cannot be read. Problem where none can be."""
        check_wish(wish)
        request, problems = load_request(tree, sample, self.longest_side, geometry=geometry)
        for problem in problems.values():
            noticed(problem)
        made = self.maker.make_depth(request, wish, ticket)
        ticket.check()
        wrong = next((view for view, estimate in made.views.items() if not _is_sound(estimate)), None)
        if wrong is not None or not made.views:
            why = "values that are not finite" if wrong is not None else "no view"
            raise Problem(
                f"The model gave no usable depth for {sample.id}, view {wrong or 'any'}",
                why,
                remedy="Train the model again; if it stays so, report it to the model's author.",
            )
        return made


def check_wish(wish: DepthWish) -> None:
    """Problem where no depth can be drawn so."""
    if not 1 <= wish.samples <= MOST_SAMPLES or wish.seed < 0 or wish.steps < 0:
        why = f"{wish.samples} samples from seed {wish.seed}, {wish.steps} steps"
        remedy = f"Draw 1 to {MOST_SAMPLES} samples, from a seed of 0 or more; 0 steps are the model's own."
        raise Problem("No depth can be drawn so", why, remedy=remedy)


def _is_sound(estimate: DepthEstimate) -> bool:
    maps = [estimate.depth, estimate.spread, *([estimate.integrated] if estimate.integrated is not None else [])]
    alike = all(each.ndim == 2 and each.shape == estimate.depth.shape and each.size for each in maps)
    top, left, bottom, right = estimate.region
    lies = 0 <= top < bottom <= 1 and 0 <= left < right <= 1
    return alike and lies and not any(np.isinf(each).any() for each in maps)
