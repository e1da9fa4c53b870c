"""ONNX for Deep Learner: exports models by running them with symbolic arrays, and reads ONNX files."""
