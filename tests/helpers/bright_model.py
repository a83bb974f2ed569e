"""A model so simple that a test can compute what it should say: suspicion is brightness."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from safetensors.numpy import save

from pentad.core.heatmap import Heatmap
from pentad.core.prediction import Prediction, ViewPrediction
from pentad.core.sample import Modality
from pentad.sdk import ModelInfo, Predictor, Request, Setting, Ticket, Trainer, TrainingReport, TrainingSet, ViewPixels
from pentad.sdk.model import Value
from pentad.sdk.model_folder import ModelCard, read_model, save_model
from pentad.sdk.settings import checked_settings
from pentad.session.installed import Listed
from pentad.session.models import Models

CELLS = (18, 24)
MADE = "2026-11-20T10:00:00"


def brightness(pixels: ViewPixels) -> Heatmap:
    """The mean of the three channels from 0 to 1, on CELLS."""
    grey = pixels.rgb.mean(axis=2).astype(np.float32) / 255
    values = cv2.resize(grey, CELLS[::-1], interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    return Heatmap(values, 0.3, 0.9)


def _card(category: str, settings: Mapping[str, Value]) -> ModelCard:
    scale = {"low": 0.3, "high": 0.9, "threshold": 0.6}
    return ModelCard("bright", "no-backbone", "", "default", settings, category, MADE, scale)


class _Predictor:
    longest_side = 128

    def __init__(self, card: ModelCard) -> None:
        self.made_by = card.provenance

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        views = {}
        for number, pixels in enumerate(request.views):
            ticket.report(number / len(request.views), pixels.view)
            heatmap = brightness(pixels)
            views[pixels.view] = ViewPrediction(heatmap, float(heatmap.values.max()))
        return Prediction(request.sample, views, self.made_by)


class _Trainer:
    longest_side = 128

    def __init__(self, settings: Mapping[str, Value]) -> None:
        self._settings = settings

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        for number in range(len(data)):
            ticket.report(number / len(data), f"view {number + 1} of {len(data)}")
            assert data[number].mask is None
        save_model(folder, _card(data.category, self._settings), save({"cells": np.array(CELLS)}))
        return TrainingReport("bright", "no-backbone", 1, (0.5,), 0.1, 0)


class BrightModel:
    """The plug-in object."""

    info = ModelInfo(
        "bright",
        "Brightness",
        "Finds bright spots",
        frozenset({Modality.RGB}),
        (Setting("steps", 10, "how long to learn", minimum=1), Setting("fast", True, "take less care")),
    )

    def trainer(self, settings: Mapping[str, Value]) -> Trainer:
        return _Trainer(checked_settings(self.info, settings))

    def load(self, folder: Path) -> Predictor:
        return _Predictor(read_model(folder, self.info.id)[0])


def bright_models() -> Models:
    return Models([Listed("bright", BrightModel())])


def bright_predictor(category: str) -> Predictor:
    """The model as trained on ``category``, without a folder."""
    return _Predictor(_card(category, {}))
