"""In which precision a network multiplies."""

from collections.abc import Mapping

import torch

from pentad.sdk import Value
from pentad_models.backbones.device import device


def multiplying(settings: Mapping[str, Value]) -> torch.autocast:
    """Within it, as the setting ``precision`` says: bfloat16 where the processor has instructions for it."""
    wanted = str(settings["precision"])
    fast = device().type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device().type, torch.bfloat16, enabled=fast if wanted == "auto" else wanted == "bfloat16")
