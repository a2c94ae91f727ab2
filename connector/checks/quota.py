"""Google's quota of requests a minute: how much of it the service has used."""

from collections.abc import Iterator, Mapping

import httpx

from connector.checks.public import local_address
from connector.findings import Finding
from connector.gateways.whapi.webhooks import HEADER
from connector.metrics.quota import LIMIT, Quota, QuotaUse
from connector.settings import Settings

_NAME = "quota"
NEAR_ITS_END = LIMIT * 9 // 10


def check_quota(use: QuotaUse) -> Iterator[Finding]:
    """What this process has used in the last minute. Asks nobody."""
    yield from _findings({quota: use.used(quota) for quota in Quota})


def check_quota_of_running(settings: Settings) -> Iterator[Finding]:
    """What the service has used that runs at HOST and PORT. Says nothing where none does, or it can't be asked."""
    headers = {HEADER: settings.webhook_secret}
    try:
        answer = httpx.get(f"{local_address(settings)}/readyz", headers=headers, timeout=10, trust_env=False)
        used = answer.json()["google_requests"]
        counts = {quota: int(used[quota]) for quota in Quota}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError):
        return
    yield from _findings(counts)


def _findings(used: Mapping[Quota, int]) -> Iterator[Finding]:
    scarce = [quota for quota in Quota if used[quota] >= NEAR_ITS_END]
    for quota in scarce:
        yield Finding.warning(
            _NAME,
            f"The service has sent {used[quota]} {quota}s in the last minute, and Google allows {LIMIT}. Orders may "
            "wait some seconds longer, and none is lost. If it stays so without many orders coming in, stop the other "
            "programs that use the same service account, or make one for the connector alone.",
        )
    if not scarce:
        counts = " and ".join(f"{used[quota]} of {LIMIT} {quota}s" for quota in Quota)
        yield Finding.ok(_NAME, f"In the last minute the service has used {counts} that Google allows.")
