"""Prepare an uploaded video for the web."""

from typing import Any

from flowy import ActivityProxy, Canceled, TaskFailed, TaskTimedOut, Workflow, workflow
from flowy_video import activities

TASK_LIST = "video_decisions"


@workflow("ProcessUploadedVideo", 1, TASK_LIST, execution_start_to_close=14 * 24 * 3600)
class ProcessUploadedVideo(Workflow):
    """Transcode, take thumbnails, add subtitles and metadata; on request a person approves."""

    transcode: ActivityProxy[..., str] = ActivityProxy(activities.Transcoding)
    transcode_fast: ActivityProxy[..., str] = ActivityProxy(
        activities.Transcoding, task_list=activities.FAST_MACHINES, schedule_to_start=None
    )
    thumbnails: ActivityProxy[..., list[str]] = ActivityProxy(
        activities.generate_thumbnails, retry=2, delay=5
    )
    metadata: ActivityProxy[..., dict[str, Any]] = ActivityProxy(
        activities.process_metadata, retry=2, delay=5
    )
    subtitles: ActivityProxy[..., str | None] = ActivityProxy(activities.add_subtitles)
    ask_for_approval: ActivityProxy[..., None] = ActivityProxy(activities.AskForApproval)
    remove_outputs: ActivityProxy[..., None] = ActivityProxy(activities.remove_outputs, retry=5)

    def run(
        self, source: str, folder: str, width: int = 640, *, approval: bool = False
    ) -> dict[str, Any]:
        """What was made: {video, thumbnails, subtitles, metadata, approved}.

        A cancelled upload leaves nothing behind. Without `approval` nobody is asked, and `approved`
        is None.
        """
        try:
            made = self.prepare(source, folder, width)
            made["approved"] = self.approved(source, folder) if approval else None
        except Canceled:
            with self.shielded():
                self.remove_outputs(source, folder).result()
            raise
        return made

    def prepare(self, source: str, folder: str, width: int) -> dict[str, Any]:
        """Three things at once, then the metadata."""
        transcoding = self.transcode(source, folder, width)
        thumbnails = self.thumbnails(source, folder)
        subtitles = self.subtitles(source, folder)
        try:
            video = transcoding.result()
        except TaskTimedOut:  # too slow, or nobody had time for it
            video = self.transcode_fast(source, folder, width).result()
        metadata = self.metadata(source, folder, video, thumbnails)
        return {
            "video": video,
            "thumbnails": thumbnails.result(),
            "subtitles": subtitles.result(),
            "metadata": metadata.result(),
        }

    def approved(self, source: str, folder: str) -> bool:
        """Wait for a person; what is rejected is removed."""
        try:
            self.ask_for_approval(source, folder).result()
        except TaskFailed:
            self.remove_outputs(source, folder).result()
            return False
        return True
