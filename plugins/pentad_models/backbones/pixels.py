"""One view's pixels as the images a backbone reads: colour and, coloured the usual way, normals."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from pentad.core.arrays import Normals, Rgb
from pentad.core.problem import Problem
from pentad.sdk import ViewPixels
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window

_FACING = (0.5, 0.5, 1.0)
"""What a pixel without a normal is painted: the colour of a surface that faces the camera.

Why not black or the mean colour: it is the commonest colour of a normal map, so a hole in a flat face adds no edge.
"""


def colour_image(rgb: Rgb, size: tuple[int, int]) -> Tensor:
    """``rgb`` (h, w, 3) uint8 as (3, *size) in [0, 1]."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or min(rgb.shape[:2]) < 1:
        raise Problem(f"An image of shape {rgb.shape} cannot be judged", remedy="Give (height, width, 3) pixels.")
    return _resized(torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255, size)


def normal_image(normals: Normals, size: tuple[int, int]) -> Tensor:
    """``normals`` (h, w, 3) as (3, *size) codes (n + 1) / 2; averaged, made unit length again, then coloured."""
    vectors = _resized(torch.from_numpy(normals.copy()).permute(2, 0, 1).float().nan_to_num(), size)
    length = vectors.norm(dim=0, keepdim=True)
    facing = torch.tensor(_FACING).view(3, 1, 1)
    # Why a half: where fewer than about half of the pixels had a normal, the average of the others is a guess.
    return torch.where(length > 0.5, (vectors / length.clamp_min(1e-6) + 1) / 2, facing)


def encode(backbone: Backbone, view: ViewPixels, window: Window, streams: Sequence[str]) -> Tensor:
    """Patch tokens (streams, L, N, D) of one view's window, all streams in one batch through one frozen encoder."""
    size = (window.rows * backbone.patch, window.columns * backbone.patch)
    images = []
    for stream in streams:
        if stream == "rgb":
            images.append(colour_image(view.rgb[window.cut(*view.rgb.shape[:2])], size))
        elif view.normals is not None:
            images.append(normal_image(view.normals[window.cut(*view.normals.shape[:2])], size))
        else:
            remedy = "Give its normal map, or use a model trained with --set streams=rgb."
            raise Problem(f"The view '{view.view}' has no normals", "this model reads them", remedy=remedy)
    parameter = next(backbone.parameters())
    return cast(Tensor, backbone(torch.stack(images).to(parameter.device)))


def _resized(image: Tensor, size: tuple[int, int]) -> Tensor:
    if tuple(image.shape[1:]) == size:
        return image
    return functional.interpolate(image[None], size, mode="bilinear", antialias=True, align_corners=False)[0]
