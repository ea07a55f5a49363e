"""The workflow of the image tutorial."""

import sys

from flowy import ActivityProxy, Workflow, workflow
from flowy.config import make_config


@workflow("ClassifyImage", 1, "image_decisions")
class ClassifyImage(Workflow):
    resize = ActivityProxy("ResizeImage", 1)
    predominant_color = ActivityProxy("PredominantColor", 1)
    rename = ActivityProxy("RenameImage", 1)

    def run(self, url):
        resized = self.resize(url, size=64)
        return self.rename(resized, self.predominant_color(resized)).result()


if __name__ == "__main__":
    my_config = make_config(domain="flowy_tutorial")
    my_config.scan()
    classify = my_config.workflow_starter("ClassifyImage", 1)
    for url in sys.argv[1:]:
        print(classify(url).id, flush=True)
    my_config.start_workflow_loop()
