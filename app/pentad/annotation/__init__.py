"""Marking pixels: regions, strokes, rules and the tools a hand works with, without any screen."""
