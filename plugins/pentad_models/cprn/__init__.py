"""CPRN, the Cross-modal Prototype Reconstruction Network of Real-IAD-MVN. Light: torch comes with load or trainer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pentad.sdk import ModelInfo, Predictor, Trainer, Value
from pentad.sdk.settings import checked_settings
from pentad_models.cprn.info import INFO, PRESETS


@dataclass(frozen=True, slots=True)
class CprnModel:
    """The entry point's object: what CPRN is, a trainer for it, a trained one from its folder."""

    info: ModelInfo = INFO

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        checked = checked_settings(self.info, settings, presets=PRESETS)
        from pentad_models.cprn.training import CprnTrainer

        return CprnTrainer(checked)

    def load(self, folder: Path) -> Predictor:
        from pentad_models.cprn.predictor import CprnPredictor

        return CprnPredictor.load(folder)


MODEL = CprnModel()
