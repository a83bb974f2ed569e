"""The built-in source of backbones, which the entry point ``pentad.backbones`` names (see ``pentad.sdk.backbone``)."""

from pentad_models.backbones.fetch import fetch
from pentad_models.backbones.imported import available
from pentad_models.backbones.imported import remove_imported as remove
from pentad_models.backbones.importing import add

__all__ = ["add", "available", "fetch", "remove"]
