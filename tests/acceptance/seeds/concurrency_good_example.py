from flowy.config import make_config, workflow_client
from flowy.workflow import ActivityProxy, Workflow


@workflow_client("SubtitlesFirst", 1, "video_decisions")
class ProcessUploadedVideoWorkflow(Workflow):
    transcode = ActivityProxy("Transcoding", 1)
    generate_thumbnails = ActivityProxy("ThumbnailGenerator", 1)
    process_metadata = ActivityProxy("MetadataProcessing", 1)
    add_subtitles = ActivityProxy("AddSubtitles", 1)

    def run(self, remote, n):
        path = remote.transcode(n)
        thumbnails = remote.generate_thumbnails(n)
        subtitles = remote.add_subtitles(n)  # needs nothing: asked for with the other two
        status = remote.process_metadata(n, path.result(), thumbnails.result())
        return [status.result(), subtitles.result()]


if __name__ == "__main__":
    my_config = make_config(domain="RolisTest")
    my_config.scan()
    print(my_config.workflow_starter("SubtitlesFirst", 1)(n=40).id, flush=True)
    my_config.start_workflow_loop()
