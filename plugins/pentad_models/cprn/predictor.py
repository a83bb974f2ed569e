"""A trained CPRN, ready to judge samples."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk.model_folder import ModelCard, read_model
from pentad_models.backbones.choices import backbone_of, check_backbone
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.backbones.judging import ViewJudge
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window
from pentad_models.cprn.network import Cprn
from pentad_models.cprn.ordinary import Ordinary
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

    def heat(self, tokens: Tensor, view: str, window: Window) -> Floats:
        by_stream = {stream: tokens[index : index + 1] for index, stream in enumerate(self._network.streams)}
        last = {stream: layers[:, -1] for stream, layers in by_stream.items()}
        patches = stream_maps(self._network, last, by_stream, self.card.settings)
        return fused_map(smoothed_maps(patches, window, self.reach), view, self._ordinary, self.card.scale)
