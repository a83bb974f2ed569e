"""Thin widgets around the session."""
