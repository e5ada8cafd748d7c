"""Looking at the images of a dataset: vectors, and predictions of the user's own model.

Pillow reads the images, onnxruntime runs models; both are imported where they are used.
"""
