"""Readers of what learning platforms are given, each strict, and the same questions asked of all of them."""
