"""Somebody at a browser without scripts: keeps cookies, and sends forms as they stand in the page."""

import re
from typing import Any

import httpx

from tests.service.shop import Shop

PASSWORD = "a password of the shop"
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Visitor:
    def __init__(self, shop: Shop, **headers: str) -> None:
        self.http = httpx.Client(base_url=shop.url, headers=headers, timeout=20)
        self.token = ""

    def get(self, path: str = "/", **options: Any) -> httpx.Response:
        answer = self.http.get(path, **options)
        found = TOKEN.search(answer.text)
        self.token = found[1] if found else self.token
        return answer

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        return self.http.post(path, data={"form_token": self.token, **fields}, headers=headers)

    def log_in(self, password: str = PASSWORD) -> httpx.Response:
        self.get()
        answer = self.post("/status/login", password=password)
        if answer.status_code == 303:
            self.get()
        return answer

    def close(self) -> None:
        self.http.close()
