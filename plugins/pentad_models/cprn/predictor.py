"""A trained CPRN, ready to judge samples."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Request, Ticket, ViewFeatures
from pentad.sdk.model_folder import ModelCard, read_model
from pentad_models.backbones.choices import backbone_of, check_backbone
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.backbones.judging import ViewJudge
from pentad_models.backbones.ordinary import Ordinary
from pentad_models.backbones.pixels import encode
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window
from pentad_models.cprn.network import Cprn
from pentad_models.cprn.plan import network
from pentad_models.cprn.scale import fused_map, smoothed_maps, stream_maps


class CprnPredictor(ViewJudge):
    """A frozen encoder, a trained network, and what is ordinary on good parts where the model counts from there."""

    def __init__(self, card: ModelCard, backbone: Backbone, network: Cprn, ordinary: Ordinary | None) -> None:
        super().__init__(card, backbone, network.streams)
        self._network, self._ordinary = network.eval(), ordinary

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

    @torch.inference_mode()
    def features(self, request: Request, ticket: Ticket) -> Mapping[str, ViewFeatures]:
        """Each view's tokens by stream and its prototypes (eq. 3), for models that build on them."""
        found: dict[str, ViewFeatures] = {}
        for count, view in enumerate(request.views):
            ticket.report(count / len(request.views), f"{request.sample}: {view.view}")
            window = self._windows.of(view.view)
            tokens = encode(self._backbone, view, window, self._network.streams)
            last = {stream: own[-1:] for stream, own in zip(self._network.streams, tokens, strict=True)}
            prototypes, _ = self._network.prototypes(last)
            grids = tokens.unflatten(2, (window.rows, window.columns)).cpu().numpy()
            by_stream = dict(zip(self._network.streams, grids, strict=True))
            region = window.top, window.left, window.bottom, window.right
            found[view.view] = ViewFeatures(by_stream, prototypes[0].cpu().numpy(), region)
        return found

    def heat(self, tokens: Tensor, view: str, window: Window) -> Floats:
        by_stream = {stream: tokens[index : index + 1] for index, stream in enumerate(self._network.streams)}
        last = {stream: layers[:, -1] for stream, layers in by_stream.items()}
        patches = stream_maps(self._network, last, by_stream, self.card.settings)
        return fused_map(smoothed_maps(patches, window, self.reach), view, self._ordinary, self.card.scale)
