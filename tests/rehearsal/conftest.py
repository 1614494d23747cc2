from tests.clips import ffmpeg, ffmpeg_run, make_clip  # noqa: F401
