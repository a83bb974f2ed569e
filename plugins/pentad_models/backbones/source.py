"""The built-in source of backbones, which the entry point ``pentad.backbones`` names (see ``pentad.sdk.backbone``)."""

from pentad_models.backbones.fetch import fetch
from pentad_models.backbones.places import available

__all__ = ["available", "fetch"]
