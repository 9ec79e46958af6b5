"""Numbers: the plan of a program, its passes forward and backward, and the trace that they leave."""
