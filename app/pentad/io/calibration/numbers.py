"""Numbers out of a calibration file: all there, all finite, and of the shape that was promised."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pentad.core.arrays import Doubles
from pentad.io.calibration.source import damaged

_LARGEST = 1e12


def numbers(path: Path, values: object, name: str, shape: tuple[int, ...] | None = None) -> Doubles:
    """``values`` as float64 of ``shape`` (None: any); Problem naming ``path`` and ``name`` where they are not that."""
    try:
        # Why: a YAML float needs a dot before the exponent, so some writers' numbers arrive as strings.
        found: Doubles = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as fault:
        raise damaged(path, f"its {name} is missing or not all numbers") from fault
    if not np.isfinite(found).all() or (shape is not None and found.shape != shape):
        raise damaged(path, f"its {name} holds {found.size} numbers, some missing or not finite")
    if found.size and np.abs(found).max() > _LARGEST:
        raise damaged(path, f"its {name} holds {np.abs(found).max():.3g}, beyond any camera")
    return found


def number(path: Path, found: Mapping[str, Any], key: str, default: float | None = None) -> float:
    """The number at ``key``, or ``default`` where it is absent and there is one."""
    if key not in found and default is not None:
        return default
    return float(numbers(path, found.get(key), key, ()))


def whole(path: Path, value: object, name: str) -> int:
    """``value`` as a whole number; Problem where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise damaged(path, f"its {name} is missing or no whole number")
    return int(value)
