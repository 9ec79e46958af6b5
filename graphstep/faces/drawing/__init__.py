"""Graphs and curves become drawings: the layout first, then characters or SVG."""
