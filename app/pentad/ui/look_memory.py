"""How views were drawn last time, kept with the window's settings; what cannot be read is left at its default."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from math import pi
from typing import Any

from pentad.canvas.colours import HeatMapName
from pentad.core.sample import Modality
from pentad.session.lighting import EXAGGERATIONS, LOWEST
from pentad.session.view_state import DepthKind, Lamp, Look, MapStyle, NormalMap, Row
from pentad.ui.settings import Settings

LAMP: Mapping[str, tuple[float, float]] = {
    "azimuth": (-pi, pi),
    "elevation": (LOWEST, pi / 2),
    "exaggeration": EXAGGERATIONS,
    "gloss": (0.0, 1.0),
}
"""What is kept of the lamp, and within which limits."""


def remember_look(look: Look, settings: Settings) -> None:
    """Keep what is a habit; ranges, thresholds and the maximised view belong to one run or sample and are not kept."""
    settings.put("look/rows", " ".join(row.value for row in look.rows))
    settings.put("look/base", look.base.value)
    settings.put("look/heat", look.heat_style.value)
    settings.put("look/colours", look.colours)
    settings.put("look/heat_opacity", look.heat_opacity)
    settings.put("look/mask", look.mask_style.value)
    settings.put("look/mask_opacity", look.mask_opacity)
    settings.put("look/paint_mask", look.paint_mask_style.value)
    settings.put("look/linked", look.linked)
    settings.put("look/depth", look.depth.value)
    settings.put("look/normals", look.normals.value if look.normals is not None else "")
    for field in LAMP:
        settings.put(f"look/lamp_{field}", getattr(look.lamp, field))


def remembered_look(settings: Settings) -> dict[str, object]:
    """The changes to the default look, by field."""
    default = Look()
    changes: dict[str, object] = {
        "heat_opacity": min(max(settings.number("look/heat_opacity", default.heat_opacity), 0.0), 1.0),
        "mask_opacity": min(max(settings.number("look/mask_opacity", default.mask_opacity), 0.0), 1.0),
        "linked": settings.flag("look/linked", default=default.linked),
    }
    with contextlib.suppress(ValueError):
        named = settings.text("look/rows", "").split()
        changes["rows"] = tuple(row for row in Row if row in {Row(name) for name in named}) or default.rows
    with contextlib.suppress(ValueError):
        changes["base"] = Modality(settings.text("look/base", default.base.value))
    with contextlib.suppress(ValueError):
        changes["heat_style"] = MapStyle(settings.text("look/heat", default.heat_style.value))
    with contextlib.suppress(ValueError):
        changes["mask_style"] = MapStyle(settings.text("look/mask", default.mask_style.value))
    with contextlib.suppress(ValueError):
        style = MapStyle(settings.text("look/paint_mask", default.paint_mask_style.value))
        # Why: masks hidden to look beneath would seem lost on the next day.
        changes["paint_mask_style"] = default.paint_mask_style if style is MapStyle.OFF else style
    changes["lamp"] = _remembered_lamp(settings)
    with contextlib.suppress(ValueError):
        changes["depth"] = DepthKind(settings.text("look/depth", default.depth.value))
    with contextlib.suppress(ValueError):
        changes["normals"] = NormalMap(settings.text("look/normals", ""))
    with contextlib.suppress(ValueError):
        changes["colours"] = HeatMapName(settings.text("look/colours", default.colours)).value
    return changes


def _remembered_lamp(settings: Settings) -> Lamp:
    """As it stood, but switched off: colour codes are what one expects of normals."""
    lamp = Lamp()
    kept: dict[str, Any] = {
        field: min(max(settings.number(f"look/lamp_{field}", getattr(lamp, field)), low), high)
        for field, (low, high) in LAMP.items()
    }
    return replace(lamp, **kept)
