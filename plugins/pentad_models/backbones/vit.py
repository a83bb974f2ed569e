"""A frozen vision transformer that gives the tokens of chosen blocks."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers import (
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
)

from pentad.core.problem import Problem
from pentad_models.backbones.imgfocus import ONNX_SHA256, convert, transformers_name
from pentad_models.backbones.imported import damaged_weights, find_imported, imported_folder
from pentad_models.backbones.known_shapes import shapes_in
from pentad_models.backbones.places import (
    CONFIG_NAME,
    IMGFOCUS,
    WEIGHTS_NAME,
    converted_folder,
    find_imgfocus,
    hub_snapshots,
    is_converted,
)

_KINDS: dict[str, tuple[Any, Any]] = {
    "dinov2": (Dinov2Config, Dinov2Model),
    "dinov2_with_registers": (Dinov2WithRegistersConfig, Dinov2WithRegistersModel),
}
_STAGES = ("out_features", "out_indices", "stage_names")
"""Configuration that speaks of blocks which are cut off here."""
_AGAIN = "Get the backbone again; if it is in Pentad's cache, delete the folder."
_USUAL_DEPTH = 12
"""Blocks where a configuration does not say: transformers' own default."""
_BAD_CONFIGS = (ValueError, TypeError, KeyError, RuntimeError, ArithmeticError, AttributeError, StrictDataclassError)
_UNUSED = "embeddings.mask_token"
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Weights:
    """A backbone found on this machine: what to call it, and the folder with its configuration and safetensors.

    ``sha256`` is what the safetensors had when they were imported, empty where nobody kept it.
    """

    id: str
    folder: Path
    sha256: str = ""


