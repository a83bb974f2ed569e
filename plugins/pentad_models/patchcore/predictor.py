"""A filled PatchCore memory, ready to judge samples."""

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
from pentad_models.backbones.maps import heat_values
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window
from pentad_models.patchcore.memory import descriptors, nearest_distance
from pentad_models.patchcore.training import streams_of


class PatchCorePredictor(ViewJudge):
    """A frozen encoder, the memory bank, and the card that says how they were made."""

    def __init__(self, card: ModelCard, backbone: Backbone, bank: Tensor, projection: Tensor) -> None:
        super().__init__(card, backbone, streams_of(card.settings))
        self._bank, self._projection = bank, projection

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

    def heat(self, tokens: Tensor, view: str, window: Window) -> Floats:
        distance = nearest_distance(descriptors(tokens, window, self._projection), self._bank)
        return heat_values(distance, window, self.reach)
