"""Readers of label files: COCO, YOLO and Pascal VOC, each with the images that they are about."""

from __future__ import annotations

from sqlsel.sources.labels.opening import open_labels

__all__ = ["open_labels"]
