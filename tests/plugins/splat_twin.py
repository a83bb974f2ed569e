"""Every splat against every pixel in double precision, as the papers write it: what rasterisers are held to."""

import torch
from torch import Tensor

from pentad.core.camera import Camera

LEAST, MOST, STOP = 1 / 255, 0.99, 1e-4


def alphas(
    means: Tensor, first: Tensor, second: Tensor, pose: Tensor, camera: Camera, *, opacity: float, spread: float,
    near: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """(N, h, w) alpha, (N,) z, and (h, w) where some alpha is so near the cut-off that rounding decides."""
    fx, fy, cx, cy = (float(camera.matrix[at]) for at in ((0, 0), (1, 1), (0, 2), (1, 2)))
    height, width = camera.size
    rotation = pose[:3, :3]
    place = means @ rotation.T + pose[:3, 3]
    x, y, z = place.unbind(1)
    covariance = first[:, :, None] * first[:, None] + second[:, :, None] * second[:, None]
    across = (x / z).clamp(-(cx + 0.5) / fx - 0.15 * width / fx, (width - cx - 0.5) / fx + 0.15 * width / fx)
    down = (y / z).clamp(-(cy + 0.5) / fy - 0.15 * height / fy, (height - cy - 0.5) / fy + 0.15 * height / fy)
    nil = torch.zeros_like(z)
    slope = torch.stack(
        [torch.stack([fx / z, nil, -fx * across / z], 1), torch.stack([nil, fy / z, -fy * down / z], 1)], 1
    )
    to_image = slope @ rotation
    flat = to_image @ covariance @ to_image.transpose(1, 2) + spread * torch.eye(2, dtype=z.dtype)
    rows, columns = torch.meshgrid(
        torch.arange(height, dtype=z.dtype), torch.arange(width, dtype=z.dtype), indexing="ij"
    )
    off = torch.stack([columns - (fx * x / z + cx)[:, None, None], rows - (fy * y / z + cy)[:, None, None]], -1)
    power = -0.5 * torch.einsum("nyxi,nij,nyxj->nyx", off, torch.linalg.inv(flat), off)
    alpha = opacity * power.exp()
    before = (z > near)[:, None, None]
    kept = torch.where((alpha >= LEAST) & before, alpha.clamp_max(MOST), 0.0)
    unsure = ((alpha.detach() / LEAST - 1).abs() < 2e-3) & before
    return kept, z, unsure.any(0)


def mask_of(alpha: Tensor) -> Tensor:
    """(h, w) 1 - prod(1 - alpha)."""
    return 1 - (1 - alpha).prod(0)


def blended(alpha: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """Mask and depth (h, w), one splat after the other from the nearest on."""
    through, depth = torch.ones_like(alpha[0]), torch.zeros_like(alpha[0])
    for i in torch.argsort(z, stable=True).tolist():
        here = torch.where(through < STOP, 0.0, alpha[i])
        depth = depth + z[i] * here * through
        through = through * (1 - here)
    return 1 - through, depth
