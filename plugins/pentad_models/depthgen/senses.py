"""The frozen features a depth generator is told of: another model's tokens and prototypes, got through the sdk."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Model, Request, Ticket, TrainingSet, Value, ViewPixels
from pentad.sdk.atomic import write_bytes
from pentad.sdk.features import FeatureSource, ViewFeatures
from pentad.sdk.model_folder import model_id
from pentad.sdk.plugins import plugins
from pentad.sdk.quiet_ticket import QuietTicket
from pentad_models.backbones.windows import Window

FOLDER = "features"
_KEY = "features.txt"
_TAUGHT = "cprn"


@dataclass(frozen=True, slots=True, eq=False)
class Sensed:
    """One view's frozen features in its window: ``tokens`` (streams, L, G, G, D) and ``prototypes`` (M, D)."""

    tokens: Floats
    prototypes: Floats


@dataclass(frozen=True, slots=True)
class Senses:
    """A loaded source of features, and how they are brought to a generator's levels and grid.

    Shallow blocks go to the fine levels and deep ones to the coarse: "resolution-aware information routing".
    """

    source: FeatureSource
    streams: tuple[str, ...]
    levels: int
    grid: int

    def of(self, view: ViewPixels, window: Window, ticket: Ticket) -> Sensed:
        """What the source knows of ``view`` in ``window``. Without normals those tokens are of an even surface."""
        if view.normals is None and "normal" in self.streams:
            view = replace(view, normals=np.zeros((*view.rgb.shape[:2], 3), np.float32))
        found = self.source.features(Request("", (view,)), QuietTicket(ticket))[view.view]
        lacking = [stream for stream in self.streams if stream not in found.tokens]
        if lacking:
            why = f"it reads {' and '.join(found.tokens)} only"
            remedy = "Use features learnt with --set streams=both."
            raise Problem(f"The features have no tokens of the stream '{lacking[0]}'", why, remedy=remedy)
        tokens = np.stack([self._brought(found.tokens[stream], found, window) for stream in self.streams])
        return Sensed(tokens, np.asarray(found.prototypes, np.float32))

    def _brought(self, tokens: Floats, found: ViewFeatures, window: Window) -> Floats:
        """(L, G, G, D) in ``window`` from (B, rows, columns, D) in the source's own region."""
        groups = np.array_split(tokens, min(self.levels, len(tokens)))
        means = [group.mean(0) for group in groups]
        means += [means[-1]] * (self.levels - len(means))
        image = torch.from_numpy(np.stack(means)).permute(0, 3, 1, 2)
        top, left, bottom, right = found.region
        y = _inside(window.top, window.bottom, top, bottom, self.grid)
        x = _inside(window.left, window.right, left, right, self.grid)
        where = torch.stack(torch.broadcast_tensors(x[None, :], y[:, None]), -1)[None].expand(self.levels, -1, -1, -1)
        brought = functional.grid_sample(image, where, padding_mode="border", align_corners=False)
        return np.asarray(brought.permute(0, 2, 3, 1).numpy(), np.float32)


def _inside(low: float, high: float, first: float, last: float, cells: int) -> torch.Tensor:
    """Where the centres of ``cells`` between ``low`` and ``high`` lie in [first, last] counted as [-1, 1]."""
    centres = low + (torch.arange(cells) + 0.5) / cells * (high - low)
    return 2 * (centres - first) / (last - first) - 1


def load_source(folder: Path) -> FeatureSource:
    """The model in ``folder`` as a source of features; Problem where it is missing, damaged or gives none."""
    model = _installed(model_id(folder))
    source = model.load(folder)
    if not isinstance(source, FeatureSource):
        why = f"{model.info.title} does not lend its features"
        raise Problem(f"The model in {folder} cannot be built on", why, remedy="Choose a trained CPRN.")
    return source


def provide(
    settings: Mapping[str, Value], data: TrainingSet, work: Path, *, streams: tuple[str, ...], ticket: Ticket
) -> Path:
    """The folder in ``work`` with the model whose features are read: a copy of the one named, or one trained here."""
    folder, named = work / FOLDER, str(settings["features"])
    wanted = {**pairs(str(settings["features_with"])), "streams": "both" if len(streams) > 1 else "rgb"}
    key = f"{named} {sorted(wanted.items())} {data.category} {len(data)} {settings['seed']} {settings['max_views']}"
    note = work / _KEY
    if note.is_file() and note.read_text("utf-8") == key:
        return folder
    note.unlink(missing_ok=True)
    if named:
        load_source(Path(named))
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(named, folder)
    else:
        shared = {"seed": settings["seed"], "max_views": settings["max_views"]}
        _installed(_TAUGHT).trainer({**shared, **wanted}).train(data, folder, ticket)
    write_bytes(note, key.encode())
    return folder


def _installed(name: str) -> Model:
    for plugin in plugins("pentad.models"):
        if plugin.id == name:
            if plugin.problem is not None:
                raise plugin.problem
            model: Model = plugin.object
            return model
    remedy = "Install the plug-in that provides it."
    raise Problem(f"There is no model '{name}' here", "its features are read", remedy=remedy)


def pairs(text: str) -> dict[str, Value]:
    """Settings from ``key=value; key=value``; Problem for anything else."""
    found: dict[str, Value] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        key, equals, value = part.partition("=")
        if not equals:
            raise Problem(f"'features_with' cannot be '{text}'", remedy="Write key=value, with semicolons between.")
        found[key.strip()] = value.strip()
    return found
