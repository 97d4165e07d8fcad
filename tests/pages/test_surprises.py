"""A bug or a forged value ends in a sentence, and its traceback in the log."""

import logging

from streamlit.testing.v1 import AppTest

from pages.parts.shared.frame import UNEXPECTED


def page() -> None:
    import streamlit as st

    from pages.parts.shared import frame

    with frame.errors(), frame.surprises():
        if st.button("Break"):
            raise KeyError("secret")
        st.write("whole")


def test_an_error_that_nobody_foresaw_is_a_sentence_and_the_app_stays_up(caplog):
    app = AppTest.from_function(page).run()
    with caplog.at_level(logging.ERROR):
        app.button[0].click().run()
    assert [error.value for error in app.error] == [UNEXPECTED] and not app.exception
    assert "secret" in caplog.text and "secret" not in UNEXPECTED
    assert app.run().markdown[0].value == "whole"
