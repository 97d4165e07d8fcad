"""The garbage collector skips what imports have made."""

import gc
import sys
from types import ModuleType

from pages.parts.shared import collector


def test_everything_is_frozen_once_and_again_after_an_import(monkeypatch):
    frozen = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(True))
    monkeypatch.setattr(collector, "_modules", 0)
    collector.relieve()
    collector.relieve()
    assert len(frozen) == 1
    monkeypatch.setitem(sys.modules, "made_for_this_test", ModuleType("made_for_this_test"))
    collector.relieve()
    assert len(frozen) == 2
