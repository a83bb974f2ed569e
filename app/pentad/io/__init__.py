"""Bytes to nouns and back, one module per format."""
