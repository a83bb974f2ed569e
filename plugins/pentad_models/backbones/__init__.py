"""Frozen vision transformers, and what every model built on them shares: pixels in, patch maps out.

``source`` is what the app sees: which backbones are here, and fetching the default one; it imports no torch. ``places``
finds them, ``imgfocus`` converts the default one, ``vit`` loads one; ``pixels`` prepares views; ``kept`` keeps what was
computed for them; ``maps`` turns patch distances into heatmaps and scores.
"""
