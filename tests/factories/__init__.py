"""Factories: each makes a legal object, one module per app."""
