"""Signs with a service account's key."""

from typing import Self

from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from google.auth.crypt.base import FromServiceAccountMixin, Signer


class KeySigner(Signer, FromServiceAccountMixin):
    """RS256 (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518, 3.3), as Google wants it of service accounts.

    google-auth's own signer rests on a library with all of OpenSSL in it: 9 MB, for one signature an hour.
    """

    def __init__(self, key: RSA.RsaKey, key_id: str | None = None) -> None:
        self._scheme = pkcs1_15.new(key)
        self._key_id = key_id

    @property
    def key_id(self) -> str | None:
        """Which of the account's keys this is."""
        return self._key_id

    def sign(self, message: bytes) -> bytes:
        """The signature of the message."""
        return self._scheme.sign(SHA256.new(message))

    @classmethod
    def from_string(cls, key: str, key_id: str | None = None) -> Self:
        """From a private key in PEM. Raises ValueError, whose text may show parts of it."""
        read = RSA.import_key(key)
        if not read.has_private():
            raise ValueError("It is a public key.")
        return cls(read, key_id)
