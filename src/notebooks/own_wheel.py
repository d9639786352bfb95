"""The wheel of the project that a site belongs to, so that its notebooks install the code that the site was built with.

No package index is asked for the project: under its name anyone may have published anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urljoin

FOLDER = "wheels"
EXTRA = "examples"


class NoWheel(Exception):
    """The project cannot be built as a wheel; the message says what would be right."""


@dataclass(frozen=True)
class Wheel:
    """A wheel that lies in the site's folder `wheels`.

    Attributes:
        file: the wheel's file name.
        project: the project's name, as its `pyproject.toml` writes it.
        extra: what to append to a name or path, so that pip installs the extra `examples`: `[examples]`, or nothing
            where the project has no such extra.
    """

    file: str
    project: str
    extra: str

    def requirement(self, site_url: str) -> str:
        """The project with what its pages' code needs, from the site at `site_url` and from nowhere else."""
        return f"{self.project}{self.extra} @ {self._address(site_url)}"

    def commands(self, site_url: str) -> list[str]:
        """What pip is to do: install the project from the site at `site_url`, and from nowhere else.

        The second command is for whoever has an older build of the same version, which pip would take for this one.
        """
        return [
            f'install --quiet "{self.requirement(site_url)}"',
            f'install --quiet --force-reinstall --no-deps "{self.project} @ {self._address(site_url)}"',
        ]

    def _address(self, site_url: str) -> str:
        return urljoin(site_url, f"{FOLDER}/{quote(self.file)}")


def build_wheel(project: Path, site_dir: Path) -> Wheel:
    """Build the wheel of the project in the folder `project`, into the folder `wheels` of `site_dir`.

    The same sources give the same bytes.

    Raises:
        NoWheel: hatchling is not installed, or cannot make a wheel of this folder.
    """
    if find_spec("hatchling") is None:
        raise NoWheel(
            f"{project / 'pyproject.toml'}:1: a wheel cannot be built, as hatchling is not installed. Install it, or "
            "leave out the setting `project` of the plugin notebooks"
        )
    # Imported here: only a build needs it.
    from hatchling.builders.wheel import WheelBuilder

    target = site_dir / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    try:
        builder = WheelBuilder(str(project))
        built = Path(next(builder.build(directory=str(target), versions=["standard"])))
        core = builder.metadata.core
    except (OSError, TypeError, ValueError, LookupError) as error:
        file = project / "pyproject.toml"
        raise NoWheel(f"{file}:1: the project cannot be built as a wheel: {error}") from error
    return Wheel(built.name, core.raw_name, f"[{EXTRA}]" if EXTRA in core.optional_dependencies else "")
