"""Questions asked of a trace: witnesses, diagnosis, Jacobians, paths, and the symbolic side."""
