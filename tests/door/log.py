"""What reached a view as a POST: in these tests the sign that something was written."""

written: list[dict[str, list[str]]] = []
