"""The activities of the image tutorial, in its own later form, which is simply ours."""

import io
import os
import tempfile
from urllib.request import urlopen

from PIL import Image

from flowy import Activity, activity
from flowy.config import make_config


@activity("ResizeImage", 1, "image_processing")
class ImageResizing(Activity):
    """Download an image and make it smaller."""

    def run(self, url, size=128):
        with urlopen(url) as answer:
            image = Image.open(io.BytesIO(answer.read())).convert("RGB")
        self.heartbeat()
        image.thumbnail((size, size))
        handle, path = tempfile.mkstemp(suffix=".jpg")
        with os.fdopen(handle, "wb") as target:
            image.save(target, "JPEG")
        return path


@activity("PredominantColor", 1, "image_processing")
class PredominantColor(Activity):
    """Name the one of the three primary colours that an image has most of."""

    def run(self, path):
        with Image.open(path) as image:
            red, green, blue = image.resize((1, 1)).getpixel((0, 0))
        return max((red, "red"), (green, "green"), (blue, "blue"))[1]


@activity("RenameImage", 1, "image_processing")
class ImageRenaming(Activity):
    """Move an image into the folder of its colour."""

    def run(self, path, color):
        folder = os.path.join(os.path.dirname(path), color)
        os.makedirs(folder, exist_ok=True)
        target = os.path.join(folder, os.path.basename(path))
        if os.path.exists(path):  # an attempt before this one may have moved it
            os.replace(path, target)
        return target


if __name__ == "__main__":
    my_config = make_config(domain="flowy_tutorial")
    my_config.scan()
    my_config.start_activity_loop(task_list="image_processing")
