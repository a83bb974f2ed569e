"""What every model on these backbones decides alike: the blocks read, the streams looked at, the views learnt from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pentad.core.problem import Problem
from pentad.sdk import Ticket, TrainingSet, Value, ViewPixels
from pentad.sdk.model_folder import ModelCard
from pentad_models.backbones.vit import Backbone, load_backbone
from pentad_models.backbones.windows import Windows, find_windows, whole_views


def backbone_of(settings: Mapping[str, Value]) -> Backbone:
    """The frozen encoder that ``backbone``, ``blocks`` and ``download`` name.

    Problem where it is missing, or where ``input`` is no whole number of its patches.
    """
    blocks = blocks_of(str(settings["blocks"]))
    backbone = load_backbone(str(settings["backbone"]), blocks=blocks, allow_download=bool(settings["download"]))
    if int(settings["input"]) % backbone.patch:
        why = "it is no whole number of patches"
        raise Problem(f"'input' cannot be {settings['input']}", why, remedy=f"Choose a multiple of {backbone.patch}.")
    return backbone


def check_backbone(folder: Path, card: ModelCard, backbone: Backbone) -> None:
    """Problem where the model in ``folder`` learnt on other weights than ``backbone`` has."""
    if backbone.sha256 != card.backbone_sha256:
        why = f"it learnt on {card.backbone} with other weights"
        raise Problem(f"The model in {folder} does not fit the backbone here", why, remedy="Train it again.")


def blocks_of(text: str) -> Sequence[int] | None:
    """Block numbers from ``auto`` (None), ``3-8`` or ``3,5,8``; Problem for anything else."""
    if text == "auto":
        return None
    try:
        first, dash, last = text.partition("-")
        chosen = list(range(int(first), int(last) + 1)) if dash else [int(part) for part in text.split(",")]
    except ValueError:
        chosen = []
    if not chosen:
        raise Problem(f"'blocks' cannot be '{text}'", remedy="Write auto, a range (3-8) or a list (3,5,8).")
    return chosen


def decided(settings: Mapping[str, Value], *, has_normals: bool) -> dict[str, Value]:
    """The settings with ``streams`` decided by what the data has; Problem where missing normals were asked for."""
    chosen = settings["streams"]
    if chosen == "auto":
        chosen = "both" if has_normals else "rgb"
    elif chosen != "rgb" and not has_normals:
        raise Problem(
            f"The training data has no normals, and streams is '{chosen}'",
            remedy="Use --set streams=rgb (or auto), or compute normals with `pentad normals`.",
        )
    return {**settings, "streams": chosen}


def first_view(data: TrainingSet, indices: Sequence[int]) -> ViewPixels:
    """The first view to learn from; Problem where there is none."""
    if not indices:
        raise Problem("There are no good views to learn from", remedy="Choose a category with good training parts.")
    return data[indices[0]]


def chosen_views(views: int, most: int, seed: int) -> list[int]:
    """At most ``most`` of ``views`` (0: all), ascending.

    Why at random: an even stride would keep meeting the same camera of every part.
    """
    if most == 0 or views <= most:
        return list(range(views))
    return sorted(np.random.default_rng(seed).permutation(views)[:most].tolist())


def held_out(views: int) -> int:
    """How many of the last views are kept from learning, to measure the scale on: a tenth, none of a handful."""
    return views // 10 if views >= 20 else 0


def wanted_side(settings: Mapping[str, Value]) -> int:
    """Pixels to read of a view's longer side.

    Why four times the input for a window: the part may fill a quarter of the frame and must not be enlarged from less.
    Why twice for whole frames: a square squeezed out of a wide view must not be enlarged along its short side.
    """
    return int(settings["input"]) * (4 if settings["crop"] == "part" else 2)


def windows_for(
    settings: Mapping[str, Value], data: TrainingSet, indices: Sequence[int], *, backbone: Backbone, ticket: Ticket
) -> Windows:
    """The windows that the setting ``crop`` asks for."""
    side = int(settings["input"]) // backbone.patch
    if settings["crop"] == "frame":
        return whole_views(side)
    return find_windows(data, indices, side=side, seed=int(settings["seed"]), ticket=ticket)
