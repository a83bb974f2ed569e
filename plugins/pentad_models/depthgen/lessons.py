"""What a depth generator learns from: each training view cut out, its depth counted, its frozen features kept."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Ticket, TrainingSet, Value, ViewPixels
from pentad.sdk.atomic import make_folder
from pentad_models.backbones.choices import chosen_views, first_view, held_out
from pentad_models.backbones.device import device
from pentad_models.backbones.kept import Halves, Kept, fingerprint
from pentad_models.backbones.windows import Windows, find_windows
from pentad_models.depthgen.conditioner import STREAMS, Seen
from pentad_models.depthgen.frames import CHANNELS, cut_out, cut_values, filled
from pentad_models.depthgen.senses import Senses
from pentad_models.depthgen.truth import Ranges, Source

_RANGED = 100
"""Training views that are read to learn the ranges of depth."""
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Training views ready to be read: which, through which windows, and how their depth is counted."""

    data: TrainingSet
    indices: Sequence[int]
    first: ViewPixels
    windows: Windows
    source: Source
    ranges: Ranges
    _names: dict[int, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, settings: Mapping[str, Value], data: TrainingSet, ticket: Ticket) -> "Desk":
        """Problem where there is nothing to learn from, or the streams or the depth asked for are not there."""
        seed = int(settings["seed"])
        indices = chosen_views(len(data), int(settings["max_views"]), seed)
        first = first_view(data, indices)
        if settings["condition"] != "rgb" and first.normals is None:
            why = f"condition is '{settings['condition']}'"
            remedy = "Use --set condition=rgb, or compute normals with `pentad normals`."
            raise Problem("The training data has no normals", why, remedy=remedy)
        if settings["deviation"] == "integrated" and first.normals is None:
            why = "heat counts from what they integrate to"
            raise Problem("The training data has no normals", why, remedy="Use --set deviation=reference.")
        source = Source.of(str(settings["depth"]), first)
        windows = find_windows(data, indices, side=1, seed=seed, ticket=ticket)
        looked_at = np.random.default_rng(seed).permutation(np.asarray(indices))[:_RANGED]
        seen = []
        for index in sorted(looked_at.tolist()):
            ticket.check()
            view = data[index]
            seen.append((view.view, source.depth(view, ticket)))
        return cls(data, indices, first, windows, source, Ranges.of(seen))

    @property
    def learnt(self) -> Indices:
        """Places of the views learnt from; the rest are held out."""
        return np.arange(len(self.indices) - held_out(len(self.indices)))

    @property
    def judges(self) -> range:
        """Places of the views held out; all of them where none are."""
        learnt = len(self.learnt)
        return range(learnt if learnt < len(self.indices) else 0, len(self.indices))

    def view(self, place: int) -> ViewPixels:
        view = self.data[self.indices[place]]
        self._names[place] = view.view
        return view

    def name(self, place: int) -> str:
        """The view's name; reads it where that was not done before."""
        return self._names.get(place) or self.view(place).view


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of one view's row: images (9, s, s), tokens (streams, L, G, G, D), prototypes (M, D)."""

    side: int
    tokens: tuple[int, ...]
    prototypes: tuple[int, ...]

    @property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        return (CHANNELS, self.side, self.side), self.tokens, self.prototypes

    def split(self, rows: Halves) -> list[Tensor]:
        """Each part of ``rows`` (B, N) as a tensor (B, ...), float32."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.parts])[:-1]
        parts = np.split(rows, ends, axis=1)
        shaped = zip(parts, self.parts, strict=True)
        return [torch.from_numpy(part.astype(np.float32).reshape(-1, *shape)) for part, shape in shaped]


class Lessons:
    """One half-precision row of numbers for each view, mapped from one file."""

    def __init__(self, rows: Halves, layout: Layout, streams: Sequence[str], key: str) -> None:
        self._rows, self._layout, self._streams, self.key = rows, layout, tuple(streams), key

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def token_width(self) -> int:
        return self._layout.tokens[-1]

    def depth(self, views: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Depth as the network counts it (B, 1, s, s), filled where there is none, and where there is (B, 1, s, s)."""
        side = self._layout.side
        images = self._rows[views, : CHANNELS * side**2].astype(np.float32).reshape(-1, CHANNELS, side, side)
        found = torch.from_numpy(images[:, 7:9]).to(device())
        return found[:, :1], found[:, 1:]

    def seen(self, views: Sequence[int], given: Tensor) -> Seen:
        """What the generator is told of ``views``, with ``given`` (B, 2) saying which streams are not withheld."""
        images, tokens, prototypes = (part.to(device()) for part in self._layout.split(self._rows[views]))
        by_stream = {stream: tokens[:, index] for index, stream in enumerate(self._streams)}
        return Seen({"rgb": images[:, :3], "normal": images[:, 3:7]}, by_stream, prototypes, given.to(device()))


def read_lessons(desk: Desk, senses: Senses, side: int, *, work: Path, ticket: Ticket) -> Lessons:
    """Every view of ``desk`` as a row in ``work``; rows that an interrupted reading left are not made again."""
    make_folder(work)
    first = senses.of(desk.first, desk.windows.of(desk.first.view), ticket)
    layout = Layout(side, first.tokens.shape, first.prototypes.shape)
    count = len(desk.indices)

    def row(place: int) -> Halves:
        ticket.report(place / count, f"Reading view {place + 1} of {count}")
        view = desk.view(place)
        sensed = senses.of(view, desk.windows.of(view.view), ticket)
        parts = (
            _images(desk, view, side, ticket, normals="normal" in senses.streams),
            sensed.tokens,
            sensed.prototypes,
        )
        return np.concatenate([part.astype(np.float16).ravel() for part in parts])

    crc = zlib.crc32(first.tokens.tobytes())
    made_with = {"layout": layout, "source": desk.source, "ranges": desk.ranges, "tokens": crc}
    key = fingerprint(desk.data, desk.indices, desk.first, windows=desk.windows.regions, **made_with)
    size = sum(int(np.prod(shape)) for shape in layout.parts)
    return Lessons(Kept(work / "lessons.f16", (size,)).fill(key, count, row), layout, senses.streams, key)


def _images(desk: Desk, view: ViewPixels, side: int, ticket: Ticket, *, normals: bool) -> Floats:
    """(9, s, s): what a view shows and its depth as the network counts it."""
    if normals and view.normals is None:
        remedy = "Compute normals with `pentad normals`, or use --set condition=rgb."
        raise Problem(f"The view '{view.view}' has no normals", "other training views have", remedy=remedy)
    window = desk.windows.of(view.view)
    cut = cut_out(view, window, side)
    depth = cut_values(desk.source.depth(view, ticket), window, side)
    valid = np.isfinite(depth)
    counted = filled(desk.ranges.inward(view.view, np.where(valid, depth, 0)), valid)
    return np.concatenate([cut.rgb, cut.normals, cut.seen, counted[None], valid[None].astype(np.float32)])


def whole_streams(count: int) -> Tensor:
    """Nothing is withheld from ``count`` views."""
    return torch.ones(count, len(STREAMS))
