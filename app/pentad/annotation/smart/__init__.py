"""The tools that look at the picture before they paint."""

from pentad.annotation.smart.asking import Questions
from pentad.annotation.smart.fill import Fill, fill_options
from pentad.annotation.smart.grabcut import GrabCut, grabcut_options
from pentad.annotation.smart.scissors import Scissors, scissors_options
from pentad.annotation.smart.superpixels import Superpixels, superpixel_options
from pentad.annotation.smart.threshold import Threshold, threshold_options
from pentad.annotation.smart.wand import Wand, wand_options
from pentad.annotation.tool import Tool


def smart_tools() -> list[Tool]:
    """In the order of the tool bar."""
    questions = Questions()
    return [
        Fill(fill_options(), questions),
        Wand(wand_options(), questions),
        GrabCut(grabcut_options(), questions),
        Superpixels(superpixel_options(), questions),
        Scissors(scissors_options(), questions),
        Threshold(threshold_options(), questions),
    ]
