"""``python -m pentad.cli``."""

import sys

from pentad.cli import main

if __name__ == "__main__":
    sys.exit(main())
