"""Plug-in registries: one file per plug-in in a package, registered under the file's name."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, Protocol, TypeVar

from fer.errors import unknown


class Named(Protocol):
    """Anything with a read-only name."""

    @property
    def name(self) -> str: ...


Item = TypeVar("Item", bound=Named)


class Registry(Generic[Item]):
    """Finds plug-ins by name and imports each one on first use.

    Args:
        package: dotted name of the package that contains the plug-ins.
        kind: what error messages call a plug-in.
    """

    def __init__(self, package: str, kind: str):
        self.package, self.kind = package, kind
        self._items: dict[str, Item] = {}

    def register(self, item: Item) -> Item:
        """Add a plug-in under its own `name`. Raises ValueError for a duplicate, which is a bug in the code."""
        if item.name in self._items:
            raise ValueError(f"{self.kind} {item.name!r} is registered twice.")
        self._items[item.name] = item
        return item

    def __iter__(self) -> Iterator[str]:
        names = (module.name for module in iter_modules(import_module(self.package).__path__))
        return iter(sorted(name for name in names if not name.startswith("_")))

    def __getitem__(self, name: str) -> Item:
        """The plug-in with that name. Raises FerError with the closest match if there is none."""
        if name not in self._items:
            if name not in list(self):
                raise unknown(self.kind, name, self)
            import_module(f"{self.package}.{name}")
        return self._items[name]
