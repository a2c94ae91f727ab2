"""What `serve` does without, so that it starts fast and stays small."""

import subprocess
import sys

LEAN = "from connector.lean import start_lean; start_lean(); import connector.cli.foreground, sys; "


def test_serve_imports_nothing_that_it_needs_for_a_moment_only() -> None:
    # What `start_lean` bars from being imported stands there as None.
    script = LEAN + (
        "there = {name for name, module in sys.modules.items() if module}; "
        "print(sorted({'pydantic', 'alembic', 'cryptography', 'cffi', 'charset_normalizer'} & there))"
    )

    assert run(script) == ("[]\n", "")


def test_serve_signs_with_the_key_without_the_library_that_google_auth_would_use() -> None:
    script = LEAN + (
        "from Cryptodome.PublicKey import RSA; from google.auth import jwt; "
        "from connector.sheets.signer import KeySigner; "
        "key = RSA.generate(1024).export_key().decode(); "
        "print(jwt.encode(KeySigner.from_string(key, 'one'), {}).count(b'.'))"
    )

    assert run(script) == ("2\n", "")


def run(script: str) -> tuple[str, str]:
    """What it says, on both of its ways."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout, done.stderr
