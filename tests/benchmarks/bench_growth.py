"""How work grows with the number of gates, in fitted exponents: ``python -m tests.benchmarks.bench_growth [GATES]``."""

from __future__ import annotations

import gc
import math
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np

from graphstep.analysis.paths import paths
from graphstep.engine.plan import plan
from graphstep.engine.trace import run_plan
from graphstep.language.read import read
from graphstep.telling.explain import explain
from tests.benchmarks.measure import balanced
from tests.benchmarks.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable
