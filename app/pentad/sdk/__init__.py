"""The door for plug-ins: what a model must offer, and what it is given. See plugins/WRITING_A_PLUGIN.md."""

from pentad.sdk.model import (
    Model,
    ModelInfo,
    Predictor,
    Request,
    Setting,
    Ticket,
    Trainer,
    TrainingReport,
    TrainingSet,
    Value,
    ViewPixels,
)

__all__ = [
    "Model",
    "ModelInfo",
    "Predictor",
    "Request",
    "Setting",
    "Ticket",
    "Trainer",
    "TrainingReport",
    "TrainingSet",
    "Value",
    "ViewPixels",
]