class Backbone(nn.Module):
    """A frozen ViT cut off after the last block anyone asked for.

    ``blocks`` are 0-based and ascending; ``width`` is the size of a token; ``patch`` the side of a patch in pixels.
    ``sha256`` names the weights: of the original ONNX file for imgfocus-vits14, of the safetensors file otherwise.
    """

    def __init__(self, vit: nn.Module, *, id: str, sha256: str, blocks: tuple[int, ...]) -> None:
        super().__init__()
        config: Any = vit.config
        self.id, self.sha256, self.blocks = id, sha256, blocks
        self.width, self.patch = int(config.hidden_size), int(config.patch_size)
        self._special = 1 + int(getattr(config, "num_register_tokens", 0))
        parts: Any = vit
        self._embeddings: nn.Module = parts.embeddings
        self._layers = nn.ModuleList(list(parts.encoder.layer)[: blocks[-1] + 1])
        self.register_buffer("_mean", torch.tensor(_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("_std", torch.tensor(_STD).view(3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()

    @torch.inference_mode()
    def forward(self, images: Tensor) -> Tensor:
        """Patch tokens (B, L, N, D) of ``images`` (B, 3, S, S) in [0, 1], S a multiple of the patch; row by row."""
        mean, std = self.get_buffer("_mean"), self.get_buffer("_std")
        tokens = self._embeddings((images - mean) / std)
        kept = []
        for index, layer in enumerate(self._layers):
            tokens = layer(tokens)
            if index in self.blocks:
                kept.append(tokens[:, self._special :])
        return torch.stack(kept, 1)


def load_backbone(name: str, *, blocks: Sequence[int] | None = None, allow_download: bool = False) -> Backbone:
    """The backbone ``name``: ``imgfocus-vits14``, a local folder, or a hub id.

    ``blocks`` are the 0-based blocks to read, None for the usual ones. The network is touched only for a hub id and
    only if ``allow_download``. Problem for unknown or damaged weights, another architecture, or blocks it has not.
    """
    found = find(name, allow_download=allow_download)
    content = _read_config(found.folder)
    kind = str(content.get("model_type"))
    if kind not in _KINDS:
        raise _another_kind(found.folder, kind)
    depth = int(content.get("num_hidden_layers", 0))
    chosen = tuple(sorted(set(default_blocks(found.id, depth) if blocks is None else blocks)))
    if not chosen or chosen[0] < 0 or chosen[-1] >= depth:
        raise Problem(
            f"{name} has no blocks {list(chosen)}", f"it has {depth}", remedy=f"Choose from 0 to {depth - 1}."
        )
    sha256 = _checked_sha256(found)
    vit = _build(found.folder, kind, content, depth=chosen[-1] + 1)
    return Backbone(vit, id=found.id, sha256=sha256, blocks=chosen)


def check_weights(file: Path, content: dict[str, Any], place: Path) -> None:
    """Problem, about ``place``, where the safetensors ``file`` has not every tensor that ``content``, a configuration,
    asks for, in its shape. No weight is read."""
    kind = str(content.get("model_type"))
    if kind not in _KINDS:
        raise _another_kind(place, kind)
    shapes = shapes_in(file)
    make_config, make_model = _KINDS[kind]
    remedy = f"Get {CONFIG_NAME} and {WEIGHTS_NAME} of one and the same model."
    blocks = len({name.split(".")[2] for name in shapes if name.startswith("encoder.layer.")})
    # Why first: a configuration that asks for millions of blocks would keep this busy for ever.
    if content.get("num_hidden_layers", _USUAL_DEPTH) != blocks:
        why = f"it asks for {content.get('num_hidden_layers', _USUAL_DEPTH)} blocks and they are {blocks}"
        raise Problem(f"The weights of {place} do not fit its configuration", why, remedy=remedy)
    try:
        with torch.device("meta"):
            cut = {key: value for key, value in content.items() if key not in _STAGES}
            wanted = make_model(make_config.from_dict(cut)).state_dict()
    except _BAD_CONFIGS as error:
        raise Problem(f"{CONFIG_NAME} of {place} is damaged", _first_line(error), remedy=remedy) from error
    other = [name for name, tensor in wanted.items() if shapes.get(name) != tuple(tensor.shape) and name != _UNUSED]
    if other:
        why = f"{len(other)} of {len(wanted)} tensors are missing or of another shape, {min(other)} among them"
        raise Problem(f"The weights of {place} do not fit its configuration", why, remedy=remedy)


def default_blocks(id: str, depth: int) -> range:
    """The blocks worth reading: 2 to 9 of twelve (INP-Former), but 3 to 8 of imgfocus-vits14.

    Why 3 to 8: its late blocks were fine-tuned for saliency and see little but figure and ground.
    """
    if id == IMGFOCUS:
        return range(3, 9)
    return range(depth // 6, max(depth // 6 + 1, depth - depth // 6))


def find(name: str, *, allow_download: bool = False) -> Weights:
    """Where ``name``'s weights are; converts the default backbone on first use. Problem where they are not here."""
    if (card := find_imported(name)) is not None:
        return Weights(name, imported_folder(name), card.sha256)
    if name == IMGFOCUS:
        folder = converted_folder()
        if not is_converted(folder):
            convert(find_imgfocus(), folder)
        return Weights(IMGFOCUS, folder)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return Weights(folder.resolve().name, folder)
    snapshot = hub_snapshots().get(name)
    if snapshot is None and allow_download and os.environ.get("HF_HUB_OFFLINE", "0") not in ("1", "true"):
        snapshot = _download(name)
    if snapshot is None:
        remedy = "Bring it here with `pentad backbone import`, name a local folder, or allow the download "
        remedy += f"(--set download=yes). '{IMGFOCUS}' is the default."
        raise Problem(f"The backbone '{name}' is not on this machine", remedy=remedy)
    return Weights(name, snapshot)


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=[CONFIG_NAME, WEIGHTS_NAME]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        remedy = "Check the name and the network, or name a local folder."
        raise Problem(f"The backbone '{name}' could not be downloaded", str(error), remedy=remedy) from error


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / CONFIG_NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        remedy = f"A backbone's folder holds {CONFIG_NAME} and {WEIGHTS_NAME}."
        raise Problem(f"{folder / CONFIG_NAME} cannot be read", str(error), remedy=remedy) from error
    if not isinstance(content, dict):
        raise Problem(f"{folder / CONFIG_NAME} is damaged", "it is not a JSON object", remedy="Get the backbone again.")
    return content


def _build(folder: Path, kind: str, content: dict[str, Any], *, depth: int) -> nn.Module:
    make_config, make_model = _KINDS[kind]
    try:
        cut = {key: value for key, value in content.items() if key not in _STAGES}
        model: nn.Module = make_model(make_config.from_dict({**cut, "num_hidden_layers": depth}))
        wanted = model.state_dict()
        with safe_open(str(folder / WEIGHTS_NAME), framework="pt") as file:
            names = {transformers_name(name): name for name in file.keys()}  # noqa: SIM118 (not a mapping)
            tensors = {name: file.get_tensor(names[name]) for name in wanted if name in names}
        missing = wanted.keys() - tensors.keys() - {_UNUSED}
        if missing:
            raise ValueError(f"{len(missing)} tensors are missing, {min(missing)} among them")
        model.load_state_dict(tensors, strict=False)
    except (OSError, SafetensorError, ValueError, TypeError, RuntimeError) as error:
        raise Problem(f"The backbone in {folder} is damaged", _first_line(error), remedy=_AGAIN) from error
    return model


def _checked_sha256(found: Weights) -> str:
    """The digest that models remember; Problem where imported weights are no longer what they were."""
    try:
        made = _sha256(found.folder / WEIGHTS_NAME) if found.sha256 or found.id != IMGFOCUS else ""
    except OSError as error:
        raise Problem(f"The backbone in {found.folder} is damaged", str(error), remedy=_AGAIN) from error
    if found.sha256 and made != found.sha256:
        raise damaged_weights(found.id)
    return ONNX_SHA256 if found.id == IMGFOCUS else made


def _another_kind(place: Path, kind: str) -> Problem:
    remedy = f"Pentad reads {' and '.join(_KINDS)} checkpoints."
    return Problem(f"The backbone in {place} is of another kind", f"its model_type is {kind}", remedy=remedy)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
