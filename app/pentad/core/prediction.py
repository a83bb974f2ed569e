"""What one model said of one sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pentad.core.box import BoxShares
from pentad.core.heatmap import Heatmap


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a result: enough to name it on screen and to make it again.

    ``model`` is the plug-in's id, ``backbone`` the frozen network it read (never a nicer name than it deserves),
    ``preset`` and ``settings`` how it was set, ``trained_on`` the category, ``made`` an ISO 8601 time of training.
    """

    model: str
    backbone: str
    preset: str
    trained_on: str = ""
    made: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """One line for the status bar: ``cprn/default on imgfocus-vits14, 2026-11-20``."""
        made = f", {self.made[:10]}" if self.made else ""
        return f"{self.model}/{self.preset} on {self.backbone}{made}"


@dataclass(frozen=True, slots=True, eq=False)
class ViewPrediction:
    """One view's heatmap and its image score; ``box`` is where the model says the defect is, if it says so."""

    heatmap: Heatmap
    score: float
    box: BoxShares | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """One sample's views as a model sees them. The sample's score is the highest view's."""

    sample: str
    views: Mapping[str, ViewPrediction]
    made_by: Provenance

    @property
    def score(self) -> float:
        return max(view.score for view in self.views.values())
