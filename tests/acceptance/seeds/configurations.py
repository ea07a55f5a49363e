from flowy.activity import Activity
from flowy.config import activity_config, make_config, workflow_config
from flowy.workflow import ActivityProxy, Workflow


@activity_config("Configured", 1, "slow", heartbeat=30, start_to_close=1800, schedule_to_start=120)
class Configured(Activity):
    def run(self, heartbeat, video_id):
        heartbeat(video_id)
        return self.task.attempt


@workflow_config("Configurations", 1, "configured_decisions")
class Configurations(Workflow):
    as_decorated = ActivityProxy("Configured", 1)
    as_proxied = ActivityProxy("Configured", 1, heartbeat=20, start_to_close=900, task_list="fast")

    def run(self, remote, video_id):
        attempts = [remote.as_decorated(video_id), remote.as_proxied(video_id)]
        with remote.options(
            delay=1,
            retry=2,
            heartbeat=10,
            start_to_close=60,
            task_list="fastest",
            task_start_to_close=5,
            execution_start_to_close=3600,
        ):
            attempts.append(remote.as_proxied(video_id))
        return [attempt.result() for attempt in attempts]


if __name__ == "__main__":
    my_config = make_config(domain="RolisTest")
    my_config.scan()
    print(my_config.workflow_starter("Configurations", 1)(7).id, flush=True)
    my_config.start_workflow_loop(task_list="configured_decisions")
