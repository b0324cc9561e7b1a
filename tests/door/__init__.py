"""The door: a small site of forms behind it, people who may pass, and a browser to do it with."""
