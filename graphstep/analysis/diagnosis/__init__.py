"""Where a gradient dies: statistics of every layer, and what is wrong with them, with the figures that say so."""

from __future__ import annotations

from graphstep.analysis.diagnosis.finding import BACKWARD, Finding
from graphstep.analysis.diagnosis.findings import findings
from graphstep.analysis.diagnosis.layers import Depth, Layer, depths, layers
from graphstep.analysis.diagnosis.network import SEED, Experiment, scale_of
from graphstep.analysis.diagnosis.report import Diagnosis, diagnose
from graphstep.analysis.diagnosis.sweep import SETTINGS, Point, Sweep, at_point, figures, grid, steady_settings
