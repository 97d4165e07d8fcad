"""Colours and line styles of classes."""

from fer.data.labels import EMOTIONS
from fer.inference.palette import lines_of


def test_every_mix_of_emotions_and_own_classes_has_lines_and_up_to_six_of_a_colour_differ():
    for emotions in range(8):
        for others in range(21 - emotions):
            labels = [*EMOTIONS[:emotions], *(f"class {i}" for i in range(others))]
            lines = [tuple(line.values()) for line in lines_of(labels)]
            assert len(lines) == len(labels) and (len(set(lines)) == len(lines) or others > 6)
