"""Exactly-once on an API without idempotency keys: the guard, and the two things that can stand for a key."""
