"""The tools that look at the picture before they paint."""

from pentad.annotation.smart.fill import Fill, fill_options
from pentad.annotation.smart.grabcut import GrabCut, grabcut_options
from pentad.annotation.smart.scissors import Scissors, scissors_options
from pentad.annotation.smart.superpixels import Superpixels, superpixel_options
from pentad.annotation.smart.threshold import Threshold, threshold_options
from pentad.annotation.smart.wand import Wand, wand_options
from pentad.annotation.tool import Tool


def smart_tools() -> list[Tool]:
    """In the order of the tool bar."""
    return [
        Fill(fill_options()),
        Wand(wand_options()),
        GrabCut(grabcut_options()),
        Superpixels(superpixel_options()),
        Scissors(scissors_options()),
        Threshold(threshold_options()),
    ]
