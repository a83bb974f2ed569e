"""The pose debugger: a pose fit looked at iteration by iteration."""
