"""The activities that the video tutorial presumes: one process serves two task lists."""

from flowy.activity import Activity
from flowy.config import activity_client, make_config


@activity_client("ThumbnailGenerator", 1, "images")
class ThumbnailGenerator(Activity):
    def run(self, heartbeat, video_id):
        return [f"/videos/{video_id}/{second}.png" for second in range(3) if heartbeat(second)]


@activity_client("MetadataProcessing", 1, "metadata")
class MetadataProcessing(Activity):
    def run(self, heartbeat, video_id, path, thumbnails):
        heartbeat()
        return {"video": video_id, "path": path, "thumbnails": len(thumbnails)}


@activity_client("AddSubtitles", 1, "metadata", descr="Add the subtitles of a video.")
class AddSubtitles(Activity):
    def run(self, heartbeat, video_id):
        heartbeat()
        return f"/videos/{video_id}.vtt"


if __name__ == "__main__":
    my_config = make_config(domain="RolisTest")
    my_config.scan()
    my_config.start_activity_loop()
