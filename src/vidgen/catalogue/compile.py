"""Runs while a wheel is built: compiles the pages, so that no run parses YAML.

An editable install has no compiled file and reads the pages themselves; so does a wheel whose
pages were changed by hand. Not part of the installed package.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogue(BuildHookInterface):  # type: ignore[misc]
    """Hatch's custom build hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into the build folder, and ship the result beside the pages."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from vidgen import catalogue

        folder = Path(self.directory)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "compiled.bin"
        catalogue.compile_to(path)
        build_data["force_include"][str(path)] = "vidgen/catalogue/compiled.bin"
