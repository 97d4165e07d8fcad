"""Sixteen validation faces with what the network answers for them now."""

import base64
import io
from html import escape

import numpy as np
import streamlit as st
from PIL import Image

from fer.data import catalog
from fer.errors import FerError
from fer.runs import faces
from fer.runs.data import data_for
from fer.runs.faces import Answers, WatchedFaces
from fer.runs.run import Run


def show_html(run: Run) -> str:
    """The faces with the latest answers; nothing where a run has none, as those of earlier versions."""
    watched = faces.of_run(run)
    if not watched or not watched.answers:
        return ""
    answers, labels = watched.answers[-1], run.labels
    images = _images(run.id, catalog_stamp(run), watched.fingerprint, watched.rows)
    right = sum(one == true for one, true in zip(answers.predicted, watched.true, strict=True))
    items = [_face(watched, answers, i, labels, images[i] if images else "") for i in range(len(watched.rows))]
    title = f"Epoch {answers.epoch + 1}: {right} of {len(items)} validation faces correct"
    return f'<div class="title">{title}</div><ul class="faces">{"".join(items)}</ul>'


def catalog_stamp(run: Run) -> str:
    try:
        return catalog.stamp(run.config.data)
    except FerError:  # it is no longer there
        return ""


def _face(watched: WatchedFaces, answers: Answers, i: int, labels: tuple[str, ...], image: str) -> str:
    true, answer = labels[watched.true[i]], labels[answers.predicted[i]]
    is_right, past = true == answer, [one.predicted[i] == watched.true[i] for one in watched.answers]
    picture = f'<img src="{image}" alt="A face labelled {escape(true, quote=True)}">' if image else ""
    history = f"correct in {sum(past)} of {len(past)} epochs"
    title = escape(f"True: {true}; predicted: {answer} ({answers.confidence[i]:.0%}); {history}", quote=True)
    if is_right:
        words = f'<span class="answer">✓ {escape(answer)}</span><span class="soft">{answers.confidence[i]:.0%}</span>'
    else:
        words = f'<span class="answer">✗ {escape(answer)}</span><span class="soft">true: {escape(true)}</span>'
    return f'<li class="{"right" if is_right else "wrong"}" title="{title}">{picture}{words}</li>'


@st.cache_data(max_entries=16, show_spinner=False)
def _images(run_id: str, stamp: str, fingerprint: str, rows: tuple[int, ...]) -> list[str]:
    """The faces as data addresses; none where the data set is missing or no longer the same."""
    from fer.runs.store import RunStore

    try:
        run = RunStore()[run_id]
        dataset = data_for(run, run.config.data)
    except FerError:
        return []
    if not stamp or dataset.fingerprint != fingerprint:
        return []
    places = {int(row): position for position, row in enumerate(dataset.val.rows)}
    if not all(row in places for row in rows):
        return []
    return [_address(dataset.val.images[places[row]]) for row in rows]


def _address(image: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
