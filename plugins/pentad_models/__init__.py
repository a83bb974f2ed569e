"""Pentad's built-in models; they come in through the same doors as anybody else's."""
