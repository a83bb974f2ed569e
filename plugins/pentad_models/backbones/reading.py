"""What every training on a frozen backbone begins with: which views, in which streams, through which windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pentad.sdk import Ticket, TrainingSet, Value, ViewPixels
from pentad.sdk.model_folder import ModelCard
from pentad_models.backbones.choices import backbone_of, chosen_views, decided, first_view, held_out, windows_for
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window, Windows


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Training views ready to be read: ``indices`` into ``data``, the last tenth of them held out as judges.

    ``settings`` are decided (their streams are not ``auto``); ``first`` is the first view, which has been read already.
    """

    data: TrainingSet
    indices: Sequence[int]
    first: ViewPixels
    settings: Mapping[str, Value]
    backbone: Backbone
    windows: Windows
    _names: dict[int, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, settings: Mapping[str, Value], data: TrainingSet, ticket: Ticket) -> "Reading":
        """Problem where there is nothing to learn from, or its backbone is not here."""
        leave_a_core()
        ticket.report(0.0, "Loading the backbone")
        indices = chosen_views(len(data), int(settings["max_views"]), int(settings["seed"]))
        first = first_view(data, indices)
        known = decided(settings, has_normals=first.normals is not None)
        backbone = backbone_of(known).to(device())
        windows = windows_for(known, data, indices, backbone=backbone, ticket=ticket)
        return cls(data, indices, first, known, backbone, windows)

    def view(self, place: int) -> ViewPixels:
        view = self.first if place == 0 else self.data[self.indices[place]]
        self._names[place] = view.view
        return view

    def window(self, place: int) -> tuple[str, Window]:
        """The name of the view at ``place`` and its window; reads the view where that was not done before."""
        name = self._names.get(place) or self.view(place).view
        return name, self.windows.of(name)

    @property
    def learnt(self) -> int:
        """How many of the views are learnt from; the rest are held out."""
        return len(self.indices) - held_out(len(self.indices))

    @property
    def judges(self) -> range:
        """The places of the views held out; all of them where none are."""
        return range(self.learnt if self.learnt < len(self.indices) else 0, len(self.indices))

    def card(self, model: str, preset: str, scale: Mapping[str, float]) -> ModelCard:
        """What the model says of itself once it is trained."""
        return ModelCard(
            model=model,
            backbone=self.backbone.id,
            backbone_sha256=self.backbone.sha256,
            preset=preset,
            settings={**self.settings, "blocks": ",".join(map(str, self.backbone.blocks))},
            category=self.data.category,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            scale=dict(scale),
            regions=self.windows.regions,
        )
