"""Who gets which answer from which page."""
