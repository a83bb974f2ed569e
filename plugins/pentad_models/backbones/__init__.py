"""Frozen vision transformers, and what every model built on them shares: pixels in, patch maps out.

``sources`` says which are here without importing torch; ``fetch`` gets the default one when a person asks for it;
``vit`` loads one; ``pixels`` prepares views; ``maps`` turns patch distances into heatmaps and scores.
"""
