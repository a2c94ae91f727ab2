"""The key's signature is what anybody else's implementation takes for one."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connector.sheets.signer import KeySigner

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(form: serialization.PrivateFormat) -> str:
    return KEY.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
def test_the_signature_holds_for_the_message_and_for_no_other(form: serialization.PrivateFormat) -> None:
    signer = KeySigner.from_string(pem(form), "key-1")

    signature = signer.sign(b"header.claims")

    assert signer.key_id == "key-1"
    KEY.public_key().verify(signature, b"header.claims", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(signature, b"header.other", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("cut", [0, 40, 1000])
def test_a_damaged_key_is_refused(cut: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the library's, and nobody sees it
        KeySigner.from_string(pem(serialization.PrivateFormat.PKCS8)[:cut])


def test_a_public_key_is_refused() -> None:
    public = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(ValueError, match="public"):
        KeySigner.from_string(public.decode())
