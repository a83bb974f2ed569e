"""PatchCore on a frozen ViT: nearest neighbours in a coreset of good patches (Roth et al., CVPR 2022).

Light: torch comes with load or trainer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pentad.sdk import ModelInfo, Predictor, Trainer, Value
from pentad.sdk.settings import checked_settings
from pentad_models.patchcore.info import INFO


@dataclass(frozen=True, slots=True)
class PatchCoreModel:
    """The entry point's object: what PatchCore is, a trainer for it, a trained one from its folder."""

    info: ModelInfo = INFO

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        checked = checked_settings(self.info, settings)
        from pentad_models.patchcore.training import PatchCoreTrainer

        return PatchCoreTrainer(checked)

    def load(self, folder: Path) -> Predictor:
        from pentad_models.patchcore.predictor import PatchCorePredictor

        return PatchCorePredictor.load(folder)


MODEL = PatchCoreModel()
