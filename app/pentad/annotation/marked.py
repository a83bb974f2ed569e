"""What was marked since a certain moment, tile by tile: pixels that have a label now and had another one before."""

from collections.abc import Mapping

import numpy as np
import zstandard

from pentad.annotation.edit import MaskEdit, Stroke, TileKey, tile_box, tiles_of, unpack
from pentad.core.arrays import Bools, Labels
from pentad.core.box import Box
from pentad.core.patch import Patch

Marked = Mapping[TileKey, Bools]
"""Yes and no for the pixels of each tile, never changed in place."""


def marked_by_stroke(stroke: Stroke, label: int, box: Box) -> Marked:
    """What a stroke under way has done so far in the tiles that ``box`` reaches into."""
    height, width = stroke.mask.labels.shape
    live = stroke.mask.labels
    found: dict[TileKey, Bools] = {}
    for key in tiles_of(box & stroke.mask.box):
        before = stroke.before.get(key)
        if before is not None:
            found[key] = (live[tile_box(key, (height, width)).slices] == label) & (before != label)
    return found


def marked_after(marked: Marked, edit: MaskEdit, label: int, *, adds: bool) -> Marked:
    """``marked`` after an edit: what it unmarked is gone, and what it marked is there if it ``adds``."""
    by, after = zstandard.ZstdDecompressor(), dict(marked)
    for key, packed in edit.after.items():
        shape = tile_box(key, edit.size).shape
        known = marked.get(key)
        if known is None and not adds:
            continue
        now = unpack(packed, shape, by=by) == label
        kept = np.zeros(shape, bool) if known is None else known & now
        if adds:
            kept |= now & (unpack(edit.before[key], shape, by=by) != label)
        after[key] = kept
    return {key: kept for key, kept in after.items() if kept.any()}


def marked_in(labels: Labels, label: int) -> Marked:
    """All that has the label."""
    height, width = labels.shape
    tiles = {key: labels[tile_box(key, (height, width)).slices] == label for key in tiles_of(Box(0, 0, height, width))}
    return {key: kept for key, kept in tiles.items() if kept.any()}


def beyond(marked: Marked, other: Marked) -> Marked:
    """What of ``marked`` is not in ``other``."""
    left = {key: kept if (gone := other.get(key)) is None else kept & ~gone for key, kept in marked.items()}
    return {key: kept for key, kept in left.items() if kept.any()}


def patch_of(marked: Marked, size: tuple[int, int]) -> Patch:
    """The same pixels as one patch of a mask of ``size`` (height, width)."""
    around = Box(0, 0, 0, 0)
    for key in marked:
        around = around | tile_box(key, size)
    where = np.zeros(around.shape, bool)
    for key, kept in marked.items():
        where[tile_box(key, size).within(around).slices] = kept
    return Patch(around, where)
