"""The debugger without a screen: where to stop, and how a step is opened again."""
