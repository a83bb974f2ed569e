"""CPRN's patch maps, how the rebuilt streams' maps become one, and what good parts say of their scale."""

from collections.abc import Mapping

import torch
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.sdk import Value
from pentad_models.backbones.device import device
from pentad_models.backbones.maps import heat_values, scale_of
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


def fused_map(maps: Mapping[str, Tensor], scale: Mapping[str, float]) -> Tensor:
    """One patch map of the rebuilt streams' maps: each over its own ordinary error on good parts, averaged.

    A single stream's map stays what the paper prints, a plain cosine distance.
    """
    if len(maps) == 1:
        return next(iter(maps.values()))
    return torch.stack([patches / scale[f"ordinary_{stream}"] for stream, patches in maps.items()]).mean(0)


def measured_scale(
    network: Cprn, features: Features, views: Mapping[int, Window], settings: Mapping[str, Value], *, reach: float
) -> dict[str, float]:
    """The scale of heatmaps and scores from good ``views`` and their windows, and each stream's ordinary error."""
    network.eval()
    where = device()
    all_maps: list[dict[str, Tensor]] = []
    for view in views:
        last = {stream: tokens.to(where) for stream, tokens in features.last_layer([view]).items()}
        skips = {target: features.skips(target, [view]).to(where) for target in network.targets}
        all_maps.append(stream_maps(network, last, skips, settings))
    ordinary = {
        f"ordinary_{target}": max(float(torch.stack([maps[target] for maps in all_maps]).mean()), 1e-6)
        for target in network.targets
    }
    heat: list[Floats] = [
        heat_values(fused_map(maps, ordinary), window, reach)
        for maps, window in zip(all_maps, views.values(), strict=True)
    ]
    return {**scale_of(heat, str(settings["score"])), **ordinary}
