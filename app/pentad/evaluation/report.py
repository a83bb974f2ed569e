"""A whole evaluation: every metric per category, per view and per part, and how it was measured."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self, cast

import cv2
import numpy as np

from pentad.core.arrays import Floats, Labels
from pentad.evaluation.fusion import check_rule, fuse
from pentad.evaluation.image_metrics import ImageMetrics, ImageScores
from pentad.evaluation.pixel_metrics import PixelMetrics, check_map

DEFAULT_GRID = 256
_METRICS = ("i_auroc", "i_f1", "p_auroc", "p_ap", "p_aupro", "threshold")


@dataclass(frozen=True, slots=True, eq=False)
class JudgedView:
    """One view's heatmap beside the truth.

    ``values`` (h, w) float; ``mask`` (H, W), nonzero = defect, None = no mask: a good view, or, where ``defective``,
    one that nobody drew a mask for (it then counts for the image metrics only). ``score`` None: the map's highest
    value. ``size`` is the image's (H, W), for good views measured at native size.
    """

    category: str
    sample: str
    view: str
    values: Floats
    mask: Labels | None
    defective: bool
    score: float | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """The metrics of one category, one view, or all; ``None`` where undefined, and then ``reasons`` says why."""

    images: int
    i_auroc: float | None
    i_f1: float | None
    p_auroc: float | None
    p_ap: float | None
    p_aupro: float | None
    threshold: float | None
    reasons: Mapping[str, str]

    def summary(self) -> dict[str, object]:
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        said["reasons"] = dict(self.reasons)
        return said


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a run is worth. ``overall`` is the mean over categories, its threshold that of all images together.

    ``per_view`` takes each view's mean over categories; ``per_sample`` judges whole parts by the ``fusion`` of their
    views. ``grid`` says at which size pixels were compared, ``unmasked`` how many defective views had no mask, and
    ``lost`` how many masks had a defect too small for the grid.
    """

    overall: Scores
    per_category: Mapping[str, Scores]
    per_view: Mapping[str, Scores]
    per_sample: ImageScores
    fusion: str
    grid: str
    unmasked: int
    lost: int
    seconds: float

    def summary(self) -> dict[str, object]:
        """The JSON that ``pentad evaluate`` prints."""
        parts = self.per_sample
        return {
            **self.overall.summary(),
            "per_category": {name: scores.summary() for name, scores in self.per_category.items()},
            "per_view": {name: scores.summary() for name, scores in self.per_view.items()},
            "per_sample": {
                "samples": parts.images,
                "i_auroc": parts.i_auroc,
                "i_f1": parts.i_f1,
                "threshold": parts.threshold,
                "fusion": self.fusion,
                "reasons": dict(parts.reasons),
            },
            "grid": self.grid,
            "unmasked": self.unmasked,
            "masks_lost_on_grid": self.lost,
            "seconds": self.seconds,
        }


