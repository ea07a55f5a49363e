"""The workflow in skipping time: in parallel, in time, cancelled, approved."""

from pathlib import Path

import pytest
from flowy_video import ProcessUploadedVideo, activities, files
from flowy_video.activities import FAST_MACHINES

from flowy import Canceled, ExecutionFailed, current_task
from flowy.swf import events as e
from flowy.testing import Environment


@pytest.fixture
def env(monkeypatch):
    monkeypatch.setenv("PATH", "")  # the stand-in is quick
    with Environment() as made:
        yield made


def scheduled(env, id="1"):
    """(activity type, task list) of each task, by the decision that asked for it."""
    decisions = {}
    for event in env.history(id):
        match event.attributes:
            case e.ActivityTaskScheduled(activity_type=kind, task_list=on) as task:
                by = decisions.setdefault(task.decision_task_completed_event_id, [])
                by.append((kind.name, on.name))
    return list(decisions.values())


def test_transcoding_thumbnails_and_subtitles_begin_at_once(env, video, tmp_path):
    made = env.run(ProcessUploadedVideo, str(video), str(tmp_path / "out"))
    assert [[name for name, _ in batch] for batch in scheduled(env)] == [
        ["Transcoding", "ThumbnailGenerator", "AddSubtitles"],
        ["MetadataProcessing"],
    ]
    assert Path(made["video"]).exists()
    assert len(made["thumbnails"]) == 3
    assert made["subtitles"] is None
    assert made["metadata"]["by"] == "stand-in"
    assert made["approved"] is None


def test_a_transcoding_that_is_too_slow_goes_to_a_faster_machine(env, video, tmp_path):
    lists = []

    def transcode(source, folder, width):
        lists.append(current_task().task.id)
        if len(lists) == 1:
            while current_task().heartbeat():
                env.advance(25)
        return source

    with env.replace("Transcoding", transcode):
        made = env.run(ProcessUploadedVideo, str(video), str(tmp_path / "out"))
    assert made["video"] == str(video)
    assert ("Transcoding", FAST_MACHINES) in [task for batch in scheduled(env) for task in batch]
    started = next(
        event.attributes
        for event in env.history("1")
        if isinstance(event.attributes, e.ActivityTaskTimedOut)
    )
    assert started.timeout_type == "START_TO_CLOSE"


def test_a_transcoding_that_is_silent_for_half_a_minute_goes_there_too(env, video, tmp_path):
    calls = []

    def transcode(source, folder, width):
        calls.append(source)
        if len(calls) == 1:
            env.advance(31)
        return source

    with env.replace("Transcoding", transcode):
        env.run(ProcessUploadedVideo, str(video), str(tmp_path / "out"))
    kinds = [
        event.attributes.timeout_type
        for event in env.history("1")
        if isinstance(event.attributes, e.ActivityTaskTimedOut)
    ]
    assert kinds == ["HEARTBEAT"]


def test_a_cancelled_upload_leaves_nothing_behind(env, video, tmp_path):
    folder = tmp_path / "out"
    outputs = files.outputs(str(video), str(folder))

    def transcode(source, folder, width):
        outputs.mkdir(parents=True, exist_ok=True)
        (outputs / "half").write_text("half a video")
        handle.cancel()
        while current_task().heartbeat():
            env.advance(10)
        raise Canceled

    with env.replace("Transcoding", transcode):
        handle = env.start(ProcessUploadedVideo, str(video), str(folder))
        with pytest.raises(ExecutionFailed) as closed:
            handle.result()
    assert closed.value.status == "CANCELED"
    assert not outputs.exists()


def test_a_bad_file_fails_its_own_execution_by_name(env, tmp_path):
    bad = tmp_path / "bad.avi"
    bad.write_bytes(b"no video")
    with pytest.raises(ExecutionFailed, match=r"NotAVideo.*bad\.avi is no AVI file"):
        env.run(ProcessUploadedVideo, str(bad), str(tmp_path / "out"))


def token_of(video, folder):
    return (files.outputs(str(video), str(folder)) / "approval.token").read_text()


def test_an_approved_video_stays(env, video, tmp_path):
    handle = env.start(ProcessUploadedVideo, str(video), str(tmp_path), approval=True)
    env.advance(3600)
    env.complete(token_of(video, tmp_path))
    assert handle.result()["approved"] is True
    assert Path(handle.result()["video"]).exists()


def test_a_rejected_video_is_removed(env, video, tmp_path):
    handle = env.start(ProcessUploadedVideo, str(video), str(tmp_path), approval=True)
    env.advance(3600)
    env.fail(token_of(video, tmp_path), "Rejected", "not our film")
    made = handle.result()
    assert made["approved"] is False
    assert not Path(made["video"]).exists()


def test_every_type_is_defined_where_its_pool_looks():
    lists = {
        "Transcoding": activities.TRANSCODING_LIST,
        "ThumbnailGenerator": activities.TASK_LIST,
        "AskForApproval": activities.TASK_LIST,
    }
    from flowy.plugins import load

    loaded = load(["video"])
    assert loaded.faults == ()
    found = {known.type.name: known for known in loaded.registry.activities.values()}
    assert {name: found[name].options.task_list for name in lists} == lists
