"""The entry point ``pentad.backbones``: what is here, and how to get the default one."""

from pentad_models.backbones.fetch import fetch
from pentad_models.backbones.sources import available

__all__ = ["available", "fetch"]
