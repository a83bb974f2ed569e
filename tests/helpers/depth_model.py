"""A model that makes depth of which a test can compute every value: what is bright is near."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from pentad.core.arrays import Floats
from pentad.core.prediction import Prediction
from pentad.core.sample import Modality
from pentad.sdk import (
    DepthEstimate,
    DepthMade,
    DepthWish,
    ModelInfo,
    Predictor,
    Request,
    Setting,
    Ticket,
    Trainer,
    TrainingNews,
    TrainingReport,
    TrainingSet,
    ViewPixels,
    tell,
)
from pentad.sdk.explaining import InnerMap
from pentad.sdk.model import Value
from pentad.sdk.model_folder import ModelCard, read_model, save_model
from pentad.sdk.settings import checked_settings
from pentad.session.installed import Listed
from pentad.session.models import Models
from tests.helpers.bright_model import BrightModel, bright_predictor

FAR_MM, RELIEF_MM = 500.0, 40.0
STEPS = 4
GRAIN_MM = 0.5
MADE = "2026-11-22T10:00:00"


def depth_of_grey(pixels: ViewPixels) -> Floats:
    """(h, w) millimetres: black is FAR_MM away, white RELIEF_MM nearer."""
    return np.asarray(FAR_MM - RELIEF_MM * pixels.rgb.mean(axis=2) / 255, np.float32)


def drawn(pixels: ViewPixels, seed: int) -> Floats:
    """One sample: the same with the seed's own grain."""
    grain = np.random.default_rng(seed).normal(0, GRAIN_MM, pixels.rgb.shape[:2])
    return np.asarray(depth_of_grey(pixels) + grain, np.float32)


class _Predictor:
    longest_side = 128

    def __init__(self, card: ModelCard) -> None:
        self.made_by = card.provenance

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        return bright_predictor(self.made_by.trained_on).predict(request, ticket)

    def make_depth(self, request: Request, wish: DepthWish, ticket: Ticket) -> DepthMade:
        views = {}
        for number, pixels in enumerate(request.views):
            ticket.report(number / len(request.views), pixels.view)
            samples = np.stack([drawn(pixels, wish.seed + k) for k in range(wish.samples)])
            views[pixels.view] = DepthEstimate(
                samples.mean(axis=0), samples.std(axis=0), (0.0, 0.0, 1.0, 1.0), "mm", depth_of_grey(pixels) + 1
            )
        return DepthMade(request.sample, views, self.made_by, wish.seed, wish.samples, wish.steps or STEPS)


class _Trainer:
    longest_side = 128

    def __init__(self, settings: Mapping[str, Value]) -> None:
        self._settings = settings

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        """Each step tells a loss that halves, and of the last the depth it would make."""
        losses = tuple(0.5**step for step in range(STEPS))
        for step, loss in enumerate(losses):
            ticket.report(step / STEPS, f"step {step + 1} of {STEPS}")
            maps = (InnerMap("Depth", depth_of_grey(data[0]), "mm"),) if step == STEPS - 1 else ()
            tell(ticket, TrainingNews("grey", step + 1, STEPS, {"loss": loss, "depth": 2 * loss}, maps))
        scale = {"low": 0.3, "high": 0.9, "threshold": 0.6}
        card = ModelCard(
            "grey", "no-backbone", "", "default", self._settings, data.category, "2026-11-22T10:00:00", scale
        )
        save_model(folder, card, save({"steps": np.array([STEPS])}))
        return TrainingReport("grey", "no-backbone", 1, losses, 0.1, 0)


class GreyDepthModel:
    """The plug-in object."""

    info = ModelInfo(
        "grey",
        "Depth of grey",
        "What is bright is near",
        frozenset({Modality.RGB}),
        (Setting("steps", STEPS, "how long to learn", minimum=1),),
        learns_depth=True,
    )

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        return _Trainer(checked_settings(self.info, settings))

    def load(self, folder: Path) -> Predictor:
        return _Predictor(read_model(folder, self.info.id)[0])


def depth_models() -> Models:
    """The brightness model, which makes no depth, and this one."""
    return Models([Listed("bright", BrightModel()), Listed("grey", GreyDepthModel())])
