"""CPRN's patch maps, how the rebuilt streams' maps become one, and what good parts say of their scale."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.sdk import Value
from pentad_models.backbones.device import device
from pentad_models.backbones.maps import heat_values, scale_of
from pentad_models.backbones.ordinary import Ordinary
from pentad_models.backbones.windows import Window
from pentad_models.cprn.features import Features
from pentad_models.cprn.losses import distance_map
from pentad_models.cprn.network import Cprn


@torch.inference_mode()
def stream_maps(
    network: Cprn, last: Mapping[str, Tensor], skips: Mapping[str, Tensor], settings: Mapping[str, Value]
) -> dict[str, Tensor]:
    """One patch map (N,) for each rebuilt stream of one view.

    ``last``: final-layer tokens (1, N, D) of each stream read; ``skips``: (1, L, N, D) of each stream rebuilt.
    """
    prototypes, _ = network.prototypes(last)
    maps = {}
    for target in network.targets:
        rebuilt = network.rebuild(target, skips[target], prototypes)
        maps[target] = distance_map(skips[target], rebuilt, str(settings["map"]))[0]
    return maps


def fused_map(maps: Mapping[str, Floats], view: str, ordinary: Ordinary | None, scale: Mapping[str, float]) -> Floats:
    """One map of the rebuilt streams' smoothed error maps (h, w): the root mean square of their surprise.

    Both ways: where a pin is missing, the bare floor is rebuilt more easily than the pin ever was.
    Without ``ordinary`` each is taken over its mean error on good parts; a single stream's map then stays what the
    paper prints, a plain cosine distance.
    """
    if ordinary is not None:
        surprises = [ordinary.surprise(stream, view, values) for stream, values in maps.items()]
        return np.asarray(np.sqrt(np.mean(np.square(surprises), axis=0)), np.float32)
    if len(maps) == 1:
        return next(iter(maps.values()))
    ratios = [values / scale[f"ordinary_{stream}"] for stream, values in maps.items()]
    return np.asarray(np.mean(ratios, axis=0), np.float32)


def smoothed_maps(patches: Mapping[str, Tensor], window: Window, reach: float) -> dict[str, Floats]:
    return {stream: heat_values(flat, window, reach) for stream, flat in patches.items()}


class GoodMaps:
    """The error maps of good training views, from which a model's sense of the ordinary is drawn."""

    def __init__(self, network: Cprn, features: Features, settings: Mapping[str, Value], reach: float) -> None:
        self._network, self._features, self._settings, self._reach = network.eval(), features, settings, reach

    def of(self, view: int, window: Window) -> dict[str, Floats]:
        """The smoothed error map (h, w) of each rebuilt stream of one training view."""
        where = device()
        last = {stream: tokens.to(where) for stream, tokens in self._features.last_layer([view]).items()}
        skips = {target: self._features.skips(target, [view]).to(where) for target in self._network.targets}
        maps = stream_maps(self._network, last, skips, self._settings)
        return smoothed_maps(maps, window, self._reach)


def measured_scale(
    held: Sequence[tuple[str, Mapping[str, Floats]]], ordinary: Ordinary | None, score: str
) -> dict[str, float]:
    """The scale of heatmaps and scores from good views' names and maps, and each rebuilt stream's mean error."""
    streams = held[0][1].keys()
    means = {
        f"ordinary_{stream}": max(float(np.mean([maps[stream].mean() for _, maps in held])), 1e-6) for stream in streams
    }
    heat = [fused_map(maps, view, ordinary, means) for view, maps in held]
    return {**scale_of(heat, score), **means}
