"""A DINOv2-shaped encoder with small random weights, so that tests of models are quick and need no download."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file


def write_tiny_backbone(folder: Path, *, seed: int = 0, registers: bool = False) -> Path:
    """``folder`` with a ViT of four blocks, 24 wide, patches of 14 pixels, written as a published checkpoint is."""
    from transformers import Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel

    kinds: tuple[Any, Any] = (Dinov2Config, Dinov2Model)
    if registers:
        kinds = (Dinov2WithRegistersConfig, Dinov2WithRegistersModel)
    config = kinds[0](
        hidden_size=24, num_hidden_layers=4, num_attention_heads=2, image_size=56, patch_size=14, mlp_ratio=2
    )
    torch.manual_seed(seed)
    model = kinds[1](config)
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.15 if "position" not in name else 0.5)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config.to_json_string())
    save_file(dict(model.state_dict()), folder / "model.safetensors")
    return folder
