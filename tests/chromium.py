"""The Chromium that pages are looked at with, and what a test module needs that looks at one."""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
"""Its path; None where there is none."""

NEEDED = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: CHROMIUM names one"),
]
"""The marks of such a module."""
