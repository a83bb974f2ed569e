"""Splats drawn by gsplat (Ye et al. 2024) on an NVIDIA GPU: an optional extra of Pentad."""

import importlib
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.sdk import Rendering
from pentad_models.ptad.rasteriser import Silhouette
from pentad_models.ptad.rasterising.scene import Scene
from pentad_models.ptad.rasterising.torch_backend import TorchRasteriser

_REMEDY = 'Draw with "numba", which needs no GPU'


class GsplatRasteriser:
    """gsplat's sorted tiles. It lets alphas come up to 0.999, not 0.99, which opacities above 0.99 would show.

    gsplat goes backwards only, so per-pixel derivatives come from ``TorchRasteriser`` on the same GPU.
    """

    def __init__(self, scene: Scene) -> None:
        """Problem where there is no GPU, no gsplat, or where gsplat's CUDA code cannot be built."""
        self._rasterization = _rasterization()
        self._scene = scene
        self._torch = TorchRasteriser(scene, device="cuda")
        fx, fy, cx, cy = scene.focal
        # Why the halves: gsplat's pixels have their centres between integers.
        k = [[fx, 0.0, cx + 0.5], [0.0, fy, cy + 0.5], [0.0, 0.0, 1.0]]
        self._matrices = torch.tensor([k], dtype=torch.float32, device="cuda")
        try:
            self.silhouette(np.eye(4))
        except (ImportError, AttributeError, RuntimeError, OSError) as error:
            raise Problem("gsplat cannot draw on this machine", str(error), remedy=_REMEDY) from error

    def mask(self, pose: Tensor) -> Tensor:
        """(h, w), differentiable in the (4, 4) float32 pose on the GPU."""
        return self._drawn(pose, "D")[1]

    def silhouette(self, pose: Doubles, *, jacobian: bool = False) -> Silhouette:
        """Mask (h, w) and, asked for, its derivative (h, w, 6). Problem for a pose that is not finite."""
        small = self._scene.check_pose(pose, jacobian=jacobian)
        with torch.no_grad():
            mask = self.mask(torch.as_tensor(small, device="cuda")).cpu().numpy()
        return Silhouette(mask, self._torch.silhouette(pose, jacobian=True).jacobian if jacobian else None)

    def depth(self, pose: Doubles, *, normalised: bool = False) -> Rendering:
        """Mask and depth (h, w), blended front to back. Problem for a pose that is not finite."""
        small = self._scene.check_pose(pose)
        with torch.no_grad():
            drawn, mask = self._drawn(torch.as_tensor(small, device="cuda"), "ED" if normalised else "D")
            depth = torch.where(mask > 0, drawn, torch.nan) if normalised else drawn
        return Rendering(mask.cpu().numpy(), depth.cpu().numpy(), normalised)

    def _drawn(self, pose: Tensor, mode: str) -> tuple[Tensor, Tensor]:
        height, width = self._scene.camera.size
        splats = self._torch.splats
        if not len(splats.means):
            return pose.new_zeros(height, width), pose.new_zeros(height, width)
        first, second = splats.first, splats.second
        opacities = splats.opacity.expand(len(splats.means)).contiguous()
        drawn, mask, _ = self._rasterization(
            splats.means, None, None, opacities, opacities[:, None], pose[None], self._matrices, width, height,
            near_plane=self._scene.near, eps2d=self._scene.spread, packed=False, render_mode=mode,
            covars=first[:, :, None] * first[:, None] + second[:, :, None] * second[:, None],
        )  # fmt: skip
        return drawn[0, :, :, 0], mask[0, :, :, 0]


def _rasterization() -> Any:
    if not torch.cuda.is_available():
        raise Problem("gsplat needs an NVIDIA GPU", "torch finds none", remedy=_REMEDY)
    try:
        return importlib.import_module("gsplat").rasterization
    except (ImportError, OSError) as error:
        remedy = f"Install it with pip install pentad[gsplat]. {_REMEDY}"
        raise Problem("gsplat cannot be loaded", str(error), remedy=remedy) from error
