"""The invented year of the demo: people, places and a year in full swing, the same at every start."""
