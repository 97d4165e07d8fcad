"""A trained network as files (model.keras, model.tflite, smaller variants, ONNX), and its cost."""
