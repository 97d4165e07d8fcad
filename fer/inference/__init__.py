"""Inference with a finished run through LiteRT, without TensorFlow.

In: a photo, or 48×48 grey faces. Out: a `Prediction` for each face: probabilities, label, confidence.
Open `reader.py` first (`EmotionReader`), then `classifier.py`.
"""
