"""A trained MMPDN, ready to judge samples: it aligns their part, draws it, and compares."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from pentad.core.arrays import Floats
from pentad.core.box import BoxShares
from pentad.core.heatmap import Heatmap
from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.core.problem import Problem
from pentad.sdk import InnerMap, Insight, Request, Ticket
from pentad.sdk.model_folder import ModelCard, read_model
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.ptad.mmpdn.batches import plain
from pentad_models.ptad.mmpdn.course import judged
from pentad_models.ptad.mmpdn.framing import Frame
from pentad_models.ptad.mmpdn.heat import heat_maps
from pentad_models.ptad.mmpdn.network import Mmpdn, Verdict
from pentad_models.ptad.mmpdn.pairing import Pairing, Part, mesh_of
from pentad_models.ptad.mmpdn.pairs import DEPTH, RGB, Pair
from pentad_models.ptad.mmpdn.training import wanted_side


class MmpdnPredictor:
    """The network and the card that says how it was trained. Of parts of one mesh, that is splatted once."""

    def __init__(self, card: ModelCard, network: Mmpdn) -> None:
        self._card, self._network = card, network.eval()
        self._pairing = Pairing.of(card.settings)
        self._last: Part | None = None

    @classmethod
    def load(cls, folder: Path) -> "MmpdnPredictor":
        """The model in ``folder``; Problem where it is missing, damaged or of another kind."""
        leave_a_core()
        card, weights = read_model(folder, "mmpdn")
        try:
            network = Mmpdn(channelwise=card.settings["distance"] == "channelwise")
            network.load_state_dict(load(weights))
        except (SafetensorError, RuntimeError, KeyError) as error:
            why = str(error).splitlines()[0]
            raise Problem(f"The weights in {folder} do not fit its settings", why, remedy="Train it again.") from error
        return cls(card, network.to(device()))

    def aligning(self, how: str) -> "MmpdnPredictor":
        """The same network, its parts aligned in another way: one of ``info.POSES`` (PTAD table 3)."""
        settings = {**self._card.settings, "pose": how}
        return MmpdnPredictor(replace(self._card, settings=settings), self._network)

    @property
    def made_by(self) -> Provenance:
        return self._card.provenance

    @property
    def longest_side(self) -> int:
        return wanted_side(self._card.settings)

    @torch.inference_mode()
    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        """A heatmap (longer side 256), a score and a box for each view, under one pose for all of them.

        Problem where the sample has no mesh, or a view no camera or no outline to align with.
        """
        made, verdict = self._judged(request, ticket)
        low, high = self._card.scale["low"], self._card.scale["high"]
        views: dict[str, ViewPrediction] = {}
        answers = zip(verdict.logits.sigmoid().tolist(), verdict.boxes.tolist(), heat_maps(verdict), strict=True)
        for view, (_, frame), (score, box, heat) in zip(request.views, made, answers, strict=True):
            shown = Heatmap(frame.outside(heat, low), low, high)
            views[view.view] = ViewPrediction(shown, score, frame.box_outside(_shares(*box)))
        ticket.report(1.0, request.sample)
        return Prediction(request.sample, views, self.made_by)

    @torch.inference_mode()
    def explain(self, request: Request, ticket: Ticket) -> Mapping[str, Insight]:
        """The pair each view was judged by, the maps D1 to D4 (eq. 9) and the mean of the fused features."""
        made, verdict = self._judged(request, ticket)
        found: dict[str, Insight] = {}
        answers = zip(verdict.logits.sigmoid().tolist(), verdict.boxes.tolist(), strict=True)
        for number, (view, (pair, _), (score, box)) in enumerate(zip(request.views, made, answers, strict=True)):
            maps = [InnerMap("Rendered depth", pair[..., DEPTH].astype(np.float32), "of 255")]
            maps += [InnerMap(f"D{k}", _plane(level[number, 0])) for k, level in enumerate(verdict.distances, 1)]
            maps.append(InnerMap("Fused", _plane(verdict.fused[number].mean(dim=0))))
            found[view.view] = Insight(np.ascontiguousarray(pair[..., RGB]), tuple(maps), score, _shares(*box))
        return found

    def _judged(self, request: Request, ticket: Ticket) -> tuple[list[tuple[Pair, Frame]], Verdict]:
        """The pairs of photo and rendered depth, each with the frame it was cut by, and what the network says."""
        ticket.report(0.0, f"{request.sample}: aligning")
        part = self._part(request, ticket)
        seen = [self._pairing.seen(view) for view in request.views]
        pose = self._pairing.found(part, seen, ticket)
        made = [self._pairing.paired(part, one, [pose]) for one in seen]
        ticket.report(0.9, f"{request.sample}: comparing")
        settings = self._card.settings
        query, reference = plain(np.stack([pair for pair, _ in made]), masked=settings["query"] == "masked")
        return made, judged(self._network, query, reference, str(settings["precision"]))

    def _part(self, request: Request, ticket: Ticket) -> Part:
        mesh = mesh_of(request.mesh, request.sample)
        if self._last is None or self._last.mesh is not mesh:
            self._last = Part.of(mesh, ticket)
        return self._last


def _shares(x: float, y: float, width: float, height: float) -> BoxShares:
    """The box of that centre and size."""
    return y - height / 2, x - width / 2, y + height / 2, x + width / 2


def _plane(values: torch.Tensor) -> Floats:
    return np.asarray(values.float().cpu().numpy(), np.float32)
