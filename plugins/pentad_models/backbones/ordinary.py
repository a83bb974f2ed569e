"""What good parts' error maps look like at each place of each view, so that heat is counted from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pentad.core.arrays import Floats

_PREFIX = "ordinary/"
_FEWEST = 6
"""Views of one camera below which places cannot be told apart and one mean and one spread serve them all."""
_FLOOR = 0.3
"""Share of a map's median spread that is added to every place's own: few views make some places look calm by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Ordinary:
    """By stream and view name, the mean and spread (2, h, w) of good parts' smoothed error maps in that window.

    Not in the paper: parts lie alike in a fixture, and edges, pins and shadows are always harder to rebuild than faces.
    Counted in spreads from its own place's mean, a shallow dent in a face stands out beside an ordinary edge, and a
    place that is calmer than it ever was stands out as well.
    """

    maps: Mapping[tuple[str, str], Floats]

    @classmethod
    def of(cls, good: Mapping[tuple[str, str], Sequence[Floats]]) -> "Ordinary":
        """From the error maps (h, w) of good views, by stream and view name."""
        return cls({key: _summary(np.stack(maps)) for key, maps in good.items()})

    def surprise(self, stream: str, view: str, values: Floats) -> Floats:
        """``values`` (h, w) of a view in spreads above or below what is ordinary there; unchanged in an unseen view."""
        known = self.maps.get((stream, view))
        if known is None or known.shape[1:] != values.shape:
            return values
        mean, spread = known
        return np.asarray((values - mean) / (spread + _FLOOR * float(np.median(spread)) + 1e-6), np.float32)

    def tensors(self) -> dict[str, Tensor]:
        """As a weights file keeps them."""
        return {f"{_PREFIX}{stream}/{view}": torch.from_numpy(maps) for (stream, view), maps in self.maps.items()}

    @classmethod
    def taken_from(cls, weights: dict[str, Tensor]) -> "Ordinary":
        """What ``tensors`` gave, taken out of ``weights``."""
        keys = [key for key in weights if key.startswith(_PREFIX)]
        found = {key.removeprefix(_PREFIX): weights.pop(key).numpy() for key in keys}
        return cls({(key.partition("/")[0], key.partition("/")[2]): maps for key, maps in found.items()})


def _summary(maps: Floats) -> Floats:
    if len(maps) >= _FEWEST:
        return np.stack([maps.mean(axis=0), maps.std(axis=0)]).astype(np.float32)
    flat = np.empty((2, *maps.shape[1:]), np.float32)
    flat[0], flat[1] = maps.mean(), maps.std()
    return flat
