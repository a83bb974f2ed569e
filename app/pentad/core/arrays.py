"""Names for the arrays that travel between the layers; all are ``(y, x)`` with pixel centres at integers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]
"""Pixels as a file holds them: (H, W) or (H, W, 3), any depth."""
Rgb = NDArray[np.uint8]
"""(H, W, 3), 8 bit, red first."""
Normals = NDArray[np.float32]
"""(H, W, 3), unit vectors in camera axes (+x right, +y up, +z to the camera); a zero vector is "no normal here"."""
Labels = NDArray[np.uint8]
"""(H, W), class index per pixel, 0 = background."""
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]
