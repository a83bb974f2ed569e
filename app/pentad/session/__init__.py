"""The application itself, without a window."""
