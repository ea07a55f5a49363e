"""What can be wrong with a picture. Each message names the URL or the file."""


class PictureError(Exception):
    """The root: this one picture cannot be classified; the others are not touched."""


class DownloadFailed(PictureError):
    """The server did not give the whole file: refused, 404, cut short, too slow, too large."""


class NotAPicture(PictureError):
    """The bytes are of no picture format that we know."""


class BrokenPicture(PictureError):
    """It begins as a picture, but cannot be decoded to its end, or has more pixels than allowed."""
