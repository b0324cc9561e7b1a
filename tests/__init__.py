"""Tests stand in the same tree as the code."""
