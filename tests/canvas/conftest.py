"""The canvas needs no screen: without one, its tests draw offscreen."""

import os

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
