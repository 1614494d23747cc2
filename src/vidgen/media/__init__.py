"""Pictures and sound: the only room that runs ffmpeg or opens PyAV.

Import the part you need (`vidgen.media.probe`); this face stays empty so that nobody pays for the
rest.
"""
