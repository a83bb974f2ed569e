"""The folder a trainer leaves: ``model.json`` beside ``weights.safetensors``, checked when it is read."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pentad import __version__
from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.sdk.atomic import make_folder, write_bytes
from pentad.sdk.model import Value

FORMAT = 1
CARD = "model.json"
WEIGHTS = "weights.safetensors"
_AGAIN = "Train it again with `pentad train`."


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a trained model says of itself.

    ``backbone_sha256`` names the exact frozen weights it learnt on; ``scale`` holds at least ``low`` and ``high`` (what
    is ordinary and what is surely not, in the units of its maps) and ``threshold`` (a first guess for the image score);
    ``made`` is ISO 8601; ``regions`` says where in each view the model looks, in the plug-in's own numbers.
    """

    model: str
    backbone: str
    backbone_sha256: str
    preset: str
    settings: Mapping[str, Value]
    category: str
    made: str
    scale: Mapping[str, float]
    regions: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def provenance(self) -> Provenance:
        settings = {**self.settings, "threshold": self.scale.get("threshold")}
        return Provenance(self.model, self.backbone, self.preset, self.category, self.made, settings)


def save_model(folder: Path, card: ModelCard, weights: bytes) -> None:
    """Write ``weights`` and then the card that vouches for them; Problem where the folder cannot be written."""
    content = {"format": FORMAT, "weights_sha256": hashlib.sha256(weights).hexdigest(), **asdict(card)}
    make_folder(folder)
    write_bytes(folder / WEIGHTS, weights)
    write_bytes(folder / CARD, json.dumps(content, indent=1).encode())


def read_model(folder: Path, model: str) -> tuple[ModelCard, bytes]:
    """The card and the weights of a ``model`` in ``folder``.

    Problem where they are missing, damaged, from a newer Pentad or another kind of model.
    """
    content = read_card(folder)
    if content.get("model") != model:
        why = f"it holds a '{content.get('model')}'"
        raise Problem(
            f"{folder} is not a {model} model", why, remedy=f"Choose a folder made by `pentad train {model}`."
        )
    try:
        card = ModelCard(**{known.name: content[known.name] for known in fields(ModelCard)})
        low, high = float(card.scale["low"]), float(card.scale["high"])
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError("its scale is not a range")
        weights = (folder / WEIGHTS).read_bytes()
    except FileNotFoundError:
        raise Problem(f"{folder / WEIGHTS} is missing", remedy=_AGAIN) from None
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Problem(f"The model in {folder} is damaged", f"{type(error).__name__}: {error}", remedy=_AGAIN) from error
    if hashlib.sha256(weights).hexdigest() != content.get("weights_sha256"):
        why = "its checksum is not the one in model.json"
        raise Problem(f"{folder / WEIGHTS} is damaged", why, remedy=_AGAIN)
    return card, weights


def model_id(folder: Path) -> str:
    """The id of the plug-in that left a model in ``folder``; Problem where there is none."""
    return str(read_card(folder).get("model"))


def read_card(folder: Path) -> dict[str, Any]:
    """What model.json says, unchecked but for its format; Problem where it is missing, damaged or newer."""
    path = folder / CARD
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        remedy = "Choose a folder made by `pentad train`, or finish an interrupted training."
        raise Problem(f"There is no trained model in {folder}", f"{CARD} is missing", remedy=remedy) from None
    except (OSError, ValueError) as error:
        raise Problem(f"{path} is damaged", str(error), remedy=_AGAIN) from error
    if not isinstance(content, dict):
        raise Problem(f"{path} is damaged", "it is not a JSON object", remedy=_AGAIN)
    made_as = content.get("format")
    if isinstance(made_as, int) and made_as > FORMAT:
        why = f"its format is {made_as}, Pentad {__version__} knows those up to {FORMAT}"
        raise Problem(f"The model in {folder} was made by a newer Pentad", why, remedy="Update Pentad.")
    if made_as != FORMAT:
        raise Problem(f"{path} is damaged", f"its format is {made_as!r}", remedy=_AGAIN)
    return content
