"""The garbage collector skips what imports have made."""

import gc
import sys
import weakref
from types import ModuleType

from pages.parts.shared import collector


class Session:
    """An object that only the collector can free."""

    def __init__(self):
        self.itself = self


def test_a_session_that_was_frozen_is_freed_once_it_has_ended(monkeypatch):
    monkeypatch.setattr(collector, "_modules", 0)
    session = Session()
    ended = weakref.ref(session)
    collector.relieve()
    del session
    gc.collect()
    assert ended(), "it is frozen"
    monkeypatch.setattr(collector, "EVERY", 0)
    collector.relieve()
    assert ended() is None
    gc.unfreeze()


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
