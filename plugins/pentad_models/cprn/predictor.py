"""A trained CPRN, ready to judge samples."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load

from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.core.problem import Problem
from pentad.sdk import Request, Ticket, ViewPixels
from pentad.sdk.model_folder import ModelCard, read_model
from pentad_models.backbones.choices import backbone_of, check_backbone, wanted_side
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.backbones.maps import reach_of, view_prediction
from pentad_models.backbones.pixels import encode
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Windows
from pentad_models.cprn.network import Cprn
from pentad_models.cprn.ordinary import Ordinary
from pentad_models.cprn.plan import network
from pentad_models.cprn.scale import fused_map, smoothed_maps, stream_maps


class CprnPredictor:
    """A frozen encoder, a trained network, and the card that says how they were made."""

    def __init__(self, card: ModelCard, backbone: Backbone, network: Cprn, ordinary: Ordinary | None) -> None:
        self._card, self._backbone, self._network = card, backbone, network.eval()
        self._ordinary = ordinary
        self._windows = Windows.from_regions(card.regions)

    @classmethod
    def load(cls, folder: Path) -> "CprnPredictor":
        """The model in ``folder``; Problem where it, or the backbone it learnt on, is missing, damaged or another."""
        leave_a_core()
        card, weights = read_model(folder, "cprn")
        backbone = backbone_of(card.settings)
        check_backbone(folder, card, backbone)
        made = network(card.settings, backbone)
        try:
            tensors = load(weights)
            ordinary = Ordinary.taken_from(tensors)
            made.load_state_dict(tensors)
        except (SafetensorError, RuntimeError, KeyError) as error:
            why = str(error).splitlines()[0]
            raise Problem(f"The weights in {folder} do not fit its settings", why, remedy="Train it again.") from error
        return cls(card, backbone.to(device()), made.to(device()), ordinary if ordinary.maps else None)

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
        tokens = encode(self._backbone, view, window, self._network.streams)
        by_stream = {stream: tokens[index : index + 1] for index, stream in enumerate(self._network.streams)}
        last = {stream: layers[:, -1] for stream, layers in by_stream.items()}
        patches = stream_maps(self._network, last, by_stream, settings)
        maps = smoothed_maps(patches, window, reach_of(settings, self._backbone))
        values = fused_map(maps, view.view, self._ordinary, self._card.scale)
        return view_prediction(values, window, self._card.scale, str(settings["score"]))
