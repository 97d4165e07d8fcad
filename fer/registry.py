"""Plug-ins of one kind: one file each in a package, and the file's name is the registered name."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Generic, TypeVar

from fer.errors import unknown

Item = TypeVar("Item")


class Registry(Generic[Item]):
    """Finds plug-ins by name; a plug-in's file is imported only when it is asked for.

    Args:
        package: the dotted package whose files are the plug-ins.
        kind: what one plug-in is called in error messages.
    """

    def __init__(self, package: str, kind: str):
        self.package, self.kind = package, kind
        self._items: dict[str, Item] = {}

    def register(self, item: Item) -> Item:
        """Add a plug-in under its own `name`; a duplicate name is a bug in the code, not in the input."""
        if item.name in self._items:
            raise ValueError(f"{self.kind} {item.name!r} is registered twice.")
        self._items[item.name] = item
        return item

    def __iter__(self) -> Iterator[str]:
        folder = Path(import_module(self.package).__file__).parent
        names = (module.name for module in iter_modules([str(folder)]))
        return iter(sorted(name for name in names if not name.startswith("_")))

    def __getitem__(self, name: str) -> Item:
        """The plug-in of that name. Raises FerError, suggesting the nearest name, where there is none."""
        if name not in self._items:
            if name not in list(self):
                raise unknown(self.kind, name, self)
            import_module(f"{self.package}.{name}")
        return self._items[name]
