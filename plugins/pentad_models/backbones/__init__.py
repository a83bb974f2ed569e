"""Frozen vision transformers, and what every model built on them shares: pixels in, patch maps out.

``source`` is what the app sees: which backbones are here, fetching the default one, importing others; it imports no
torch. ``places`` finds them, ``imported`` keeps what a person brought (``parcels`` unpacks, ``importing`` checks it),
``imgfocus`` converts the default one, ``vit`` loads one; ``pixels`` prepares views; ``kept`` keeps what was
computed for them; ``maps`` turns patch distances into heatmaps and scores.
"""
