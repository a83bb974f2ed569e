"""A change to one mask: in progress as a stroke, finished as an edit that can be taken back and written down."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial, reduce
from itertools import groupby
from operator import itemgetter, or_

import cv2
import numpy as np
import zstandard

from pentad.annotation.region import Region, Spans
from pentad.annotation.rule import Rule, Values
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import Mask, MaskKey

TILE = 256
"""Pixels along the side of the squares in which changes are kept; those at the far edges are smaller."""
_LEVEL = 1
_ENTRY_BYTES = 200
"""What one tile costs beside its packed pixels: keys, objects."""

TileKey = tuple[int, int]
"""(row, column) of a tile."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskEdit:
    """What one gesture did to one mask: the tiles it touched, packed, as they were and as they are.

    Tiles are kept whole, not as differences, so that laying the same edit down twice does no harm.
    """

    key: MaskKey
    name: str
    size: tuple[int, int]
    """(height, width) of the mask."""
    before: Mapping[TileKey, bytes]
    after: Mapping[TileKey, bytes]

    @property
    def nbytes(self) -> int:
        sides = (self.before, self.after)
        return sum(len(packed) + _ENTRY_BYTES for side in sides for packed in side.values())

    @property
    def box(self) -> Box:
        """Around the tiles."""
        box = Box(0, 0, 0, 0)
        for key in self.after:
            box = box | tile_box(key, self.size)
        return box

    @property
    def reversed(self) -> "MaskEdit":
        """The same change backwards."""
        return MaskEdit(self.key, self.name, self.size, self.after, self.before)

    def lay(self, mask: Mask, *, ready: Labels | None = None) -> None:
        """Make ``mask`` look as it did after this edit; ``ready`` are labels that do so already, to be copied."""
        by = zstandard.ZstdDecompressor()
        # Why: whoever follows the mask is told once a row of tiles, for each telling costs as much as a tile.
        for _, row in groupby(sorted(self.after), key=itemgetter(0)):
            tiles = [(tile_box(key, self.size), self.after[key]) for key in row]
            first, last = tiles[0][0], tiles[-1][0]
            with mask.writing(first | last) as live:
                for box, packed in tiles:
                    new = unpack(packed, box.shape, by=by) if ready is None else ready[box.slices]
                    live[:, box.x0 - first.x0 : box.x1 - first.x0] = new


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """An edit in the history, with the way to carry it out."""

    edit: MaskEdit
    carry_out: Callable[[MaskEdit], None]

    @property
    def name(self) -> str:
        return self.edit.name

    @property
    def nbytes(self) -> int:
        return self.edit.nbytes

    def undo(self) -> None:
        self.carry_out(self.edit.reversed)

    def redo(self) -> None:
        self.carry_out(self.edit)


