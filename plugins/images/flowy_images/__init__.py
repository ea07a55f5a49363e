"""A flowy plugin: sort pictures into folders named after their predominant colour.

This module is the entry point; what it holds that is decorated is what the plugin gives.
"""

from flowy_images.activities import PredominantColour, download, move, resize
from flowy_images.workflow import ClassifyImages

__all__ = ["ClassifyImages", "PredominantColour", "download", "move", "resize"]
