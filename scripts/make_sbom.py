"""Writes sbom.cdx.json: what the service runs on, for hosts that check it, as a CycloneDX bill of materials.

Made from requirements.txt alone, so that it is the same on every machine. No index is named: hosts have their own.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

REQUIREMENTS = Path("requirements.txt")
SBOM = Path("sbom.cdx.json")
_PIN = re.compile(
    r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)((?:.*\\\n)(?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def pinned(requirements: str) -> Iterator[tuple[str, str, list[str]]]:
    """Each package's name, version and the hashes of its files."""
    for name, version, rest in _PIN.findall(requirements):
        yield name, version, _HASH.findall(rest)


def bill_of(requirements: str, project: dict[str, str]) -> str:
    """The bill as JSON."""
    root = Component(
        name=project["name"],
        version=project["version"],
        description=project["description"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
    )
    bom = Bom(serial_number=uuid5(NAMESPACE_OID, requirements))
    bom.metadata.timestamp = None  # type: ignore[assignment]  # otherwise each run would make another bill
    bom.metadata.component = root
    parts = [_component(*pin) for pin in pinned(requirements)]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return outputter.output_as_string(indent=2) + "\n"


def _component(name: str, version: str, hashes: list[str]) -> Component:
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"simple/{name}/"),
        comment="The hashes of all files of this version, in any index.",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in hashes],
    )
    purl = PackageURL("pypi", name=name, version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        external_references=[files],
    )


if __name__ == "__main__":
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    SBOM.write_text(bill_of(REQUIREMENTS.read_text(encoding="utf-8"), settings["project"]), encoding="utf-8")
