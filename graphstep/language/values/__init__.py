"""Values of inputs as a person types them: ``-2``, ``1/3``, ``[0.2, 0.4]``, ``randn(4, 3)*0.01``, ``@weights.npy``; and ``x=-2``.

The order in which a text passes the modules: ``words`` (name and value), ``value`` (file or expression), then ``stored`` (files),
``literals`` (brackets) and ``makers`` (randn and its like), and ``arithmetic`` (what is done with those, by the gates).
"""

from __future__ import annotations

from graphstep.language.values.ranges import Choices, Range, read_range
from graphstep.language.values.value import read_number, read_value
from graphstep.language.values.words import read_inputs, read_name, read_texts, split_inputs, split_words
