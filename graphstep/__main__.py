"""``python -m graphstep`` is the command ``graphstep``."""

from __future__ import annotations

import sys

from graphstep.faces.cli import main

if __name__ == "__main__":
    sys.exit(main())