class Evaluator:
    """Takes judged views one at a time, in any order; keeps counts, not maps."""

    def __init__(self, *, grid: int | None = DEFAULT_GRID, fusion: str = "max") -> None:
        """``grid``: maps (bilinear) and masks (nearest) are brought to grid x grid pixels, None: to the mask's own
        size. ``fusion``: see ``fuse``."""
        check_rule(fusion)
        self._grid = grid
        self._fusion = fusion
        self._begun = time.monotonic()
        self._images: dict[tuple[str, str], ImageMetrics] = {}
        self._pixels: dict[tuple[str, str], PixelMetrics] = {}
        self._parts: dict[tuple[str, str], tuple[dict[str, float], bool]] = {}
        self._unmasked = 0
        self._lost = 0

    def add(self, item: JudgedView) -> None:
        """Problem where the map or its score are no numbers."""
        check_map(item.values, name=f"{item.sample}, view {item.view}")
        key = (item.category, item.view)
        score = float(item.values.max()) if item.score is None else item.score
        self._images.setdefault(key, ImageMetrics()).add(score, defective=item.defective)
        views, defective = self._parts.get((item.category, item.sample), ({}, False))
        self._parts[item.category, item.sample] = ({**views, item.view: score}, defective or item.defective)
        pixels = self._pixels.setdefault(key, PixelMetrics())
        if item.mask is None and item.defective:
            self._unmasked += 1
            return
        values, mask = bring_to_grid(item, self._grid)
        self._lost += bool(item.mask is not None and item.mask.any() and mask is not None and not mask.any())
        pixels.add(values, mask)

    def merge(self, other: Self) -> None:
        """Add what another shard saw; the same grid and fusion are taken for granted."""
        for key, images in other._images.items():
            self._images.setdefault(key, ImageMetrics()).merge(images)
        for key, pixels in other._pixels.items():
            self._pixels.setdefault(key, PixelMetrics()).merge(pixels)
        for key, (scores, defective) in other._parts.items():
            mine, mine_defective = self._parts.get(key, ({}, False))
            self._parts[key] = ({**mine, **scores}, mine_defective or defective)
        self._unmasked += other._unmasked
        self._lost += other._lost

    def evaluation(self) -> Evaluation:
        """All metrics of what was added so far."""
        categories = sorted({category for category, _ in self._images})
        views = list(dict.fromkeys(view for _, view in self._images))
        by_category = {name: self._scores([key for key in self._images if key[0] == name]) for name in categories}
        by_view = {
            view: mean_scores(
                {name: self._scores([(name, view)]) for name in categories if (name, view) in self._images},
                self._pooled([key for key in self._images if key[1] == view]),
            )
            for view in views
        }
        parts = ImageMetrics()
        for scores, defective in self._parts.values():
            parts.add(fuse(scores, self._fusion), defective=defective)
        return Evaluation(
            overall=mean_scores(by_category, self._pooled(list(self._images))),
            per_category=by_category,
            per_view=by_view,
            per_sample=parts.scores(),
            fusion=self._fusion,
            grid="native" if self._grid is None else f"{self._grid}x{self._grid}",
            unmasked=self._unmasked,
            lost=self._lost,
            seconds=time.monotonic() - self._begun,
        )

    def _pooled(self, keys: Sequence[tuple[str, str]]) -> ImageScores:
        images = ImageMetrics()
        for key in keys:
            images.merge(self._images[key])
        return images.scores()

    def _scores(self, keys: Sequence[tuple[str, str]]) -> Scores:
        pixels = PixelMetrics()
        for key in keys:
            pixels.merge(self._pixels[key])
        image, pixel = self._pooled(keys), pixels.scores()
        return Scores(
            images=image.images,
            i_auroc=image.i_auroc,
            i_f1=image.i_f1,
            p_auroc=pixel.p_auroc,
            p_ap=pixel.p_ap,
            p_aupro=pixel.p_aupro,
            threshold=image.threshold,
            reasons={**image.reasons, **pixel.reasons},
        )


def evaluate_maps(items: Iterable[JudgedView], *, grid: int | None = DEFAULT_GRID, fusion: str = "max") -> Evaluation:
    """Measure judged views; see ``Evaluator``."""
    evaluator = Evaluator(grid=grid, fusion=fusion)
    for item in items:
        evaluator.add(item)
    return evaluator.evaluation()


def mean_scores(groups: Mapping[str, Scores], pooled: ImageScores) -> Scores:
    """The mean of each metric over the groups where it is defined; the threshold is that of ``pooled``."""
    means: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for metric in _METRICS[:-1]:
        known = [value for scores in groups.values() if (value := getattr(scores, metric)) is not None]
        means[metric] = float(np.mean(known)) if known else None
        missing = [f"{name}: {scores.reasons[metric]}" for name, scores in groups.items() if metric in scores.reasons]
        if missing:
            reasons[metric] = "; ".join(missing)
        elif not known:
            reasons[metric] = "there is nothing to measure"
    if pooled.threshold is None:
        reasons["threshold"] = pooled.reasons["threshold"]
    return Scores(images=pooled.images, **means, threshold=pooled.threshold, reasons=reasons)


def bring_to_grid(item: JudgedView, grid: int | None) -> tuple[Floats, Labels | None]:
    """Map and mask of one size: the map bilinear, the mask nearest neighbour, both with image edges aligned."""
    if grid is not None:
        size = (grid, grid)
    elif item.mask is not None:
        size = (item.mask.shape[0], item.mask.shape[1])
    else:
        size = item.size or (item.values.shape[0], item.values.shape[1])
    values = item.values.astype(np.float32, copy=False)
    mask = None if item.mask is None else (item.mask != 0).astype(np.uint8)
    if values.shape != size:
        values = cast(Floats, cv2.resize(values, size[::-1], interpolation=cv2.INTER_LINEAR))
    if mask is not None and mask.shape != size:
        mask = cast(Labels, cv2.resize(mask, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT))
    return values, mask
