"""Spares `serve` what its libraries import for other uses than this one: a third of its start, and 22 MB for ever."""

import gc
import sys
import warnings
from types import ModuleType

_DISPENSABLE = {
    "rich": "structlog would draw errors with it",
    "greenlet": "structlog could keep apart what greenlets log; ours are threads",
    "httpx._main": "httpx as a command",
    "cffi": "Cryptodome would call its C code through it, and reads a grammar of C first; ctypes does it as well",
    "charset_normalizer": "requests would guess how a text is encoded that doesn't say so; it takes UTF-8 then",
}
"""Modules that somebody imports who goes without them where they are missing, and what for."""

_UNUSED: dict[str, tuple[str, ...]] = {
    # gspread imports it for people who log in themselves; a service account doesn't.
    "google_auth_oauthlib": (),
    "google_auth_oauthlib.flow": ("InstalledAppFlow",),
    # What google-auth signs and verifies with; `sheets/signer.py` takes its place.
    "google.auth.crypt.es": ("EsSigner", "EsVerifier"),
    "google.auth.crypt.es256": ("ES256Signer", "ES256Verifier"),
    "google.auth.crypt.rsa": ("RSASigner", "RSAVerifier"),
}
"""Modules that somebody imports who asks no more of them than that they have these names."""


def start_lean() -> None:
    """To be called before anything else is imported, in a process that does nothing but `serve`."""
    # Imports leave next to no garbage, and each search for it goes through all that was imported so far. `keep_all`
    # turns it on again.
    gc.disable()
    for name in _DISPENSABLE:
        sys.modules[name] = None  # type: ignore[assignment] # as the import system documents it
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")
    for module_name, names in _UNUSED.items():
        module = ModuleType(module_name)
        vars(module).update({name: type(name, (), {}) for name in names})
        sys.modules[module_name] = module


def keep_all() -> None:
    """To be called once all is there: what is there now stays to the end.

    Without this the garbage collector goes through all of it ever again, 80 ms each time on a small machine, and
    everybody waits meanwhile.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
