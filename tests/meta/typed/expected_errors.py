"""What type checkers refuse in workflow code: each line marked `# wrong`, and no other."""

from flowy import Activity, ActivityProxy, Workflow, activity, gather, parallel_reduce, workflow


@activity("Thumbnails", 1, "images")
def thumbnails(source: str, width: int = 128) -> list[str]:
    return [f"{source}@{width}"]


@activity("Transcode", 1, "videos")
class Transcode(Activity):
    def run(self, source: str) -> str:
        return source


@activity("Add", 1, "images")
def add(one: int, two: int) -> int:
    return one + two


thumbnails(5)  # wrong: the decorator keeps the signature
ActivityProxy("Named")  # wrong: no version
ActivityProxy(thumbnails, retries=5)  # wrong: no such option


@workflow("Upload", 1, "uploads")
class Upload(Workflow):
    thumbnails = ActivityProxy(thumbnails)
    transcode = ActivityProxy(Transcode)
    add = ActivityProxy(add)

    def run(self, source: str) -> str:
        thumbs = self.thumbnails(source)
        self.thumbnails(5)  # wrong: no str
        self.thumbnails(source, height=5)  # wrong: no such argument
        self.transcode(thumbs.later)  # wrong: a list is no str
        self.transcode(self.transcode(source))  # wrong: a placeholder needs .later
        self.transcode()  # wrong: an argument is missing
        path: int = self.transcode(source).result()  # wrong: no int
        path += self.add(1, 2)  # wrong: only .result() is a number
        self.spawn(self.one, "a")  # wrong: no int
        self.map(self.transcode, [1, 2])  # wrong: no str
        self.map(self.transcode, ["a"], at_once="all")  # wrong: no int
        parallel_reduce(self.transcode, ["a", "b"])  # wrong: takes one value
        gather(source)  # wrong: no placeholder
        with self.options(start_to_closed=5):  # wrong: no such option
            return gather(thumbs, thumbs).result()  # wrong: a list

    def one(self, number: int) -> int:
        return number
