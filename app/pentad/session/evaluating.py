"""Measuring a run, or a folder of maps, against masks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from pentad.core.arrays import Floats, Labels
from pentad.core.prediction import ViewPrediction
from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, Sample, Split, View
from pentad.evaluation.report import DEFAULT_GRID, Evaluation, JudgedView, evaluate_maps
from pentad.io import rasters
from pentad.io.results import RunFile
from pentad.io.tree import FileTree, open_tree
from pentad.io.view_pixels import check_same_size
from pentad.sdk import Ticket

MAP_SUFFIXES = frozenset({".npy", ".tif", ".tiff", ".png"})


def evaluate_run(
    file: Path,
    tree: FileTree,
    samples: Sequence[Sample],
    *,
    ticket: Ticket,
    grid: int | None = DEFAULT_GRID,
    only: Collection[str] | None = None,
    noticed: Callable[[Problem], None] = lambda problem: None,
) -> Evaluation:
    """Measure the test samples of a run; parts of the train split are left out however well they were judged.

    ``only`` names the defects that count (good parts always do). A view of a defective part is good where its mask is
    empty, or missing while another view of the part has one; where no view has one, the part's label decides and the
    pixels are not measured. A view whose mask cannot be read or does not fit its photo is left out, and ``noticed``
    hears why. Problem where the run is damaged or nothing in it can be measured.
    """
    with RunFile.open(file) as run:
        judged = set(run.samples)
        chosen = [s for s in samples if s.id in judged and s.split is Split.TEST and _counts(s, only)]
        if not chosen:
            why = f"of the {len(judged)} samples in {file.name} none is a test sample of this data set"
            raise Problem("There is nothing to measure", why, remedy="Detect on the test split, or check the data set.")
        found = evaluate_maps(_judged_views(run, tree, chosen, ticket, noticed), grid=grid)
    if not found.overall.images:
        raise Problem("There is nothing to measure", "no mask can be read", remedy="Check the data set's masks.")
    return found


def evaluate_folders(maps: Path, masks: Path, *, ticket: Ticket) -> Evaluation:
    """Measure float maps (.npy, .tif, .png) against masks of the same stem (or stem + ``_mask``), at the masks' size.

    A map without a mask is a good image. Problem where a map and its mask differ in size, or there are no maps.
    """
    for folder in (maps, masks):
        if not folder.is_dir():
            raise Problem(f"There is no folder {folder}", remedy="Name a folder of maps and one of masks.")
    files = sorted(path for path in maps.iterdir() if path.suffix.lower() in MAP_SUFFIXES)
    if not files:
        raise Problem(f"There are no maps in {maps}", remedy=f"Maps end in {', '.join(sorted(MAP_SUFFIXES))}.")
    by_stem = {path.stem.removesuffix("_mask"): path for path in sorted(masks.iterdir()) if path.is_file()}
    stray = by_stem.keys() - {path.stem for path in files}
    if stray:
        raise Problem(f"{len(stray)} masks have no map", f"such as {min(stray)}", remedy="Maps and masks share stems.")
    return evaluate_maps(_pairs(files, by_stem, ticket), grid=None)


def _counts(sample: Sample, only: Collection[str] | None) -> bool:
    return only is None or sample.anomaly is None or sample.anomaly in only


def _judged_views(
    run: RunFile, tree: FileTree, samples: Sequence[Sample], ticket: Ticket, noticed: Callable[[Problem], None]
) -> Iterator[JudgedView]:
    for count, sample in enumerate(samples):
        ticket.report(count / len(samples), sample.id)
        prediction = run.prediction(sample.id)
        drawn = any(Modality.MASK in view.rasters for view in sample.views)
        for view in sample.views:
            if (said := prediction.views.get(view.name)) is None:
                continue
            try:
                judged = _judged(tree, sample, view, said, drawn=drawn)
            except Problem as problem:
                noticed(problem)
            else:
                yield judged


def _judged(tree: FileTree, sample: Sample, view: View, said: ViewPrediction, *, drawn: bool) -> JudgedView:
    mask: Labels | None = None
    photo = view.rasters[Modality.RGB]
    size = rasters.size(tree, photo)
    if not sample.good and (ref := view.rasters.get(Modality.MASK)) is not None:
        check_same_size(size, rasters.size(tree, ref), photo, ref)
        mask = rasters.read_mask(tree, ref)
    defective = bool(mask.any()) if mask is not None else not sample.good and not drawn
    return JudgedView(
        category=sample.category,
        sample=sample.id,
        view=view.name,
        values=said.heatmap.values,
        mask=mask,
        defective=defective,
        score=said.score,
        size=size,
    )


def _pairs(files: Sequence[Path], masks: dict[str, Path], ticket: Ticket) -> Iterator[JudgedView]:
    for count, path in enumerate(files):
        ticket.report(count / len(files), path.name)
        values = _read_map(path)
        mask: Labels | None = None
        if (file := masks.get(path.stem)) is not None:
            mask = rasters.read_mask(open_tree(file.parent), RasterRef(file.name, above=0))
            if mask.shape != values.shape:
                why = f"the map is {values.shape[1]} x {values.shape[0]} px, the mask {mask.shape[1]} x {mask.shape[0]}"
                raise Problem(f"{path.name} does not fit its mask", why, remedy="Save both at one size.")
        defective = mask is not None and bool(mask.any())
        yield JudgedView("maps", path.stem, "image", values, mask, defective)


def _read_map(path: Path) -> Floats:
    image = rasters.read_raw(open_tree(path.parent), RasterRef(path.name))
    if image.ndim != 2:
        raise Problem(f"{path} is not a map", f"its shape is {image.shape}", remedy="Save one number a pixel.")
    return image.astype(np.float32)
