"""Example images that can be read with one click; only public-domain and self-made ones, each with its source."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image, ImageOps
from streamlit.components.v2 import component

from fer.faces.image import data_url
from fer.system import places

COMPONENT = Path(__file__).parent / "examples"
FOLDER = places.shipped("samples", in_checkout="pages/parts/samples")
TILE = 180  # pixels; twice the size at which it is shown


@dataclass(frozen=True)
class Sample:
    """An image that ships with the app."""

    file: str
    title: str
    source: str

    @property
    def path(self) -> Path:
        return FOLDER / self.file


SAMPLES = (
    Sample("astronaut.jpg", "Astronaut", "Eileen Collins, NASA; public domain, from scikit-image"),
    Sample("hopper.jpg", "Rear admiral", "Grace Hopper, US Navy; public domain, from Matplotlib"),
    Sample("pair.jpg", "Two faces", "Made for this app from the two portraits"),
    Sample("drawn.png", "Drawn face", "From this app's synthetic data set; the whole image is the face"),
)
_component = component(
    "fer_examples",
    html='<div class="examples"></div>',
    css=(COMPONENT / "examples.css").read_text(),
    js=(COMPONENT / "examples.js").read_text(),
)


def pick(key: str) -> None:
    """Show the examples as buttons; a click stores the example's file under `key` in the session. The source of the
    chosen one stands below them."""

    def choose() -> None:
        if clicked := st.session_state["examples"].example:
            st.session_state[key] = clicked

    data = {"chosen": st.session_state.get(key), "examples": [_described(sample) for sample in SAMPLES]}
    _component(key="examples", data=data, on_example_change=choose)
    if sample := of(st.session_state.get(key, "")):
        st.caption(sample.source)


def of(file: str) -> Sample | None:
    return next((sample for sample in SAMPLES if sample.file == file), None)


@st.cache_data
def _described(sample: Sample) -> dict:
    with Image.open(sample.path) as image:
        tile = np.asarray(ImageOps.fit(image.convert("RGB"), (TILE, TILE)))
    return {"file": sample.file, "title": sample.title, "source": sample.source, "image": data_url(tile, "JPEG")}
