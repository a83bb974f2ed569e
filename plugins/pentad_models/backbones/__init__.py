"""Frozen backbones that several models share: their weights, conversion and feature extraction."""
