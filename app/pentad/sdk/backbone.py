"""Frozen backbones as the application sees them: which are here, how to get the default one, and bring others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pentad.sdk.model import Ticket


class ListedBackbone(Protocol):
    """One backbone: ``source`` is where it is, or why it is not available.

    ``licence`` is what its packers say and ``sha256`` what its weights had when they came, both empty where unknown;
    ``imported`` ones can be removed.
    """

    @property
    def id(self) -> str: ...

    @property
    def available(self) -> bool: ...

    @property
    def source(self) -> str: ...

    @property
    def licence(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def imported(self) -> bool: ...


class ImportedBackbone(Protocol):
    """What came of an import: ``sha256`` of the weights, ``brought_sha256`` of the file named, empty for a folder."""

    @property
    def id(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def brought_sha256(self) -> str: ...

    @property
    def licence(self) -> str: ...


class BackboneSource(Protocol):
    """What the entry point ``pentad.backbones`` names; looking imports no torch and asks no network."""

    def available(self) -> Sequence[ListedBackbone]: ...

    def fetch(self, ticket: Ticket) -> Path:
        """Get the default backbone because a person asked for it; Problem where that fails."""

    def add(
        self, place: Path, ticket: Ticket, *, name: str | None = None, sha256: str | None = None
    ) -> ImportedBackbone:
        """Import the backbone in a file or folder, checked; Problem where it is none, damaged or not what
        ``sha256`` says, and then nothing is left behind."""

    def remove(self, id: str) -> Path:
        """Delete an imported backbone and give the folder it was in; Problem where there is none of this name."""
