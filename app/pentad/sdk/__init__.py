"""The door for plug-ins: what a model must offer, and what it is given. See plugins/WRITING_A_PLUGIN.md."""

from pentad.sdk.depth import DepthEstimate, DepthMade, DepthMaker, DepthWish
from pentad.sdk.explaining import Explainer, InnerMap, Insight
from pentad.sdk.features import FeatureSource, ViewFeatures
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
from pentad.sdk.news import TrainingNews, tell
from pentad.sdk.pose import Aligner, AlignerInfo, Look, PoseRequest, Rendering, Watch

__all__ = [
    "Aligner",
    "AlignerInfo",
    "DepthEstimate",
    "DepthMade",
    "DepthMaker",
    "DepthWish",
    "Explainer",
    "FeatureSource",
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
    "TrainingNews",
    "TrainingReport",
    "TrainingSet",
    "Value",
    "ViewFeatures",
    "ViewPixels",
    "Watch",
    "tell",
]
