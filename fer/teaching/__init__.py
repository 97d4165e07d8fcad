"""Personal classes: a linear head taught in about a second on what a finished run makes of a few recorded faces.

In: a run and, for each take of each class, the features of its faces. Out: a `Lesson`, judged on takes that it has not
seen, and from it a run like any other, whose `model.tflite` has the head inside. Nothing here needs TensorFlow.
Open `lesson.py` first; `network.py` takes a run's file apart and puts it together again.
"""
