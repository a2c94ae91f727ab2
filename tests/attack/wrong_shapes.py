"""Every way in which people get a secret wrong when they put it into a setting."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CORE = "qX7vKp2ZtR9wLm4NcB8yHd6FgJ3sVe5A"
"""What is secret of all settings but the key: nothing of it may be seen."""
SIGNING_SECRET = base64.b64encode(CORE.encode()).decode()


@dataclass(frozen=True)
class Shape:
    """A setting's value, and what of it must stay hidden."""

    setting: str
    name: str
    value: str
    material: str
    file: bytes | None = None
    """What stands in the file that the setting names, if it names one."""

    is_right: bool = False
    """Whether it is understood, so that what follows is as with any other right setting."""

    def __str__(self) -> str:
        return f"{self.setting}: {self.name}"


def shapes() -> list[Shape]:
    return [*_keys(), *_key_files(), *_words(), *_signing(), *_receivers(), *_alerts(), *_databases()]


@cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def key(**changed: object) -> dict[str, object]:
    return {
        "type": "service_account",
        "project_id": "shop",
        "private_key_id": "1",
        "private_key": private_key(),
        "client_email": "connector@shop.iam.gserviceaccount.com",
        "token_uri": "http://127.0.0.1:1/token",
        **changed,
    }


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def readable_keys() -> dict[str, str]:
    """Forms of a right key that are understood."""
    whole = json.dumps(key())
    indented = json.dumps(key(), indent=2)
    code = encoded(whole)
    return {
        "as it is": whole,
        "indented": indented,
        "in single quotes": f"'{whole}'",
        "in double quotes": f'"{whole}"',
        "as a JSON text": json.dumps(whole),
        "with a byte-order mark": "\ufeff" + whole,
        "with blanks around it": f"\n {whole} \r\n",
        "with every line break escaped": indented.replace("\n", "\\n"),
        "with every quote escaped": whole.replace("\\n", "\\\\n").replace('"', '\\"'),
        "with line breaks in the private key": whole.replace("\\n", "\n"),
        "with line breaks escaped twice": whole.replace("\\n", "\\\\n"),
        "as base64": code,
        "as base64 in quotes": f'"{code}"',
        "as base64 in lines": "\n".join(code[at : at + 76] for at in range(0, len(code), 76)) + "\n",
        "as base64 for addresses, without padding": code.translate(str.maketrans("+/", "-_")).rstrip("="),
        "as base64 with a byte-order mark inside": encoded("\ufeff" + whole),
    }


