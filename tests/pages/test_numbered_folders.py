"""Numbered class folders of an upload are confirmed before it can be saved."""

import io
import zipfile
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.train import class_folders


def upload(*names: str) -> SimpleNamespace:
    """What the uploader gives, as far as it is read."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    seek, read = buffer.seek, buffer.read
    return SimpleNamespace(file_id="1", seek=seek, read=read, tell=buffer.tell, seekable=buffer.seekable)


def page(uploaded) -> AppTest:
    def script(choose, uploaded):
        import streamlit as st

        st.write(repr(choose(uploaded)))

    return AppTest.from_function(script, args=(class_folders.choose, uploaded)).run()


@pytest.mark.parametrize("names", [("happy/a.jpg", "sad/b.jpg"), ("faces.csv",)])
def test_named_folders_have_nothing_to_confirm(names):
    app = page(upload(*names))
    assert not app.exception and not app.selectbox and app.markdown[0].value == "''"


def test_numbered_folders_are_none_until_a_meaning_is_chosen():
    app = page(upload("train/0/a.jpg", "train/7/b.jpg"))
    (box,) = app.selectbox
    assert not app.exception and box.options == [
        "AffectNet: 0 neutral, 1 happy, 2 sad, 3 surprise, 4 fear, 5 disgust, 6 angry, 7 contempt"
    ]
    assert app.markdown[-1].value == "None"
    assert box.set_value("affectnet").run().markdown[-1].value == "'affectnet'"
