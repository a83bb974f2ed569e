"""Depth made of one view: its frozen features, samples of its code, their mean and spread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import torch
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Ticket, Value, ViewPixels
from pentad.sdk.depth import DepthEstimate, DepthUnit, DepthWish
from pentad_models.backbones.device import device
from pentad_models.backbones.windows import Windows
from pentad_models.depthgen.autoencoder import SHRINK, DepthAutoencoder
from pentad_models.depthgen.conditioner import Seen
from pentad_models.depthgen.diffusion import first_noise, sample
from pentad_models.depthgen.frames import Cut, cut_out, cut_values
from pentad_models.depthgen.precision import multiplying
from pentad_models.depthgen.senses import Senses
from pentad_models.depthgen.truth import Ranges, integrated, placed
from pentad_models.depthgen.unet import Denoiser


@dataclass(frozen=True, slots=True, eq=False)
class Maker:
    """A trained generator: frozen features, denoising network, decoder, and what makes its depth metric."""

    settings: Mapping[str, Value]
    senses: Senses
    denoiser: Denoiser
    coder: DepthAutoencoder
    windows: Windows
    ranges: Ranges

    @property
    def unit(self) -> DepthUnit:
        return "mm" if self.settings["unit"] == "mm" else "relative"

    @torch.inference_mode()
    def make(self, view: ViewPixels, wish: DepthWish, ticket: Ticket) -> DepthEstimate:
        """The view's depth through its window; Problem where it lacks normals that cannot be done without."""
        self._check(view)
        window, side = self.windows.of(view.view), int(self.settings["side"])
        cut = cut_out(view, window, side)
        seen = self._seen(view, cut, ticket)
        shape = (int(self.settings["latent"]), side // SHRINK, side // SHRINK)
        noise, random = first_noise(shape, seed=wish.seed, view=view.view, samples=max(1, wish.samples))
        with multiplying(self.settings):
            told = self.denoiser.conditioner(seen).repeated(len(noise))

            def predict(codes: Tensor, times: Tensor) -> Tensor:
                return cast(Tensor, self.denoiser(codes, times.to(codes.device), told))

            steps = wish.steps or int(self.settings["sampling_steps"])
            codes = sample(predict, noise.to(device()), random, settings=self.settings, steps=steps, ticket=ticket)
            made = self.coder.depth(self.coder.outward(codes)).float()[:, 0].cpu().numpy()
        depth = self.ranges.outward(view.view, made.mean(0))
        spread = np.asarray(made.std(0) * self.ranges.half(view.view), np.float32)
        depth[~cut.where], spread[~cut.where] = np.nan, np.nan
        rows, columns = window.cut(*view.rgb.shape[:2])
        height, width = view.rgb.shape[:2]
        region = rows.start / height, columns.start / width, rows.stop / height, columns.stop / width
        return DepthEstimate(depth, spread, region, self.unit, self._integrated(view, depth, ticket))

    def _check(self, view: ViewPixels) -> None:
        needed = self.settings["condition"] == "normals" or float(self.settings["dropout"]) == 0
        if view.normals is None and self.settings["condition"] != "rgb" and needed:
            remedy = "Give its normal map, or use a model trained with --set condition=rgb."
            raise Problem(f"The view '{view.view}' has no normals", "this model reads them", remedy=remedy)

    def _seen(self, view: ViewPixels, cut: Cut, ticket: Ticket) -> Seen:
        sensed = self.senses.of(view, self.windows.of(view.view), ticket)
        tokens = torch.from_numpy(sensed.tokens).to(device())
        images = {"rgb": cut.rgb, "normal": np.concatenate([cut.normals, cut.seen])}
        # Why through half precision: what was learnt from was kept so.
        return Seen(
            {stream: torch.from_numpy(image)[None].half().float().to(device()) for stream, image in images.items()},
            {stream: tokens[None, index].half().float() for index, stream in enumerate(self.senses.streams)},
            torch.from_numpy(sensed.prototypes)[None].half().float().to(device()),
            torch.tensor([[float(cut.has_normals), 1.0]], device=device()),
        )

    def _integrated(self, view: ViewPixels, depth: Floats, ticket: Ticket) -> Floats | None:
        if view.normals is None or not np.nan_to_num(view.normals).any():
            return None
        shape = cut_values(integrated(view, ticket, unit=self.unit), self.windows.of(view.view), depth.shape[0])
        _, labels = cv2.connectedComponents(np.isfinite(shape).view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
        return placed(shape, depth, np.asarray(labels, np.int32), scaled=self.unit == "mm" and view.camera is None)
