"""What can be wrong with a video. Each message names the file."""


class VideoError(Exception):
    """The root: this one video cannot be prepared; others are not touched."""


class NotAVideo(VideoError):
    """The bytes are of no video format that the transcoder at hand knows."""


class BrokenVideo(VideoError):
    """It begins as a video, but cannot be read to its end."""


class UnwritableTarget(VideoError):
    """The folder for the outputs cannot be written."""
