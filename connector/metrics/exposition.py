"""The metrics as Prometheus reads them."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The plain text format, which every version of Prometheus reads."""


def exposition(registry: CollectorRegistry) -> bytes:
    """All that the registry has, in that format."""
    return generate_latest(_WithoutCreated(registry))


class _WithoutCreated:
    """The registry without the time at which each series began: one more series each, and nobody looks at it.

    The library can leave it out too, but only for the whole process.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
