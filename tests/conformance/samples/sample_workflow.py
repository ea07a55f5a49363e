"""A workflow for the public client simpleflow: a fan-out, and an activity on its sum."""

from simpleflow import Workflow, activity, futures


@activity.with_attributes(task_list="sample", version="1")
def double(number):
    return number * 2


class SampleWorkflow(Workflow):
    name = "sample"
    version = "1"
    task_list = "sample"
    task_timeout = "30"
    execution_timeout = "300"

    def run(self, number):
        doubled = [self.submit(double, each) for each in range(number)]
        futures.wait(*doubled)
        return self.submit(double, sum(future.result for future in doubled)).result
