"""Sort pictures into folders named after their predominant colour."""

from collections.abc import Sequence
from typing import Any

from flowy import ActivityProxy, TaskError, TaskFailed, Workflow, workflow
from flowy_images import activities

TASK_LIST = "image_decisions"


@workflow("ClassifyImages", 1, TASK_LIST, task_start_to_close=10)
class ClassifyImages(Workflow):
    """Download, resize, look at and move each of many pictures, all at once."""

    download = ActivityProxy(activities.download, retry=3)
    resize = ActivityProxy(activities.resize, retry=3)
    predominant_colour = ActivityProxy(activities.PredominantColour, retry=3)
    move = ActivityProxy(activities.move, retry=3)

    def run(self, urls: Sequence[str], folder: str, width: int = 320) -> list[dict[str, str]]:
        """Per picture, in the order given: {url, colour, path}, or {url, error} for a bad one."""
        sorted_ones = [(url, *self.classify(url, folder, width)) for url in urls]
        return [summary(url, colour, path) for url, colour, path in sorted_ones]

    def classify(self, url: str, folder: str, width: int) -> tuple[Any, Any]:
        """Ask for all of one picture's steps; each begins when what it needs is there."""
        resized = self.resize(self.download(url, folder).later, width)
        colour = self.predominant_colour(resized.later)
        return colour, self.move(resized.later, colour.later, folder)


def summary(url: str, colour: Any, path: Any) -> dict[str, str]:
    """What became of one picture. A bad one is told, and fails nobody else."""
    try:
        moved = path.result()  # the last step: it ends with the error of the step that failed
        return {"url": url, "colour": colour.result(), "path": moved}
    except TaskFailed as error:
        return {"url": url, "error": f"{error.remote_type.split('.')[-1]}: {error.remote_message}"}
    except TaskError as error:
        return {"url": url, "error": str(error)}
