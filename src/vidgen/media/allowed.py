"""The closed lists that every file from outside is opened under, by ffmpeg and PyAV alike.
Constants only.

A protocol list alone does not do: a playlist named `x.mp4` reads its neighbours through `file:`.
The format list keeps playlists, concat lists, SVG and everything else that can name another file
out.
"""

from __future__ import annotations

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,wav,mp3,flac,ogg,aac"
PROTOCOLS = "file,pipe"
MAX_PIXELS = 8192 * 4320
