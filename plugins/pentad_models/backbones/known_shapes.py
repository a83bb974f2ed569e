"""The configuration of a lone DINOv2 checkpoint, read off the shapes of its tensors."""

from math import isqrt
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from pentad.core.problem import Problem
from pentad_models.backbones.imgfocus import transformers_name
from pentad_models.backbones.places import CONFIG_NAME

_HEADS = {384: 6, 768: 12, 1024: 16, 1536: 24}
"""Attention heads of the published sizes by width; no tensor's shape tells them."""
Shapes = dict[str, tuple[int, ...]]


def configuration(file: Path) -> dict[str, Any]:
    """What ``config.json`` of the safetensors ``file`` would say; Problem where it is of no published DINOv2 size."""
    shapes = shapes_in(file)
    places = shapes.get("embeddings.position_embeddings", ())
    patches = shapes.get("embeddings.patch_embeddings.projection.weight", ())
    blocks = [int(name.split(".")[2]) for name in shapes if name.startswith("encoder.layer.")]
    width = places[-1] if len(places) == 3 else 0
    side = isqrt(max(places[1] - 1, 0)) if len(places) == 3 else 0
    if width not in _HEADS or len(patches) != 4 or not blocks or not side or side * side != places[1] - 1:
        why = (
            f"nothing beside it says what its {len(shapes)} tensors are, and they are not named and shaped as DINOv2's"
        )
        raise Problem(f"{file.name} is of no known size", why, remedy=f"Name a folder that has its {CONFIG_NAME}, too.")
    registers = shapes.get("embeddings.register_tokens", (0, 0))[1]
    content: dict[str, Any] = {
        "model_type": "dinov2_with_registers" if registers else "dinov2",
        "hidden_size": width,
        "num_hidden_layers": max(blocks) + 1,
        "num_attention_heads": _HEADS[width],
        "patch_size": patches[-1],
        "image_size": side * patches[-1],
        "use_swiglu_ffn": any(".mlp.weights_in." in name for name in shapes),
    }
    return {**content, "num_register_tokens": registers} if registers else content


def shapes_in(file: Path) -> Shapes:
    """Tensor names, as transformers has them now, with their shapes; Problem where the file is damaged or no floats."""
    try:
        with safe_open(str(file), framework="np") as opened:
            slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118 (not a mapping)
            kinds = {part.get_dtype() for part in slices.values()}
            shapes = {transformers_name(name): tuple(part.get_shape()) for name, part in slices.items()}
    except (OSError, SafetensorError, ValueError) as error:
        raise Problem("The weights are damaged", str(error).splitlines()[0], remedy="Copy them here again.") from error
    if strange := kinds - {"F32", "F16", "BF16", "F64"}:
        why = f"they are {', '.join(sorted(strange))}"
        raise Problem("The weights are no plain floats", why, remedy="Get the backbone in 32 or 16 bits.")
    return shapes
