"""Compiles products/ into the one small file of the wheel: see scanner/catalog/dataset.py."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProductsHook(BuildHookInterface[Any]):
    """Puts the compiled products into the wheel; an editable install compiles them on its own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the products. A product file that cannot be read stops the build."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from scanner.catalog.dataset import compile_products

        compiled = compile_products(str(root / "products"))
        if compiled.problems:
            message = f"{compiled.problems[0].location.path}: {compiled.problems[0].message}"
            raise ValueError(message)
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name, "products.txt")
        path.write_bytes(compiled.content)
        build_data["force_include"][str(path)] = "scanner/_data/products.txt"
