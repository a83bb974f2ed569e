"""The awareness-guided depth generator of Real-IAD-MVN, appendix A. Light: torch comes with load or trainer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pentad.sdk import ModelInfo, Predictor, Trainer, Value
from pentad.sdk.settings import checked_settings
from pentad_models.depthgen.info import INFO, PRESETS


@dataclass(frozen=True, slots=True)
class DepthgenModel:
    """The entry point's object: what the generator is, a trainer for it, a trained one from its folder."""

    info: ModelInfo = INFO

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        checked = checked_settings(self.info, settings, presets=PRESETS)
        from pentad_models.depthgen.training import DepthgenTrainer

        return DepthgenTrainer.of(checked)

    def load(self, folder: Path) -> Predictor:
        from pentad_models.depthgen.predictor import DepthgenPredictor

        return DepthgenPredictor.load(folder)


MODEL = DepthgenModel()
