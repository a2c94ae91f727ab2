"""How many files and connections the system lets this process have open."""

from contextlib import suppress

try:
    import resource
except ImportError:  # Windows.
    _HAS_LIMIT = False
else:
    _HAS_LIMIT = True

ENOUGH = 4096
"""More than the service opens, whatever is asked of it."""


def raise_limit() -> int:
    """Raises what this process holds itself to, up to what the system allows it; returns how many may be open now."""
    if not _HAS_LIMIT:
        return ENOUGH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # Some systems allow less than they say.
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return limit()


def limit() -> int:
    """How many files may be open at once, ENOUGH where it is more than that."""
    if not _HAS_LIMIT:
        return ENOUGH
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if soft == resource.RLIM_INFINITY else min(soft, ENOUGH)