def _keys() -> Iterator[Shape]:
    whole, pem = json.dumps(key()), private_key()
    code = encoded(whole)
    body = "".join(pem.splitlines()[1:-1])
    wrong = {
        "base64 cut off": code[: len(code) // 2],
        "base64 with garbage": f"{code[:300]}!?{code[300:]}",
        "base64 of something else": encoded(pem),
        "a short piece of base64": code[40:60],
        "a piece that looks like an absolute path": f"/{code[40:70]}",
        "a piece with folders": f"{code[40:60]}/{code[60:80]}/{code[80:100]}",
        "the private key alone": pem,
        "the private key alone, escaped": pem.replace("\n", "\\n"),
        "the private key's body": body,
        "a line of the private key": body[:64],
        "JSON cut off": whole[:900],
        "JSON without its first brace": whole[1:],
        "JSON in a list": json.dumps([key()]),
        "a JSON list of the private key": json.dumps([pem]),
        "a JSON text": json.dumps(pem),
        "another type": json.dumps(key(type="user")),
        "an OAuth client": json.dumps({"installed": {"client_secret": body}}),
        "a private key that is a list": json.dumps(key(private_key=[pem])),
        "a private key that is cut off": json.dumps(key(private_key=pem[:400])),
        "a private key in other letters": json.dumps(key(private_key=pem.replace("A", "Ä"))),
        "an e-mail that is a number": json.dumps(key(client_email=7)),
        "a token address that is a list": json.dumps(key(token_uri=[pem])),
        "too long": whole * 50,
        "too long base64": code * 50,
        "a line break inside": f"{code[:50]}\n\n=={code[50:90]}",
        "bytes that are no text": whole.encode("utf-16").decode("utf-8", "surrogateescape").replace("\0", ""),
    }
    for name, value in {**readable_keys(), **wrong}.items():
        yield Shape("GOOGLE_CREDENTIALS", name, value, code + " " + body, is_right=name in readable_keys())


def _key_files() -> Iterator[Shape]:
    whole, pem = json.dumps(key()), private_key()
    body = "".join(pem.splitlines()[1:-1])
    contents = {
        "a file in UTF-16": whole.encode("utf-16"),
        "a file with a byte-order mark": b"\xef\xbb\xbf" + whole.encode(),
        "a file in base64": encoded(whole).encode(),
        "a file of the private key alone": pem.encode(),
        "a file that is cut off": whole.encode()[:900],
        "a file with odd bytes": whole.encode("utf-16-be"),
        "a file with a bad end": whole.encode() + b"\xff\xfe",
    }
    for name, content in contents.items():
        yield Shape("GOOGLE_CREDENTIALS", name, "key.json", encoded(whole) + " " + body, content)


def _words() -> Iterator[Shape]:
    """Tokens, secrets and passwords."""
    values = {
        "a line break at its end": f"{CORE}\n",
        "blanks around it": f" \t{CORE}\r\n ",
        "a byte-order mark": f"\ufeff{CORE}",
        "a line break inside": f"{CORE}\n{CORE}",
        "a blank inside": f"{CORE} {CORE}",
        "in quotes": f'"{CORE}"',
        "in JSON": json.dumps({"token": CORE}),
        "letters that no header has": f"{CORE}-größer-пароль",
        "a bell": f"{CORE}\a{CORE}",
        "too long": CORE * 2000,
        "a part that is none": f"{CORE}%zz%{CORE}",
        "like a variable": f"${{{CORE}}}",
        "bytes that are no text": f"{CORE}\udcff",
        "cut off": CORE[:7] + "x",
    }
    for setting in ("WHAPI_TOKEN", "WEBHOOK_SECRET", "ADMIN_PASSWORD"):
        for name, value in values.items():
            yield Shape(setting, name, value, CORE)


def _signing() -> Iterator[Shape]:
    values = {
        "right": f"whsec_{SIGNING_SECRET}",
        "without its beginning": SIGNING_SECRET,
        "two with a semicolon": f"whsec_{SIGNING_SECRET};whsec_{SIGNING_SECRET}",
        "garbage": f"whsec_{SIGNING_SECRET}!",
        "a line break inside": f"whsec_{SIGNING_SECRET[:12]}\n{SIGNING_SECRET[12:]}",
        "in quotes": f"'whsec_{SIGNING_SECRET}'",
        "bytes that are no text": f"whsec_{SIGNING_SECRET}\udcff",
        "too long": f"whsec_{SIGNING_SECRET * 100}",
    }
    for name, value in values.items():
        yield Shape("EVENTS_SECRET", name, value, SIGNING_SECRET)


def _receivers() -> Iterator[Shape]:
    values = {
        "right, with a line break": f"https://127.0.0.1:1/{CORE}\n",
        "without a scheme": f"127.0.0.1/{CORE}",
        "another scheme": f"ftp://127.0.0.1/{CORE}",
        "a port that is none": f"https://127.0.0.1:{CORE}/",
        "a password with an @": f"https://ada:{CORE}@{CORE}@127.0.0.1:1/",
        "a line break inside": f"https://127.0.0.1/{CORE}\n{CORE}",
        "a semicolon": f"https://127.0.0.1:1/{CORE};https://127.0.0.1:1/{CORE}",
        "in quotes": f'"https://127.0.0.1:1/{CORE}"',
        "plain http": f"http://127.0.0.1:1/{CORE}",
        "bytes that are no text": f"https://127.0.0.1:1/{CORE}\udcff",
        "an open bracket": f"https://[{CORE}/",
    }
    for name, value in values.items():
        yield Shape("EVENTS_URL", name, value, CORE)


def _alerts() -> Iterator[Shape]:
    values = {
        "right": f"json://ada:{CORE}@127.0.0.1:1/{CORE}",
        "without a scheme": CORE,
        "no messenger's": f"tgram://{CORE}",
        "a semicolon": f"json://127.0.0.1:1/{CORE};{CORE}",
        "a line break inside": f"json://127.0.0.1:1/{CORE}\n{CORE}",
        "as the shop's own": f"whapi://{CORE}",
    }
    for name, value in values.items():
        yield Shape("ALERT_URLS", name, value, CORE)


def _databases() -> Iterator[Shape]:
    here = "127.0.0.1:1"
    values = {
        "nobody answers": f"postgresql://u:{CORE}@{here}/x",
        "in the query": f"postgresql://u@{here}/x?password={CORE}",
        "in the query, with another name": f"postgresql://u@{here}/x?sslpassword={CORE}",
        "in the query of SQLite": f"sqlite:///orders.db?password={CORE}",
        "an @ inside": f"postgresql://u:{CORE}@{CORE}@{here}/x",
        "a slash inside": f"postgresql://u:{CORE}/{CORE}@{here}/x",
        "a question mark inside": f"postgresql://u:{CORE}?{CORE}@{here}/x",
        "a hash inside": f"postgresql://u:{CORE}#{CORE}@{here}/x",
        "a colon inside": f"postgresql://u:{CORE}:{CORE}@{here}/x",
        "a percent inside": f"postgresql://u:{CORE}%{CORE}@{here}/x",
        "an @ and a slash inside": f"postgresql://u:{CORE}@{CORE}/{CORE}@{here}/x",
        "as the port": f"postgresql://u@127.0.0.1:{CORE}/x",
        "another database": f"mysql://u:{CORE}@{here}/x",
        "no scheme": f"u:{CORE}@{here}/x",
        "nothing else": CORE,
        "a driver that is not there": f"postgresql+asyncpg://u:{CORE}@{here}/x",
        "SQLite with an option that is none": f"sqlite:///x.db?mode={CORE}&uri=true",
        "in quotes": f'"postgresql://u:{CORE}@{here}/x"',
        "a line break at its end": f"postgresql://u:{CORE}@{here}/x\n",
        "a line break inside": f"postgresql://u:{CORE}\n{CORE}@{here}/x",
        "bytes that are no text": f"postgresql://u:{CORE}\udcff@{here}/x",
        "for libpq": f"host=127.0.0.1 port=1 password={CORE}",
    }
    for name, value in values.items():
        yield Shape("DATABASE_URL", name, value, CORE)


def write_file(shape: Shape, folder: Path) -> str:
    """Makes the file that the shape names, if there is to be one; the setting's value."""
    if shape.file is None:
        return shape.value
    path = folder / shape.value
    path.write_bytes(shape.file)
    return str(path)
