"""MMPDN, the network that judges a photo against the depth of the aligned part (PTAD section 3.3).

Light: torch and numba come with load or trainer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pentad.sdk import ModelInfo, Predictor, Trainer, Value
from pentad.sdk.settings import checked_settings
from pentad_models.ptad.mmpdn.info import INFO, PRESETS


@dataclass(frozen=True, slots=True)
class MmpdnModel:
    """The entry point's object: what MMPDN is, a trainer for it, a trained one from its folder."""

    info: ModelInfo = INFO

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        checked = checked_settings(self.info, settings, presets=PRESETS)
        from pentad_models.ptad.mmpdn.training import MmpdnTrainer

        return MmpdnTrainer.of(checked)

    def load(self, folder: Path) -> Predictor:
        from pentad_models.ptad.mmpdn.predictor import MmpdnPredictor

        return MmpdnPredictor.load(folder)


MODEL = MmpdnModel()
