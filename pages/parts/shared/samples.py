"""Example images that can be read with one click; only public-domain and self-made ones, each with its source."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

from fer.system import places

FOLDER = places.shipped("samples", in_checkout="pages/parts/samples")
TILE = 150  # pixels; two tiles fit side by side on a phone


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


def pick(key: str) -> Sample | None:
    """Show the gallery. Returns the sample clicked last, until `forget` is called."""
    with st.container(horizontal=True):
        for sample in SAMPLES:
            with st.container(width=TILE, gap="xsmall"):
                st.image(_tile(sample.path), width="stretch", alt=f"Example: {sample.title}")
                if st.button(sample.title, key=f"{key}-{sample.file}", width="stretch"):
                    st.session_state[key] = sample.file
                st.caption(sample.source)
    return next((sample for sample in SAMPLES if sample.file == st.session_state.get(key)), None)


@st.cache_data
def _tile(path: Path) -> Image.Image:
    """The centre of an image as a square."""
    with Image.open(path) as image:
        return ImageOps.fit(image.convert("RGB"), (2 * TILE, 2 * TILE))


def forget(key: str) -> None:
    st.session_state.pop(key, None)
