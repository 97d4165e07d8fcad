"""The part of the page that draws itself anew while a network learns: plain HTML, replaced without a flicker."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

HERE = Path(__file__).parent

_view = component(
    "train_view",
    html='<div class="view" tabindex="-1"></div>',
    css=(HERE / "view.css").read_text(encoding="utf-8"),
    js=(HERE / "view.js").read_text(encoding="utf-8"),
)


def style() -> None:
    """The page's style sheet, with two colours of the theme; the browser knows which theme is on."""
    names = {"--page": "backgroundColor", "--accent": "primaryColor"}
    themes = {
        css: [st.get_option(f"theme.{theme}.{name}") for theme in ("light", "dark")] for css, name in names.items()
    }
    colors = "".join(f"{css}: light-dark({light}, {dark}); " for css, (light, dark) in themes.items())
    rules = (HERE / "train.css").read_text(encoding="utf-8")
    st.html(f"<style>.stMain {{ {colors}}}\n{rules}</style>")


def show(html: str, key: str, *, focus: str = "") -> None:
    """Show HTML in which every text of a person's own is escaped.

    Args:
        focus: a word that takes the keyboard's focus here, and scrolls here, when it is new.
    """
    _view(data={"html": html, "focus": focus}, key=key)
