"""What a reply says, as data: nodes, steps and numbers, and no sentence. A face words them (:mod:`graphstep.faces.replies`)."""

from __future__ import annotations

from graphstep.debugger.facts.breakpoints import (
    BreakGone,
    BreaksCleared,
    BreakSet,
    ConditionsSet,
    Hit,
    NoBreakpoints,
    NoneFurther,
)
from graphstep.debugger.facts.causes import Began, CausesOf, TangentsFrom
from graphstep.debugger.facts.comparisons import Compared, NothingToCompare
from graphstep.debugger.facts.cuts import CannotCut, CutElsewhere, CutUndone, NoWire, WhichWire, WireCut
from graphstep.debugger.facts.edits import (
    CannotNudge,
    Edited,
    NoCells,
    NoGradient,
    NoInputs,
    NothingToUndo,
    Nudged,
    SelectInput,
    Undone,
)
from graphstep.debugger.facts.fact import Elsewhere, Fact, Fault, NoNode, NoStep, UnfitError
from graphstep.debugger.facts.frames import (
    CallClosed,
    CallOpened,
    Closed,
    Folded,
    NoComposite,
    NothingOpen,
    NothingToFold,
    Opened,
    Pending,
    Unfolded,
)
from graphstep.debugger.facts.lesson import (
    AnswerFirst,
    FirstSection,
    HintGiven,
    LessonDone,
    LessonFact,
    Marked,
    NoMoreHints,
    Revealed,
    SectionOpened,
)
from graphstep.debugger.facts.marks import AtMark, MarkGone, MarkList, MarkSet, NoLetter, NoMark, NoMarks
from graphstep.debugger.facts.moves import AtEnd, AtStart, Changed, Held, Moved, Selected, Unchanged
from graphstep.debugger.facts.order import NextGate, NoneReady, NotReady, OrderElsewhere, OrderUndone, ReadyGates, SameGradients
from graphstep.debugger.facts.predictions import (
    Answered,
    Asked,
    Hinted,
    NothingAsked,
    NothingPredicted,
    Predicting,
    PredictingEnds,
    SummaryOf,
)
from graphstep.debugger.facts.quantities import (
    Candidates,
    Cells,
    Inspected,
    Jacobians,
    NoCell,
    NoEdges,
    NoWatches,
    PathsFrom,
    Shown,
    Watched,
)
from graphstep.debugger.facts.rewritings import NoForm, NothingToRewrite
from graphstep.debugger.facts.training import (
    FirstRound,
    NoRound,
    NoRoundYet,
    NotTraining,
    ParameterShown,
    RoundBefore,
    RoundShown,
)
