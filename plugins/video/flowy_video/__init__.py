"""A flowy plugin that prepares uploaded videos: transcoding, thumbnails, metadata, subtitles."""

from flowy_video import activities, workflow
from flowy_video.activities import (
    AskForApproval,
    Transcoding,
    add_subtitles,
    generate_thumbnails,
    process_metadata,
    remove_outputs,
)
from flowy_video.workflow import ProcessUploadedVideo

__all__ = [
    "AskForApproval",
    "ProcessUploadedVideo",
    "Transcoding",
    "activities",
    "add_subtitles",
    "generate_thumbnails",
    "process_metadata",
    "remove_outputs",
    "workflow",
]
