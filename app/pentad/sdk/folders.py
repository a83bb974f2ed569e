"""Where Pentad keeps what it may: the user's cache, data and settings folders. PENTAD_HOME moves all three."""

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """What may be deleted at any time: converted backbones, downloads."""
    return _folder("cache", platformdirs.user_cache_path("pentad"))


def data_folder() -> Path:
    """What the user made without saying where: the sample project, trained models."""
    return _folder("data", platformdirs.user_data_path("pentad"))


def settings_folder() -> Path:
    """Window layout, keys, choices."""
    return _folder("settings", platformdirs.user_config_path("pentad"))


def _folder(name: str, standard: Path) -> Path:
    home = os.environ.get("PENTAD_HOME")
    return Path(home) / name if home else standard
