from flowy.config import make_config, workflow_client
from flowy.workflow import ActivityProxy, Workflow


@workflow_client("ProcessUploadedVideo", 1, "video_decisions")
class ProcessUploadedVideoWorkflow(Workflow):
    transcode = ActivityProxy("Transcoding", 1)
    generate_thumbnails = ActivityProxy("ThumbnailGenerator", 1)
    process_metadata = ActivityProxy("MetadataProcessing", 1)

    def run(self, remote, n):
        path = remote.transcode(n)
        thumbnails = remote.generate_thumbnails(n)
        status = remote.process_metadata(n, path.result(), thumbnails.result())
        return status.result()


if __name__ == "__main__":
    my_config = make_config(domain="RolisTest")
    my_config.scan()

    process_uploaded_video = my_config.workflow_starter("ProcessUploadedVideo", 1)
    print(process_uploaded_video(n=40).id, flush=True)

    my_config.start_workflow_loop()
