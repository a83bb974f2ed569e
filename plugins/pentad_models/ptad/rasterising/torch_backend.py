"""Splats drawn with torch on any device: the reference for what is faster, and open to back-propagation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.sdk import Rendering
from pentad_models.ptad.rasteriser import Silhouette
from pentad_models.ptad.rasterising.scene import LEAST_ALPHA, MOST_ALPHA, STOP, Scene

_MOST_PAIRS = 1 << 27


@dataclass(frozen=True, slots=True, eq=False)
class Splats:
    """What may be differentiated: ``means``, ``first`` and ``second`` (N, 3) as in ``Disks``; ``opacity`` () or (N,);
    ``focal`` (4,) fx, fy, cx, cy, pixel centres at integers."""

    means: Tensor
    first: Tensor
    second: Tensor
    opacity: Tensor
    focal: Tensor

    @classmethod
    def of(cls, scene: Scene, *, device: str, dtype: torch.dtype) -> "Splats":
        def tensor(values: object) -> Tensor:
            return torch.tensor(values, dtype=dtype, device=device)

        disks = scene.disks
        shapes = (tensor(disks.means), tensor(disks.first), tensor(disks.second))
        return cls(*shapes, tensor(scene.opacity), tensor(scene.focal))


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Splats in the image: ``middle`` (N, 2) x y, inverse covariance ``conic`` (N, 3), ``reach`` (N, 2) px, z (N,)."""

    middle: Tensor
    conic: Tensor
    reach: Tensor
    z: Tensor
    opacity: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class _Touches:
    """Every splat and pixel that meet: ``alpha`` (P,) at the flat ``pixel`` (P,), of the splat ``of`` (P,)."""

    alpha: Tensor
    pixel: Tensor
    of: Tensor


def opacity_mask(splats: Splats, pose: Tensor, scene: Scene) -> Tensor:
    """(h, w) 1 - prod(1 - alpha), differentiable in the (4, 4) pose and in everything of ``splats``.

    From ``scene`` come the image's size and the cut-offs. Problem where more splats meet pixels than fit into memory.
    """
    touches = _touches(_places(splats, pose, scene), scene)
    height, width = scene.camera.size
    through = touches.alpha.new_zeros(height * width).index_add(0, touches.pixel, torch.log1p(-touches.alpha))
    return (1 - through.exp()).view(height, width)


def blended_depth(splats: Splats, pose: Tensor, scene: Scene) -> tuple[Tensor, Tensor]:
    """Mask and depth (h, w), sorted by z and blended front to back (PTAD eq. 8); differentiable like the mask."""
    places = _places(splats, pose, scene)
    order = torch.argsort(places.z.detach(), stable=True)
    sorted_places = _Places(
        places.middle[order], places.conic[order], places.reach[order], places.z[order], places.opacity[order]
    )
    touches = _touches(sorted_places, scene)
    # Why stable: within a pixel the splats stay sorted by depth.
    pixel, along = torch.sort(touches.pixel, stable=True)
    alpha = touches.alpha[along]
    logs = torch.log1p(-alpha).double()
    before = torch.cumsum(logs, 0) - logs
    begins = torch.ones_like(pixel, dtype=torch.bool)
    begins[1:] = pixel[1:] != pixel[:-1]
    before = before - before[begins][torch.cumsum(begins, 0) - 1]
    seen = before.detach() >= math.log(STOP)
    before, logs, alpha, pixel = before[seen], logs[seen], alpha[seen], pixel[seen]
    height, width = scene.camera.size
    empty = alpha.new_zeros(height * width)
    depth = empty.index_add(0, pixel, sorted_places.z[touches.of[along][seen]] * alpha * before.exp().to(alpha.dtype))
    through = empty.index_add(0, pixel, logs.to(alpha.dtype)).exp()
    return (1 - through).view(height, width), depth.view(height, width)


