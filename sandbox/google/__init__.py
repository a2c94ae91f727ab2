"""A stand-in for Google Sheets and its token endpoint, strict where Google is strict.

What it promises and where that comes from stands with each module. It is used by the demo, by tests and
benchmarks, and by integrators who want to see what a request really does.
"""

from sandbox.google.app import google_blueprint
from sandbox.google.standin import GoogleStandIn
from sandbox.google.unknowns import Unknowns

__all__ = ["GoogleStandIn", "Unknowns", "google_blueprint"]
