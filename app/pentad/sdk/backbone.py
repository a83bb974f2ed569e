"""Frozen backbones as the application sees them: which are here, and how to get the default one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pentad.sdk.model import Ticket


class ListedBackbone(Protocol):
    """One backbone: ``source`` is where it is, or why it is not available."""

    @property
    def id(self) -> str: ...

    @property
    def available(self) -> bool: ...

    @property
    def source(self) -> str: ...


class BackboneSource(Protocol):
    """What the entry point ``pentad.backbones`` names; looking imports no torch and asks no network."""

    def available(self) -> Sequence[ListedBackbone]: ...

    def fetch(self, ticket: Ticket) -> Path:
        """Get the default backbone because a person asked for it; Problem where that fails."""
