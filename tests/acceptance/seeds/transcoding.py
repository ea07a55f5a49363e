from flowy.activity import Activity
from flowy.config import activity_config, make_config


@activity_config("Transcoding", 1, "transcoding_list", heartbeat=30)
class Transcoding(Activity):
    """Transcode a video to the formats that browsers play."""

    def run(self, heartbeat, video_id):
        for megabyte in range(1, some_transcoding_method(video_id) + 1):
            if not heartbeat(megabyte):
                return None
        return f"/videos/{video_id}.webm"


def some_transcoding_method(video_id):
    """The megabytes that a video of this number has."""
    return video_id % 10 + 1


if __name__ == "__main__":
    my_config = make_config(domain="RolisTest")
    my_config.scan()
    my_config.start_activity_loop()
