"""Workflows are driven on the same desk as the widgets' own stories."""

from tests.ui.conftest import desk, plates

__all__ = ["desk", "plates"]
