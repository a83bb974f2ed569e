"""Which ways to find a pose are installed, found through the entry points ``pentad.aligners``."""

from pentad.sdk import Aligner
from pentad.session.installed import Installed


class Aligners(Installed[Aligner]):
    """What can splat a mesh and align it, by id."""

    group = "pentad.aligners"
    word = "aligner"
