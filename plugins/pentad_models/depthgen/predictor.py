"""A trained depth generator, ready to make depth and to judge samples by it."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load

from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.core.problem import Problem
from pentad.sdk import Request, Ticket, Value
from pentad.sdk.depth import DepthEstimate, DepthMade, DepthWish
from pentad.sdk.model_folder import ModelCard, read_model
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.backbones.maps import view_prediction
from pentad_models.backbones.ordinary import Ordinary
from pentad_models.backbones.windows import Windows
from pentad_models.depthgen.autoencoder import DepthAutoencoder
from pentad_models.depthgen.deviating import References, deviation, in_cells, surprise
from pentad_models.depthgen.making import Maker
from pentad_models.depthgen.senses import FOLDER, Senses, load_source
from pentad_models.depthgen.truth import Ranges
from pentad_models.depthgen.unet import Denoiser, widths_of

CENTRE, HALF = "centre/", "half/"
"""How a card's scale keeps the ranges of each view's depth."""
_SAMPLES = 2
"""Drawn to judge a view: their mean is calmer than one."""


class DepthgenPredictor:
    """Makes depth of views, and heat of where it departs from what is expected."""

    def __init__(self, card: ModelCard, maker: Maker, ordinary: Ordinary, references: References) -> None:
        self.card, self._maker, self._ordinary, self.references = card, maker, ordinary, references

    @classmethod
    def load(cls, folder: Path) -> "DepthgenPredictor":
        """The model in ``folder``; Problem where it, or the features it is built on, are missing or damaged."""
        leave_a_core()
        card, weights = read_model(folder, "depthgen")
        settings = card.settings
        senses = senses_of(settings, folder)
        coder = DepthAutoencoder.of(settings)
        try:
            tensors = load(weights)
            ordinary, references = Ordinary.taken_from(tensors), References.taken_from(tensors)
            width = int(card.scale["token_width"])
            denoiser = Denoiser.of(settings, width)
            denoiser.load_state_dict(_below("denoiser.", tensors))
            coder.load_state_dict(_below("coder.", tensors))
        except (SafetensorError, RuntimeError, KeyError) as error:
            why = str(error).splitlines()[0]
            raise Problem(f"The weights in {folder} do not fit its settings", why, remedy="Train it again.") from error
        centres = {name.removeprefix(CENTRE): value for name, value in card.scale.items() if name.startswith(CENTRE)}
        ranges = Ranges({view: (centre, card.scale[HALF + view]) for view, centre in centres.items()})
        made = denoiser.to(device()).eval().requires_grad_(False), coder.to(device()).eval().requires_grad_(False)
        maker = Maker(settings, senses, *made, Windows.from_regions(card.regions), ranges)
        return cls(card, maker, ordinary, references)

    @property
    def made_by(self) -> Provenance:
        return self.card.provenance

    @property
    def longest_side(self) -> int:
        return wanted_side(self.card.settings)

    def make_depth(self, request: Request, wish: DepthWish, ticket: Ticket) -> DepthMade:
        """Depth of each view; the same wish gives the same bytes."""
        views: dict[str, DepthEstimate] = {}
        for count, view in enumerate(request.views):
            ticket.report(count / len(request.views), f"{request.sample}: {view.view}")
            views[view.view] = self._maker.make(view, wish, ticket)
        ticket.report(1.0, request.sample)
        samples, steps = max(1, wish.samples), wish.steps or int(self.card.settings["sampling_steps"])
        return DepthMade(request.sample, views, self.made_by, wish.seed, samples, steps)

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        """A heatmap (256, 256) and a score for each view, of the generated depth's deviation."""
        settings, views = self.card.settings, dict[str, ViewPrediction]()
        wish = DepthWish(int(settings["seed"]), samples=_SAMPLES)
        references = self.references if settings["deviation"] == "reference" else None
        for count, view in enumerate(request.views):
            ticket.report(count / len(request.views), f"{request.sample}: {view.view}")
            window = self._maker.windows.of(view.view)
            apart = deviation(self._maker.make(view, wish, ticket), view.view, references)
            cells = in_cells(apart, window, float(settings["sigma"]))
            heat = surprise(cells, view.view, self._ordinary)
            views[view.view] = view_prediction(heat, window, self.card.scale, str(settings["score"]))
        ticket.report(1.0, request.sample)
        return Prediction(request.sample, views, self.made_by)


def wanted_side(settings: Mapping[str, Value]) -> int:
    """Pixels to read of a view's longer side: of a part that fills a quarter of it, as many as are made."""
    return int(settings["side"]) * 4


def senses_of(settings: Mapping[str, Value], folder: Path) -> Senses:
    """The frozen features in ``folder`` as a generator with these settings reads them."""
    streams = ("rgb",) if settings["condition"] == "rgb" else ("rgb", "normal")
    levels = len(widths_of(str(settings["widths"])))
    return Senses(load_source(folder / FOLDER), streams, levels, int(settings["grid"]))


def _below(prefix: str, tensors: Mapping[str, object]) -> dict[str, object]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