class Stroke:
    """One gesture in progress on one mask: it paints at once and remembers what it covered."""

    def __init__(self, mask: Mask, key: MaskKey, name: str, rule: Rule, values: Values) -> None:
        self.mask = mask
        self.key = key
        self.name = name
        self._rule = rule
        self._values = values
        self._before: dict[TileKey, Labels] = {}
        self._painted: tuple[Spans, int, int] | None = None
        """What was painted last, with which label, and the mask's version since."""

    @property
    def touched(self) -> bool:
        return bool(self._before)

    @property
    def before(self) -> Mapping[TileKey, Labels]:
        """The tiles that it touched, as they were."""
        return self._before

    def paint(self, region: Region, label: int) -> None:
        """Give the pixels of ``region`` this label wherever the rule allows; what lies outside the image is ignored."""
        if label in self._rule.locked:
            return
        region = region.inside(self.mask.box)
        if isinstance(region, Spans) and self._rule.free:
            self._fill(region, label)
            return
        box = region.box
        if box.empty:
            return
        self._keep(box)
        where = region.patch().where
        allowed = self._rule.allowed(self.mask.labels[box.slices], box, self._values)
        chosen = where if allowed is None else where & allowed
        with self.mask.writing(box) as live:
            # Why not live[chosen] = label: that takes thirty times longer where the region is ragged.
            cv2.copyTo(np.full(box.shape, label, np.uint8), chosen.view(np.uint8), live)

    def put(self, box: Box, labels: Labels) -> None:
        """Write ``labels`` (box.shape) into ``box`` wherever the rule allows."""
        inside = box & self.mask.box
        if inside.empty:
            return
        new, old = labels[inside.within(box).slices], self.mask.labels[inside.slices]
        allowed = self._rule.allowed(old, inside, self._values)
        if allowed is not None:
            locked = np.isin(new, list(self._rule.locked)) if self._rule.locked else False
            new = np.where(allowed & ~np.asarray(locked), new, old)
        self._keep(inside)
        self.mask.put(inside, new)

    def cancel(self) -> None:
        """Put back what was there."""
        size = self._size()
        for key, labels in self._before.items():
            self.mask.put(tile_box(key, size), labels)
        self._before.clear()

    def finish(self) -> MaskEdit | None:
        """The change as a value; None where nothing became different."""
        size = self._size()
        before: dict[TileKey, bytes] = {}
        after: dict[TileKey, bytes] = {}
        pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        for key, old in self._before.items():
            new = np.ascontiguousarray(self.mask.labels[tile_box(key, size).slices])
            if not np.array_equal(old, new):
                before[key], after[key] = pack(old.data), pack(new.data)
        self._before.clear()
        return MaskEdit(self.key, self.name, size, before, after) if after else None

    def _size(self) -> tuple[int, int]:
        height, width = self.mask.labels.shape
        return height, width

    def _keep(self, box: Box) -> None:
        size = self._size()
        for key in tiles_of(box):
            if key not in self._before:
                self._before[key] = self.mask.labels[tile_box(key, size).slices].copy()

    def _fill(self, spans: Spans, label: int) -> None:
        parts: tuple[Spans, ...] = (spans,)
        if self._painted is not None and self._painted[1:] == (label, self.mask.version):
            # Why: of a brush's way from here to there nearly all was painted on the way to here.
            parts = spans.beyond(self._painted[0])
        box = reduce(or_, (part.box for part in parts))
        if not box.empty:
            self._keep(box)
            with self.mask.writing(box) as live:
                for part in parts:
                    part.fill(live, box, label)
        self._painted = spans, label, self.mask.version


class Draft:
    """A change worked out on a copy of a mask by a worker, so that nobody waits for it."""

    def __init__(self, mask: Mask, key: MaskKey, name: str, *, rule: Rule, values: Values) -> None:
        self.key = key
        self._mask, self._version = mask, mask.version
        self._begin = partial(Stroke, key=key, name=name, rule=rule, values=values)

    @cached_property
    def stroke(self) -> Stroke:
        """On the copy, which is made when it is first asked for: 20 MP would be felt, so let the worker ask.

        Should the mask be painted on just then, the copy may have half of that, and the draft fits no more.
        """
        return self._begin(Mask(self._mask.labels.copy()))

    def fits(self, mask: Mask) -> bool:
        """Whether the mask still is as it was when this was begun."""
        return mask is self._mask and mask.version == self._version


def tiles_of(box: Box) -> Iterator[TileKey]:
    """The tiles that ``box`` reaches into."""
    for row in range(box.y0 // TILE, -(-box.y1 // TILE)):
        for column in range(box.x0 // TILE, -(-box.x1 // TILE)):
            yield row, column


def tile_box(key: TileKey, size: tuple[int, int]) -> Box:
    """Where a tile lies in a mask of ``size`` (height, width)."""
    y, x = key[0] * TILE, key[1] * TILE
    return Box(y, x, y + TILE, x + TILE) & Box(0, 0, *size)


def unpack(packed: bytes, shape: tuple[int, int], *, by: zstandard.ZstdDecompressor | None = None) -> Labels:
    """The pixels of a packed tile; ValueError where the bytes are not what was packed for ``shape``.

    Many in a row are unpacked faster ``by`` one unpacker.
    """
    try:
        # Why: a frame says itself how large it is, and that much would be allocated.
        if zstandard.frame_content_size(packed) != shape[0] * shape[1]:
            raise ValueError(f"a tile of {shape} pixels says it has another size")
        raw = (by or zstandard.ZstdDecompressor()).decompress(packed)
    except zstandard.ZstdError as error:
        raise ValueError(f"a tile cannot be unpacked: {error}") from error
    if len(raw) != shape[0] * shape[1]:
        raise ValueError(f"a tile of {shape} pixels holds {len(raw)} bytes")
    return np.frombuffer(raw, np.uint8).reshape(shape)
