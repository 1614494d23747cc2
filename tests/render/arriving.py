"""What tests of arriving clips ask of a stage."""

import asyncio
import json

OTHER_LINK = "/clips/one.mp4?sig=FRESH"


def sidecar(stage, name):
    return json.loads((stage.project.root / f"takes/{name}.json").read_text())


def downloads(stage):
    folder = stage.project.state / "downloads"
    return sorted(path.suffix for path in folder.iterdir()) if folder.is_dir() else []


def scene(stage, play, **server):
    """Play against a server that lasts for several runs."""

    async def whole():
        async with stage.serving(**server) as there:
            return await play(there)

    return asyncio.run(whole())
