"""Speakers and televisions: play, pause, volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

from .home import Home, Target, alter, of_kind
from .wording import answer, none_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alexa_cli.catalog import HandlerContext, Result

    from .home import Device, State

STEPS = {"small": 5, None: 10, "large": 25}
"""Percent by which "a bit louder", "louder" and "a lot louder" change the volume."""
LEVELS = {"maximum": 100, "minimum": 5}
_player = of_kind("media_player")


def play_media(context: HandlerContext, **named: str) -> Result:
    """Go on playing, on the one that was paused if none is named."""
    home, target = Home(context), Target(**named)
    players = _players(home, target, lambda s: s["on"] and not s["playing"])
    change = alter(home, players, _player, lambda _, __: {"on": True, "playing": True})
    return answer(
        home, target, change, did="I resumed {}.", state="playing", cannot="play anything"
    )


def pause_media(context: HandlerContext, **named: str) -> Result:
    """Pause what is playing."""
    home, target = Home(context), Target(**named)
    players = home.pick(target, _player)
    if not target.named:
        players = [player for player in players if home.state(player)["playing"]]
        if not players:
            raise AlexaError("Nothing is playing.")
    change = alter(home, players, _player, lambda _, __: {"playing": False})
    return answer(home, target, change, did="I paused {}.", state="paused", cannot="be paused")


def set_volume(
    context: HandlerContext,
    volume: float | None = None,
    level: str | None = None,
    **named: str,
) -> Result:
    """Set the volume to a percentage."""
    home, target = Home(context), Target(**named)
    if volume is None and level is None:
        raise AlexaError("I need to know how loud: say a number of percent.")
    percent = LEVELS[level or ""] if volume is None else volume
    change = alter(
        home, _heard(home, target), _loud, lambda _, __: {"volume": percent, "muted": False}
    )
    return answer(
        home, target, change, did=f"I set the volume of {{}} to {percent:g} percent.",
        state=f"at {percent:g} percent", cannot="change volume",
    )  # fmt: skip


def change_volume(
    context: HandlerContext,
    change: str | None = None,
    loudness: str | None = None,
    complaint: str | None = None,
    amount: float | None = None,
    step: str | None = None,
    **named: str,
) -> Result:
    """Make it louder or quieter: one of change, loudness and complaint says which."""
    home, target = Home(context), Target(**named)
    way = change or loudness or complaint
    if way is None:
        raise AlexaError("I don't know whether you mean louder or quieter.")
    up = way == "up"
    by = (STEPS[step] if amount is None else amount) * (1 if up else -1)
    done = alter(home, _heard(home, target), _loud, lambda _, s: _moved(s, by))
    did = f"I turned {{}} {'up' if up else 'down'}."
    if len(done.changed) == 1:
        did = f"{did[:-1]} to {done.after[done.changed[0].id]['volume']:g} percent."
    extreme = f"as {'loud' if up else 'quiet'} as it goes"
    return answer(home, target, done, did=did, state=extreme, cannot="change volume")


def mute(context: HandlerContext, **named: str) -> Result:
    """Mute it."""
    return _silence(context, Target(**named), muted=True)


def unmute(context: HandlerContext, **named: str) -> Result:
    """Give it its sound back."""
    return _silence(context, Target(**named), muted=False)


def _silence(context: HandlerContext, target: Target, *, muted: bool) -> Result:
    home = Home(context)
    word = "muted" if muted else "unmuted"
    players = _players(home, target, lambda s: s["muted"] if not muted else s["on"])
    change = alter(home, players, _loud, lambda _, __: {"muted": muted})
    state = "muted" if muted else "not muted"
    if not muted and change.already:
        return answer(home, target, change, did="{}", state="unmuted", cannot="be muted")
    return answer(home, target, change, did=f"I {word} {{}}.", state=state, cannot="be muted")


def _heard(home: Home, target: Target) -> list[Device]:
    return (
        _players(home, target, lambda s: s["playing"])
        if not target.named
        else _players(home, target, lambda _: True)
    )


def _players(home: Home, target: Target, likely: Any) -> list[Device]:  # noqa: ANN401
    """The ones named; of all of them the likely ones, else those that are on, else all."""
    players = home.pick(target, _player)
    if not players:
        raise none_here(home, target, "media_player")
    if target.named:
        return players
    states = {player.id: home.state(player) for player in players}
    chosen = [player for player in players if likely(states[player.id])]
    return chosen or [player for player in players if states[player.id]["on"]] or players


def _loud(device: Device) -> bool:
    return device.kind == "media_player"


def _moved(state: State, by: float) -> Mapping[str, Any]:
    return {"volume": min(100, max(0, state["volume"] + by)), "muted": False}
