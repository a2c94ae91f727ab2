"""How the service reaches Whapi and Google, where the environment says how."""

from collections.abc import Iterator

from connector import certificates
from connector.findings import Finding
from connector.language import gettext as _
from connector.proxies import proxy_for
from connector.settings import Settings

_NAME = "network"


def check_network(settings: Settings) -> Iterator[Finding]:
    """Tells of the proxy and of the file of certificates. Says nothing where there are none."""
    for who, url in (("Whapi", settings.whapi_base_url), ("Google", settings.sheets_base_url)):
        proxy = proxy_for(url)
        if proxy is not None:
            yield Finding.ok(_NAME, _("{who} is called through {proxy}.").format(who=who, proxy=proxy))
    used = certificates.in_use()
    if used is not None and used[1] == certificates.SETTING:
        yield Finding.ok(
            _NAME, _("Certificates are checked by {path}, which {name} names.").format(path=used[0], name=used[1])
        )
