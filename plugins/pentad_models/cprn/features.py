"""The frozen encoder's tokens of all training views, computed once and read in pieces while a training lasts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pentad.sdk import Ticket
from pentad_models.backbones.kept import Halves, Kept, fingerprint
from pentad_models.backbones.pixels import encode
from pentad_models.backbones.reading import Reading


class Features:
    """Half-precision tokens (V, streams, L, N, D) of V views, mapped from one file."""

    def __init__(self, tokens: Halves, streams: Sequence[str], key: str) -> None:
        self._tokens, self.streams, self.key = tokens, tuple(streams), key

    def __len__(self) -> int:
        return len(self._tokens)

    @property
    def patches(self) -> int:
        return int(self._tokens.shape[3])

    def last_layer(self, views: Sequence[int]) -> dict[str, Tensor]:
        """Final-layer tokens (B, N, D) float32 by stream."""
        return {
            stream: torch.from_numpy(self._tokens[views, index, -1].astype(np.float32))
            for index, stream in enumerate(self.streams)
        }

    def skips(self, stream: str, views: Sequence[int], patches: NDArray[np.int64] | None = None) -> Tensor:
        """Tokens of all layers (B, L, P, D) float32; ``patches`` (B, P) says which of each view, None is all."""
        index = self.streams.index(stream)
        if patches is None:
            chosen = self._tokens[views, index]
        else:
            chosen = np.stack([self._tokens[view, index][:, own] for view, own in zip(views, patches, strict=True)])
        return torch.from_numpy(chosen.astype(np.float32))


def extract(reading: Reading, streams: Sequence[str], *, folder: Path, ticket: Ticket) -> Features:
    """Encode the views of ``reading`` into ``folder``.

    Views that an interrupted extraction of the same data left are not encoded again. Problem where the disk is too
    small or a view cannot be used; Cancelled leaves what is done.
    """
    backbone, windows, count = reading.backbone, reading.windows, len(reading.indices)

    def tokens_of(place: int) -> Halves:
        ticket.report(place / count, f"Encoding view {place + 1} of {count}")
        view = reading.view(place)
        tokens = encode(backbone, view, windows.of(view.view), streams)
        return tokens.to("cpu", torch.float16).numpy()

    folder.mkdir(parents=True, exist_ok=True)
    made_with = {"backbone": backbone.sha256, "blocks": backbone.blocks, "streams": tuple(streams)}
    key = fingerprint(reading.data, reading.indices, reading.first, windows=windows.regions, **made_with)
    shape = (len(streams), len(backbone.blocks), windows.patches, backbone.width)
    return Features(Kept(folder / "features.f16", shape).fill(key, count, tokens_of), streams, key)
