"""The door for plug-ins: what a model must offer, and what it is given. See plugins/WRITING_A_PLUGIN.md."""

from pentad.sdk.explaining import Explainer, InnerMap, Insight
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
from pentad.sdk.pose import Aligner, AlignerInfo, Look, PoseRequest, Rendering, Watch

__all__ = [
    "Aligner",
    "AlignerInfo",
    "Explainer",
    "InnerMap",
    "Insight",
    "Look",
    "Model",
    "ModelInfo",
    "PoseRequest",
    "Predictor",
    "Rendering",
    "Request",
    "Setting",
    "Ticket",
    "Trainer",
    "TrainingReport",
    "TrainingSet",
    "Value",
    "ViewPixels",
    "Watch",
]
