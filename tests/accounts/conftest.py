"""People who can sign in."""

from tests.door.people import ani, budi, quick_hashes, sign_in, written

__all__ = ["ani", "budi", "quick_hashes", "sign_in", "written"]
