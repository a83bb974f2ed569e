"""Good patches as short vectors, the few that stand for them all, and the distance to the nearest."""

import torch
from torch import Tensor
from torch.nn import functional

from pentad_models.backbones.windows import Window

_CANDIDATES = 128
_PICKS = 16


def descriptors(tokens: Tensor, window: Window, projection: Tensor) -> Tensor:
    """(N, d) of the ``tokens`` (streams, L, N, D) of one view's window.

    Tokens are averaged over their 3 x 3 neighbourhood (PatchCore section 3.1), made unit length per block and stream so
    that none outweighs the others, joined, and multiplied by ``projection`` (streams * L * D, d).
    """
    streams, layers, patches, width = tokens.shape
    grid = tokens.reshape(streams * layers, window.rows, window.columns, width).permute(0, 3, 1, 2)
    pooled: Tensor = functional.avg_pool2d(grid, 3, stride=1, padding=1, count_include_pad=False)
    joined: Tensor = functional.normalize(pooled, dim=1).permute(2, 3, 0, 1).reshape(patches, -1)
    return joined.mm(projection)


def random_projection(size: int, dimensions: int, seed: int) -> Tensor:
    """(size, dimensions) Gaussian: keeps distances to within a few per cent (Johnson and Lindenstrauss)."""
    generator = torch.Generator().manual_seed(seed)
    matrix: Tensor = torch.randn(size, dimensions, generator=generator) / dimensions**0.5
    return matrix


def nearest_distance(queries: Tensor, bank: Tensor, *, chunk: int = 2048) -> Tensor:
    """Euclidean distance (Q,) of each of ``queries`` (Q, d) to the nearest of ``bank`` (B, d)."""
    squares = bank.square().sum(1)
    nearest = [(squares - 2 * part @ bank.T).amin(1) + part.square().sum(1) for part in queries.split(chunk)]
    return torch.cat(nearest).clamp_min(0).sqrt()


class Coreset:
    """Greedy k-centre: again and again the patch farthest from all chosen so far (PatchCore section 3.2).

    Why in handfuls: updating all distances once for 16 picks is one matrix product instead of 16 vector products. The
    16 are themselves picked greedily, among the 128 farthest.
    """

    def __init__(self, patches: Tensor, seed: int) -> None:
        self._patches, self._squares = patches, patches.square().sum(1)
        # Why: squared distances come out of a product of single-precision numbers; below this they are rounding.
        self._nothing = 1e-5 * float(self._squares.mean())
        first = int(torch.randint(len(patches), (1,), generator=torch.Generator().manual_seed(seed)))
        self.chosen = [first]
        self._distance = (patches - patches[first]).square().sum(1)

    def grow(self, size: int) -> None:
        """Pick up to 16 more patches, never more than ``size`` in all nor a copy of one that is chosen."""
        far, candidates = self._distance.topk(min(_CANDIDATES, len(self._distance)))
        own, near = self._patches[candidates], far.clone()
        picked: list[int] = []
        for _ in range(min(_PICKS, size - len(self.chosen))):
            best = int(near.argmax())
            if near[best] <= self._nothing:
                break
            picked.append(int(candidates[best]))
            near = torch.minimum(near, (own - own[best]).square().sum(1))
            near[best] = -1
        self.chosen += picked
        if picked:
            self._distance = torch.minimum(self._distance, self._to_nearest(picked))
            self._distance[picked] = 0

    def _to_nearest(self, picked: list[int]) -> Tensor:
        products = self._patches @ self._patches[picked].T
        return (self._squares - 2 * (products - self._squares[picked] / 2).amax(1)).clamp_min(0)

    @property
    def covers_all(self) -> bool:
        return bool(self._distance.max() <= self._nothing)
