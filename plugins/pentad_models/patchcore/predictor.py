"""A filled PatchCore memory, ready to judge samples."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.core.problem import Problem
from pentad.sdk import Request, Ticket, ViewPixels
from pentad.sdk.model_folder import ModelCard, read_model
from pentad_models.backbones.choices import backbone_of, check_backbone, wanted_side
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.backbones.maps import heat_values, reach_of, view_prediction
from pentad_models.backbones.pixels import encode
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Windows
from pentad_models.patchcore.memory import descriptors, nearest_distance
from pentad_models.patchcore.training import streams_of


class PatchCorePredictor:
    """A frozen encoder, the memory bank, and the card that says how they were made."""

    def __init__(self, card: ModelCard, backbone: Backbone, bank: Tensor, projection: Tensor) -> None:
        self._card, self._backbone, self._bank, self._projection = card, backbone, bank, projection
        self._windows = Windows.from_regions(card.regions)

    @classmethod
    def load(cls, folder: Path) -> "PatchCorePredictor":
        """The model in ``folder``; Problem where it or its backbone is missing, damaged or another."""
        leave_a_core()
        card, weights = read_model(folder, "patchcore")
        backbone = backbone_of(card.settings)
        check_backbone(folder, card, backbone)
        size = len(streams_of(card.settings)) * len(backbone.blocks) * backbone.width
        try:
            tensors = load(weights)
            bank, projection = tensors["bank"], tensors["projection"]
            if projection.shape[0] != size or bank.shape[1:] != projection.shape[1:] or len(bank) == 0:
                raise ValueError(f"bank {tuple(bank.shape)}, projection {tuple(projection.shape)}, tokens {size}")
        except (SafetensorError, ValueError, KeyError) as error:
            why = str(error).splitlines()[0]
            raise Problem(f"The weights in {folder} do not fit its settings", why, remedy="Train it again.") from error
        return cls(card, backbone.to(device()), bank.to(device()), projection.to(device()))

    @property
    def made_by(self) -> Provenance:
        return self._card.provenance

    @property
    def longest_side(self) -> int:
        return wanted_side(self._card.settings)

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        """A heatmap (256, 256) and a score for each view; Problem where a view lacks the normals this model reads."""
        views: dict[str, ViewPrediction] = {}
        for count, view in enumerate(request.views):
            ticket.report(count / len(request.views), f"{request.sample}: {view.view}")
            views[view.view] = self._judge(view)
        ticket.report(1.0, request.sample)
        return Prediction(request.sample, views, self.made_by)

    @torch.inference_mode()
    def _judge(self, view: ViewPixels) -> ViewPrediction:
        settings = self._card.settings
        window = self._windows.of(view.view)
        tokens = encode(self._backbone, view, window, streams_of(settings))
        distance = nearest_distance(descriptors(tokens, window, self._projection), self._bank)
        values = heat_values(distance, window, reach_of(settings, self._backbone))
        return view_prediction(values, window, self._card.scale, str(settings["score"]))
