"""What one CPRN reads and rebuilds, worked out from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from pentad.core.problem import Problem
from pentad.sdk import Value
from pentad_models.backbones.vit import Backbone
from pentad_models.cprn.network import Cprn


@dataclass(frozen=True, slots=True)
class Plan:
    """Which streams go in (``streams``), which are rebuilt (``targets``), and whether they are joined naively."""

    streams: tuple[str, ...]
    targets: tuple[str, ...]
    concat: bool

    @classmethod
    def of(cls, settings: Mapping[str, Value]) -> "Plan":
        """The plan of settings whose ``streams`` are decided (not ``auto``)."""
        chosen = str(settings["streams"])
        if chosen in ("rgb", "normal"):
            return cls((chosen,), (chosen,), concat=False)
        both = ("rgb", "normal")
        return cls(both, both if settings["reconstruct"] == "both" else ("rgb",), concat=chosen == "concat")


def network(settings: Mapping[str, Value], backbone: Backbone) -> Cprn:
    """A fresh network for decided settings; its weights depend on the seed alone. Problem where heads do not divide."""
    heads = int(settings["heads"])
    if backbone.width % heads:
        why = f"tokens of {backbone.width} numbers do not divide among them"
        raise Problem(f"'heads' cannot be {heads}", why, remedy=f"Choose a divisor of {backbone.width}.")
    plan = Plan.of(settings)
    with torch.random.fork_rng():
        torch.manual_seed(int(settings["seed"]))
        return Cprn(
            streams=plan.streams,
            targets=plan.targets,
            layers=len(backbone.blocks),
            width=backbone.width,
            heads=heads,
            prototypes=int(settings["prototypes"]),
            init_std=float(settings["init_std"]),
            concat=plan.concat,
        )
