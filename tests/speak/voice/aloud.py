"""Speaks with the real voice and the real player; what happens is printed, a line each.

play RATE TEXT   one sound; prints its samples' hash
say TEXT...      a reply, in these pieces; "stop" on stdin silences it
device NAME TEXT a reply on this device
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import threading

from alexa_cli.speak.voice.espeak import EspeakVoice, synthesise
from alexa_cli.speak.voice.player import Player
from alexa_cli.speak.voice.speaker import Speaker


def tell(*words: object) -> None:
    sys.stdout.write(" ".join(" ".join(map(str, words)).split()) + "\n")
    sys.stdout.flush()


async def play(rate: str, text: str) -> None:
    player = Player()
    sound = synthesise(text, rate=int(rate))
    await player.play(sound)
    await player.release()
    tell(len(sound.samples), hashlib.sha256(sound.samples).hexdigest())


async def say(device: str | None, pieces: list[str]) -> None:
    speaker = Speaker(
        EspeakVoice(), Player(device), notice=lambda text: tell("notice:", text), tail=0
    )
    for _ in range(2 if device else 1):
        for piece in pieces:
            speaker.feed(piece)
        speaker.finish("".join(pieces))
        waiting = asyncio.create_task(speaker.done())
        if device is None:
            reading = asyncio.create_task(_line())
            await asyncio.wait({waiting, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                speaker.stop()
                tell("stopped, speaking:", speaker.speaking)
        await waiting
    await speaker.close()
    tell("done")


async def _line() -> str:
    """Read a line of stdin without a thread that would outlive the reply."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    line = await reader.readline()
    if not line:
        await asyncio.Event().wait()
    return line.decode()


def main() -> None:
    what, *rest = sys.argv[1:]
    if what == "play":
        asyncio.run(play(*rest))
    elif what == "say":
        asyncio.run(say(None, rest))
    else:
        asyncio.run(say(rest[0], rest[1:]))
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(5)
    tell("threads:", threading.active_count())


if __name__ == "__main__":
    main()
