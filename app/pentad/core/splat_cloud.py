"""Many small Gaussians that together look like a part."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Floats


@dataclass(frozen=True, slots=True, eq=False)
class SplatCloud:
    """3D Gaussians (Kerbl et al. 2023), N of them, all float32.

    ``means`` (N, 3); ``scales`` (N, 3) standard deviations along the Gaussian's own axes, in the means' unit;
    ``rotations`` (N, 4) unit quaternions w x y z whose matrices have these axes as columns; ``opacities`` (N,) in 0 to
    1; ``colours`` (N, 3) red, green, blue as the first harmonic gives them, not clipped; ``normals`` (N, 3) or None;
    ``harmonics`` (N, K, 3), the higher spherical harmonics, K of 3, 8 or 15, or None.
    """

    means: Floats
    scales: Floats
    rotations: Floats
    opacities: Floats
    colours: Floats
    normals: Floats | None = None
    harmonics: Floats | None = None

    def __len__(self) -> int:
        return len(self.means)

    @property
    def axes(self) -> Floats:
        """(3, 3, N) the Gaussians' own axes: ``axes[k]`` holds x, y and z of the k-th of each, its matrix's column."""
        w, x, y, z = self.rotations.T
        return np.stack(
            [
                np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)]),
                np.stack([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)]),
                np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)]),
            ]
        )

    @property
    def bounds(self) -> Doubles:
        """(2, 3) the least and the greatest coordinates of the means."""
        return np.stack([self.means.min(axis=0), self.means.max(axis=0)]).astype(np.float64)
