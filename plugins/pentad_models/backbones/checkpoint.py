"""Where a training stands after its last whole epoch: weights, optimiser and losses in one safetensors file."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from pentad.sdk.atomic import write_bytes

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Checkpoint:
    """One file, replaced after every epoch; ``key`` says what the training depends on."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key

    def keep(self, network: nn.Module, optimiser: torch.optim.Optimizer, losses: list[float]) -> None:
        """Write the state after the epochs that ended with ``losses``; Problem where the disk refuses."""
        tensors = {f"weight.{name}": value.cpu().contiguous() for name, value in network.state_dict().items()}
        for name, parameter in network.named_parameters():
            state = optimiser.state[parameter]
            tensors.update({f"{moment}.{name}": state[moment].cpu().contiguous() for moment in _MOMENTS if state})
        write_bytes(self._path, save(tensors, {"key": self._key, "losses": json.dumps(losses)}))

    def restore(self, network: nn.Module, optimiser: torch.optim.Optimizer) -> list[float]:
        """Put the kept state into ``network`` and ``optimiser``; the losses of the epochs done, none if nothing fits.

        A missing or damaged file, or one of another training, is no fault: the training begins anew.
        """
        try:
            with safe_open(str(self._path), framework="pt") as file:
                kept = file.metadata() or {}
                if kept.get("key") != self._key:
                    return []
                tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError):
            return []
        network.load_state_dict({name: tensors[f"weight.{name}"] for name in network.state_dict()})
        for name, parameter in network.named_parameters():
            if f"step.{name}" in tensors:
                optimiser.state[parameter] = {
                    moment: tensors[f"{moment}.{name}"].to("cpu" if moment == "step" else parameter.device)
                    for moment in _MOMENTS
                }
        losses = json.loads(kept.get("losses", "[]"))
        return [float(loss) for loss in losses]
