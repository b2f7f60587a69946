"""The network of a bundle as model.onnx: written with TensorFlow, read without it."""
