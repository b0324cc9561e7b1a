"""A password hasher that counts how often it works."""

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """Quick, and every hash it makes or checks is one call."""

    algorithm = "counting"
    calls = 0

    def encode(self, password: str, salt: str) -> str:
        """Hash; verify() comes through here as well."""
        CountingHasher.calls += 1
        return super().encode(password, salt)

    @classmethod
    def count(cls) -> int:
        """How often since the last time one asked."""
        calls, cls.calls = cls.calls, 0
        return calls
