"""Training is the third phase: forward, backward, update, and then the next round.

The order in which data passes the modules: ``settings`` (what is asked for), ``examples`` (batches and what is held out),
``schedule`` (learning rates), ``machine`` (plans that are made once, parameters that are updated in place), ``history`` (numbers
and checkpoints), ``training`` (the loop, and what is known afterwards); then ``saved`` (to go on another day). Beside the machine
stand ``drill``, ``rehearsal`` and ``score``, which make a round fast.
"""

from __future__ import annotations

from graphstep.engine.training.settings import Settings, read_batch, read_held_out
from graphstep.engine.training.training import Stop, Training, curves
