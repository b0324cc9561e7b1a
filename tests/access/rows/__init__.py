"""The oracle, one module per part of the product, each with a list ROWS."""
