"""Compiles what scans read into the wheel: products/, and the names that the parsers claim.

See scanner/catalog/dataset.py and scanner/claims.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataHook(BuildHookInterface[Any]):
    """Puts the compiled files into the wheel; a checkout compiles them on its own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the products. A product file that cannot be read stops the build."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from scanner import claims
        from scanner.catalog.archive import packed
        from scanner.catalog.build import compile_files, files_in, said

        files = files_in(str(root / "products"))
        compiled = compile_files(files)
        if compiled.problems:
            raise ValueError(said(compiled.problems))
        self._folder = tempfile.TemporaryDirectory()
        contents = {
            "products.txt": compiled.content,
            # Fresh facts are compiled with our own layers on top.
            "sources.zip": packed(files),
            "parsers.txt": claims.compiled().encode(),
        }
        for name, content in contents.items():
            path = Path(self._folder.name, name)
            path.write_bytes(content)
            build_data["force_include"][str(path)] = f"scanner/_data/{name}"
