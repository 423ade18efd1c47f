"""The time as every row keeps it."""

from datetime import UTC, datetime


def now() -> str:
    """UTC, ISO 8601 with microseconds: ``2026-11-22T23:05:02.123456+00:00``."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