class TorchRasteriser:
    """``opacity_mask`` and ``blended_depth`` behind ``Rasteriser``, the derivative by automatic differentiation."""

    def __init__(self, scene: Scene, *, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        self._scene = scene
        self.splats = Splats.of(scene, device=device, dtype=dtype)

    def mask(self, pose: Tensor) -> Tensor:
        """(h, w), differentiable in the (4, 4) pose, which is of the splats' type and on their device."""
        return opacity_mask(self.splats, pose, self._scene)

    def silhouette(self, pose: Doubles, *, jacobian: bool = False) -> Silhouette:
        """Mask (h, w) and, asked for, its derivative (h, w, 6). Problem for a pose that is not finite."""
        self._scene.check_pose(pose, jacobian=jacobian)
        start = self._tensor(pose)
        if not jacobian:
            with torch.no_grad():
                return Silhouette(self.mask(start).float().cpu().numpy(), None)

        change = start.new_zeros(6, requires_grad=True)
        mask = self.mask(start + _generator(change) @ start)
        # Why twice: the gradient is linear in the weights of the pixels, and its derivative by these is the Jacobian.
        weights = torch.zeros_like(mask, requires_grad=True)
        (gradient,) = torch.autograd.grad(mask, change, weights, create_graph=True)
        columns = [torch.autograd.grad(part, weights, retain_graph=True)[0] for part in gradient.unbind()]
        slopes = torch.stack(columns, -1)
        return Silhouette(mask.detach().float().cpu().numpy(), slopes.float().cpu().numpy())

    def depth(self, pose: Doubles, *, normalised: bool = False) -> Rendering:
        """Mask and depth (h, w), blended front to back. Problem for a pose that is not finite."""
        self._scene.check_pose(pose)
        with torch.no_grad():
            mask, depth = blended_depth(self.splats, self._tensor(pose), self._scene)
            if normalised:
                depth = torch.where(mask > 0, depth / mask, math.nan)
        return Rendering(mask.float().cpu().numpy(), depth.float().cpu().numpy(), normalised)

    def _tensor(self, pose: Doubles) -> Tensor:
        return torch.as_tensor(pose, dtype=self.splats.means.dtype, device=self.splats.means.device)


def _generator(change: Tensor) -> Tensor:
    """(4, 4) of a rotation vector and a shift; Exp of it is one plus it to first order."""
    a, b, c, x, y, z = change.unbind()
    nil = torch.zeros_like(a)
    return torch.stack([nil, -c, b, x, c, nil, -a, y, -b, a, nil, z, nil, nil, nil, nil]).view(4, 4)


def _places(splats: Splats, pose: Tensor, scene: Scene) -> _Places:
    """What is before the near plane, projected (Zwicker et al. 2001, as 3DGS uses it)."""
    camera = splats.means @ pose[:3, :3].T + pose[:3, 3]
    kept = camera[:, 2].detach() > scene.near
    camera = camera[kept]
    fx, fy, cx, cy = splats.focal.unbind()
    z = camera[:, 2]
    x, y = camera[:, 0] / z, camera[:, 1] / z
    left, right, up, down = scene.sides
    sx, sy = x.clamp(left, right), y.clamp(up, down)
    tangents = torch.stack([splats.first[kept], splats.second[kept]], 1) @ pose[:3, :3].T
    across = (fx / z)[:, None] * (tangents[..., 0] - sx[:, None] * tangents[..., 2])
    along = (fy / z)[:, None] * (tangents[..., 1] - sy[:, None] * tangents[..., 2])
    xx, yy = (across**2).sum(1) + scene.spread, (along**2).sum(1) + scene.spread
    xy = (across * along).sum(1)
    cross = across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0]
    determinant = cross**2 + scene.spread * (xx + yy - scene.spread)
    opacity = splats.opacity.expand(len(splats.means))[kept]
    deviations = 2 * (opacity.detach() / LEAST_ALPHA).log().clamp_min(0)
    reach = (deviations[:, None] * torch.stack([xx, yy], 1).detach()).sqrt()
    conic = torch.stack([yy, -xy, xx], 1) / determinant[:, None]
    return _Places(torch.stack([fx * x + cx, fy * y + cy], 1), conic, reach, z, opacity)


def _touches(places: _Places, scene: Scene) -> _Touches:
    height, width = scene.camera.size
    with torch.no_grad():
        last = places.reach.new_tensor([width - 1, height - 1])
        low = (places.middle - places.reach).ceil().clamp_min(0)
        high = torch.minimum((places.middle + places.reach).floor(), last)
        size = (high - low + 1).clamp_min(0)
        size = torch.where((places.opacity >= LEAST_ALPHA)[:, None], size, 0).long()
        count = size.prod(1)
        if int(count.sum()) > _MOST_PAIRS:
            raise Problem("The splats cover too many pixels for torch", remedy="Reduce the camera, or draw with numba")
        of = torch.repeat_interleave(count)
        local = torch.arange(len(of), device=of.device) - (torch.cumsum(count, 0) - count)[of]
        across = size[of, 0]
        column = low[of, 0].long() + local % across
        row = low[of, 1].long() + local // across
        kept = _power(places, of, column, row) >= (LEAST_ALPHA / places.opacity[of]).log()
        of, column, row = of[kept], column[kept], row[kept]
    alpha = (places.opacity[of] * _power(places, of, column, row).exp()).clamp_max(MOST_ALPHA)
    return _Touches(alpha, row * width + column, of)


def _power(places: _Places, of: Tensor, column: Tensor, row: Tensor) -> Tensor:
    dx, dy = column - places.middle[of, 0], row - places.middle[of, 1]
    a, b, c = places.conic[of].unbind(1)
    return -0.5 * (a * dx * dx + c * dy * dy) - b * dx * dy
