"""Says which packages of requirements.txt have no wheel for a system that the connector should run on.

Asks the package index, as pip would, for the files of each pinned version (the JSON of PEP 691). Exit code 0 only if
every package has a wheel for every system and every Python. No index is named here: hosts have their own.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import httpx
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

REQUIREMENTS = Path("requirements.txt")
INDEX_VARIABLE = "PIP_INDEX_URL"
_ACCEPT = "application/vnd.pypi.simple.v1+json"
_MANYLINUX = ("2_17", "2_24", "2_26", "2_27", "2_28")
"""glibc's versions: the last is what Debian 10, Ubuntu 18.10 and RHEL 8 have, and everything since."""
_MUSLLINUX = ("1_1", "1_2")
_LINE = re.compile(r"^([a-z0-9][^\\\n#]*?) *\\?$", re.MULTILINE)
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")


def _glibc(machine: str) -> list[str]:
    old = {"x86_64": ["manylinux1", "manylinux2010"]}.get(machine, [])
    return [f"{old_name}_{machine}" for old_name in (*old, "manylinux2014")] + [
        f"manylinux_{version}_{machine}" for version in _MANYLINUX
    ]


def _musl(machine: str) -> list[str]:
    return [f"musllinux_{version}_{machine}" for version in _MUSLLINUX]


def _mac(machine: str, newest: int, oldest: int) -> list[str]:
    versions = [f"{major}_0" for major in range(newest, max(oldest, 11) - 1, -1)]
    versions += [f"10_{minor}" for minor in range(16, 8, -1)]
    return [f"macosx_{version}_{kind}" for version in versions for kind in (machine, "universal2")]


Systems = Mapping[str, tuple[Sequence[str], Mapping[str, str]]]
SYSTEMS: Systems = {
    "x86-64, glibc": (_glibc("x86_64"), {"sys_platform": "linux", "platform_machine": "x86_64"}),
    "x86-64, musl": (_musl("x86_64"), {"sys_platform": "linux", "platform_machine": "x86_64"}),
    "aarch64, glibc": (_glibc("aarch64"), {"sys_platform": "linux", "platform_machine": "aarch64"}),
    "aarch64, musl": (_musl("aarch64"), {"sys_platform": "linux", "platform_machine": "aarch64"}),
    "macOS, Apple silicon": (_mac("arm64", 15, 11), {"sys_platform": "darwin", "platform_machine": "arm64"}),
    "Windows, x86-64": (["win_amd64"], {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"}),
}
"""Each with the platforms of wheels that it takes, and how it answers to markers."""
ARM = "32-bit ARM, glibc"
_UNSUPPORTED = {ARM: (_glibc("armv7l"), {"sys_platform": "linux", "platform_machine": "armv7l"})}


def requirements_of(text: str) -> list[Requirement]:
    """What the pinned requirements name, without their hashes."""
    return [Requirement(line) for line in _LINE.findall(text)]


def lacking(names: Iterable[str], tags: frozenset[Tag]) -> bool:
    """Whether none of these files is a wheel that one of the tags takes."""
    return not any(not tags.isdisjoint(parse_wheel_filename(name)[-1]) for name in names if name.endswith(".whl"))


def tags_of(python: str, platforms: Sequence[str]) -> frozenset[Tag]:
    """What CPython of this version takes there."""
    version = tuple(map(int, python.split(".")))
    own = cpython_tags(version, platforms=platforms)
    return frozenset([*own, *compatible_tags(version, f"cp{python.replace('.', '')}", platforms)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--index",
        default=os.environ.get(INDEX_VARIABLE),
        metavar="URL",
        help=f"the address of the index, with /simple at its end; else what {INDEX_VARIABLE} says",
    )
    parser.add_argument("--python", action="append", metavar="3.N", help=f"instead of {', '.join(PYTHONS)}")
    parser.add_argument("--arm32", action="store_true", help=f"ask for {ARM} alone, which is not promised")
    options = parser.parse_args()
    if not options.index:
        parser.error(f"give the address of the package index, as --index or {INDEX_VARIABLE}.")
    systems = _UNSUPPORTED if options.arm32 else SYSTEMS
    pythons = options.python or PYTHONS
    missing = []
    requirements = requirements_of(REQUIREMENTS.read_text(encoding="utf-8"))
    with httpx.Client(timeout=60, follow_redirects=True, headers={"Accept": _ACCEPT}) as client:
        for requirement in requirements:
            answer = client.get(f"{options.index.rstrip('/')}/{requirement.name}/").raise_for_status()
            stem = re.sub(r"[-_.]+", "_", requirement.name)
            version = str(requirement.specifier).removeprefix("==")
            names = [
                file["filename"]
                for file in answer.json()["files"]
                if re.match(rf"{stem}-{re.escape(version)}-", re.sub(r"^[^-]+", stem, file["filename"].lower()))
            ]
            missing += list(_missing(requirement, names, systems, pythons))
    for line in missing:
        print(line)
    asked = f"{len(requirements)} packages, {len(systems)} systems, Python {', '.join(pythons)}"
    print(f"{asked}: {len(missing)} wheels missing.")
    return 1 if missing else 0


def _missing(requirement: Requirement, names: Sequence[str], systems: Systems, pythons: Sequence[str]) -> Iterable[str]:
    for system, (platforms, markers) in systems.items():
        lacks = [
            python
            for python in pythons
            if _is_asked_for(requirement, markers, python) and lacking(names, tags_of(python, platforms))
        ]
        if lacks:
            yield f"{requirement}: no wheel for {system}, Python {', '.join(lacks)}"


def _is_asked_for(requirement: Requirement, markers: Mapping[str, str], python: str) -> bool:
    here = {
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        **markers,
    }
    here |= {"python_version": python, "python_full_version": f"{python}.0"}
    return requirement.marker is None or requirement.marker.evaluate(here)


if __name__ == "__main__":
    sys.exit(main())
