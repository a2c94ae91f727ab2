"""Service account keys and access tokens: the sandbox's part of Google's OAuth.

A signed JWT is checked for real (signature, issuer, audience, scope, time), so that a wrong key file, a wrong
clock or a missing scope fails here as it fails at Google.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connector.clock import Clock
from sandbox.google.errors import ApiError

SCOPES_THAT_SUFFICE = frozenset(
    "https://www.googleapis.com/auth/" + name for name in ("spreadsheets", "drive", "drive.file")
)
GOOGLES_AUDIENCE = "https://oauth2.googleapis.com/token"
"""google-auth writes this into its claim whatever the key file's token_uri says."""
TOKEN_LIFE = timedelta(seconds=3599)
_SKEW = timedelta(minutes=5)
_LONGEST_CLAIM = timedelta(hours=1)
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLOCK_SENTENCE = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


class TokenError(Exception):
    """The token endpoint refuses; its body has a shape of its own."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


class ServiceAccount:
    """An account that belongs to a program. The key can be handed in, so that a restart knows an old key file.

    A key of 1,024 bits, half as long as Google's, is made and read in a seventh of the time.
    """

    def __init__(
        self,
        email: str = "connector@sandbox-project.iam.gserviceaccount.com",
        private_key: str | None = None,
        key_id: str | None = None,
        *,
        key_bits: int = 2048,
    ) -> None:
        self.email = email
        if private_key is None:
            self._key = rsa.generate_private_key(public_exponent=65537, key_size=key_bits)
        else:
            loaded = serialization.load_pem_private_key(private_key.encode(), password=None)
            if not isinstance(loaded, rsa.RSAPrivateKey):
                raise ValueError("The service account's key must be an RSA key.")
            self._key = loaded
        self.key_id = key_id or secrets.token_hex(20)

    @property
    def project(self) -> str:
        return self.email.partition("@")[2].partition(".")[0]

    @property
    def private_key(self) -> str:
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        return self._key.public_key()

    def key_file(self, token_uri: str) -> dict[str, str]:
        """What Google's console would let one download, with the sandbox's address for tokens."""
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.key_id,
            "private_key": self.private_key,
            "client_email": self.email,
            "client_id": str(int.from_bytes(self.email.encode()[:8], "big"))[:21].ljust(21, "0"),
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/"
            + self.email.replace("@", "%40"),
            "universe_domain": "googleapis.com",
        }


@dataclass(frozen=True)
class Token:
    email: str
    scopes: frozenset[str]
    expires: datetime


class TokenDesk:
    """Hands out access tokens and knows which are valid. Safe to use from several threads."""

    def __init__(self, accounts: Iterable[ServiceAccount], clock: Clock) -> None:
        self._accounts = {account.email: account for account in accounts}
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._lock = Lock()

    def add(self, account: ServiceAccount) -> None:
        """Tokens are handed out to this account too."""
        with self._lock:
            self._accounts[account.email] = account

    def issue(self, form: dict[str, str], audience: str) -> dict[str, Any]:
        """The answer of `POST /token`, or TokenError."""
        if form.get("grant_type") != _GRANT:
            raise TokenError("unsupported_grant_type", "Invalid grant_type: " + form.get("grant_type", ""))
        claims = self._checked(form.get("assertion", ""), audience)
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes:
            raise TokenError("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        text = "ya29.c." + secrets.token_urlsafe(48)
        token = Token(str(claims["iss"]), scopes, self._clock.now() + TOKEN_LIFE)
        with self._lock:
            self._tokens[text] = token
        return {
            "access_token": text,
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "token_type": "Bearer",
        }

    def revoke_all(self) -> None:
        with self._lock:
            self._tokens.clear()

    def holder(self, authorization: str | None) -> str:
        """The account that a bearer token belongs to; 401 or 403 in Google's shape otherwise."""
        if not authorization:
            raise _unauthenticated("Request is missing required authentication credential. ", "CREDENTIALS_MISSING")
        scheme, _, text = authorization.partition(" ")
        with self._lock:
            token = self._tokens.get(text)
        if scheme != "Bearer" or token is None or token.expires <= self._clock.now():
            raise _unauthenticated("Request had invalid authentication credentials. ", "ACCESS_TOKEN_EXPIRED")
        if not token.scopes & SCOPES_THAT_SUFFICE:
            raise ApiError(
                403,
                "Request had insufficient authentication scopes.",
                [_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
            )
        return token.email

    def _checked(self, assertion: str, audience: str) -> dict[str, Any]:
        try:
            head, body, signature = assertion.split(".")
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
            signed = _decoded(signature)
        except (ValueError, binascii.Error):
            raise TokenError("invalid_grant", "Invalid JWT: The assertion cannot be read.") from None
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise TokenError("invalid_grant", "Invalid JWT: The assertion cannot be read.")
        account = self._accounts.get(str(claims.get("iss")))
        if account is None:
            raise TokenError("invalid_grant", "Invalid grant: account not found")
        if header.get("alg") != "RS256" or header.get("kid", account.key_id) != account.key_id:
            raise TokenError("invalid_grant", "Invalid JWT Signature.")
        try:
            account.public_key.verify(signed, f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise TokenError("invalid_grant", "Invalid JWT Signature.") from None
        self._check_time(claims)
        if claims.get("aud") not in (GOOGLES_AUDIENCE, audience):
            raise TokenError("invalid_grant", f"Invalid JWT: Failed audience check. The right audience is {audience}")
        return claims

    def _check_time(self, claims: dict[str, Any]) -> None:
        now = self._clock.now().timestamp()
        issued, expires = claims.get("iat"), claims.get("exp")
        if (
            not isinstance(issued, int | float)
            or not isinstance(expires, int | float)
            or expires - issued > _LONGEST_CLAIM.total_seconds()
            or issued > now + _SKEW.total_seconds()
            or expires <= now
        ):
            raise TokenError("invalid_grant", _CLOCK_SENTENCE)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _reason(reason: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "sheets.googleapis.com"},
    }


def _unauthenticated(sentence: str, reason: str) -> ApiError:
    return ApiError(
        401,
        sentence + "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        [_reason(reason)],
    )
