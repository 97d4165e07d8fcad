"""Numbered class folders of an upload are confirmed before it can be saved."""

import io
import zipfile
from types import SimpleNamespace

import pytest
from helpers.made_folders import write
from streamlit.testing.v1 import AppTest

from fer.data import catalog
from fer.data.labels import EMOTIONS
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


def test_numbered_folders_in_the_data_folder_are_confirmed_on_the_page(train, small_rows):
    write(catalog.DATA / "faces", small_rows, tuple("1234567"))
    app = train.run().radio(key="train-data").set_value("faces").run()
    assert not app.exception and not app.error
    assert "To train on faces, choose above what its class folders mean" in app.info[0].value.replace("\\", "")
    assert app.button(key="train-confirm").disabled
    app = app.selectbox(key="train-folders-faces").set_value("raf-db").run()
    app = app.button(key="train-confirm").click().run()
    assert not app.exception and not app.error and app.button(key="train-start")
    assert catalog.open_dataset("faces").labels == EMOTIONS
    app = app.button(key="train-unconfirm").click().run()
    assert not app.exception and not app.error and app.selectbox(key="train-folders-faces").value is None


def test_who_may_not_add_data_is_told_how_the_owner_confirms_them(train, small_rows, monkeypatch):
    write(catalog.DATA / "faces", small_rows, tuple("1234567"))
    monkeypatch.setenv("FER_UPLOADS", "off")
    app = train.run().radio(key="train-data").set_value("faces").run()
    assert not app.exception and "--folder-classes raf" in app.error[0].value.replace("\\", "")
