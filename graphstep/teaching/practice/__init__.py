"""Practice at home: exercises of mixed kinds, of which less and less is worked, and which come back after days.

``standing`` says how far a learner is with a level of an item, and what an exercise makes of that; ``session`` chooses what comes
next; ``progress`` keeps it.
"""
