"""A training that several files look at."""

import pytest

from fer.runs.run import Run


@pytest.fixture(scope="module")
def uninterrupted(create, dataset) -> Run:
    from fer.training.loop import Training

    run = create()
    assert Training(run, dataset).run_to_end()
    return run
