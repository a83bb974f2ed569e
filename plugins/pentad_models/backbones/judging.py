"""What every predictor on a frozen backbone does alike: one view after another, each in its window."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.sdk import Request, Ticket, ViewPixels
from pentad.sdk.model_folder import ModelCard
from pentad_models.backbones.choices import wanted_side
from pentad_models.backbones.maps import reach_of, view_prediction
from pentad_models.backbones.pixels import encode
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window, Windows


class ViewJudge(ABC):
    """A trained model that turns one view's tokens into heat; the card says how it was made."""

    def __init__(self, card: ModelCard, backbone: Backbone, streams: tuple[str, ...]) -> None:
        self.card, self._backbone, self._streams = card, backbone, streams
        self._windows = Windows.from_regions(card.regions)
        self.reach = reach_of(card.settings, backbone)

    @property
    def made_by(self) -> Provenance:
        return self.card.provenance

    @property
    def longest_side(self) -> int:
        return wanted_side(self.card.settings)

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        """A heatmap (256, 256) and a score for each view; Problem where a view lacks the normals this model reads."""
        views: dict[str, ViewPrediction] = {}
        for count, view in enumerate(request.views):
            ticket.report(count / len(request.views), f"{request.sample}: {view.view}")
            views[view.view] = self._judge(view)
        ticket.report(1.0, request.sample)
        return Prediction(request.sample, views, self.made_by)

    @abstractmethod
    def heat(self, tokens: Tensor, view: str, window: Window) -> Floats:
        """The smoothed map (h, w) inside ``window`` of a view's ``tokens`` (streams, L, N, D)."""

    @torch.inference_mode()
    def _judge(self, view: ViewPixels) -> ViewPrediction:
        window = self._windows.of(view.view)
        values = self.heat(encode(self._backbone, view, window, self._streams), view.view, window)
        return view_prediction(values, window, self.card.scale, str(self.card.settings["score"]))
