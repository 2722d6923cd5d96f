"""What spans experts: hooks of the settings, steps, and the effects that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from alexa_cli.catalog.build import FILE, unsafe_speculation
from alexa_cli.catalog.expert import DEEPEST_STEPS, Api, Effect, Expert
from alexa_cli.catalog.problems import Problem
from alexa_cli.errors import ConfigError, FileError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.expert import Handler
    from alexa_cli.turn import Json

MOST_STEPS = 100
"""Calls that one API may come to through its steps, and through theirs."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a call of an API comes to."""

    effect: Effect
    calls: int = 1
    height: int = 0
    """How many ``steps`` there are inside of each other."""


def hook(
    experts: Mapping[str, Expert], hooks: Mapping[str, Mapping[str, Json]], *, strict: bool
) -> dict[str, Expert]:
    """Return the experts with the ``run`` of some APIs replaced, as the settings say.

    ``strict``: a hook for an API that is not there is an error. Raises FileError, ConfigError.
    """
    hooked = dict(experts)
    for name, declared in hooks.items():
        expert_name, _, api_name = name.partition(".")
        expert = hooked.get(expert_name)
        api = expert.apis.get(api_name) if expert else None
        if expert is not None and api is not None:
            new = _hooked(expert, api, name, declared)
            hooked[expert_name] = replace(expert, apis={**expert.apis, api_name: new})
        elif strict:
            known = [api.full_name for each in experts.values() for api in each.apis.values()]
            hint = did_you_mean(name, known) or "alexa experts list shows what there is"
            raise ConfigError(f"experts.hooks: there is no API {name!r}", hint=hint)
    return hooked


def _hooked(expert: Expert, api: Api, name: str, declared: Mapping[str, Json]) -> Api:
    from alexa_cli.catalog.placeholders import strings  # noqa: PLC0415 - hooks are rare
    from alexa_cli.catalog.problems import Report  # noqa: PLC0415 - hooks are rare
    from alexa_cli.catalog.runs import build_run  # noqa: PLC0415 - hooks are rare
    from alexa_cli.catalog.schema import RunFile  # noqa: PLC0415 - hooks are rare
    from alexa_cli.config.document import is_secret  # noqa: PLC0415 - hooks are rare
    from alexa_cli.config.files import Document, read  # noqa: PLC0415 - hooks are rare

    hook_at = ("experts", "hooks", name)
    secret = {at for at, _ in strings(dict(declared)) if is_secret((*hook_at, *at))}
    document = Document(dict(declared), {}, f"experts.hooks.{name}", frozenset(secret))
    report = Report(document)
    run = build_run(
        report, (), read(document, RunFile), expert.name, api.parameters, Path(expert.folder)
    )
    if run is not None and run.kind != "steps" and "effect" not in api.declared:
        report.error(f"{name} declares no effect, so it cannot be hooked", ())
    for problem in report.problems:
        raise problem.fault
    return replace(api, run=run)


def link(experts: Mapping[str, Expert]) -> tuple[dict[str, Expert], list[Problem]]:
    """Return the experts with the effects of their ``steps``, and what is wrong with those."""
    linker = _Linker(experts)
    linked: dict[str, Expert] = {}
    for expert in experts.values():
        apis = {name: linker.finish(api) for name, api in expert.apis.items()}
        linked[expert.name] = replace(expert, apis=apis)
    for expert in linked.values():
        for api in expert.apis.values():
            target = expert.apis.get(api.undo.api) if api.undo else None
            if (message := unsafe_speculation(api, target)) is not None:
                linker.error(api, message, "speculate")
    return linked, linker.problems


class _Linker:
    """Finds the effects of steps; each API is looked at once."""

    def __init__(self, experts: Mapping[str, Expert]) -> None:
        self.experts = experts
        self.problems: list[Problem] = []
        self._reaches: dict[str, _Reach] = {}

    def finish(self, api: Api) -> Api:
        """Return the API with the effect, speculation and confirmation that follow from it."""
        if api.run is None or api.run.kind != "steps":
            return api
        if isinstance(api.run.spec["steps"], str):  # known when it is called, and looked at then
            confirm = bool(api.declared.get("confirm", False))
            return replace(api, effect=Effect.IRREVERSIBLE, speculate=False, confirm=confirm)
        effect = self._reach(api, ()).effect
        speculate = api.declared.get("speculate", effect is Effect.READ)
        confirm = bool(api.declared.get("confirm", effect is Effect.IRREVERSIBLE))
        return replace(api, effect=effect, speculate=bool(speculate), confirm=confirm)

    def _reach(self, api: Api, callers: tuple[str, ...]) -> _Reach:
        """Return the most dangerous effect among the steps of ``api``, and how many they are."""
        if api.full_name in callers:
            first = self._api(callers[0]) or api
            chain = " -> ".join([*callers[callers.index(api.full_name) :], api.full_name])
            self.error(first, f"steps call themselves: {chain}", "run.steps")
            return _Reach(Effect.IRREVERSIBLE)
        if api.run is None or api.run.kind != "steps":
            return _Reach(api.effect)
        if isinstance(api.run.spec["steps"], str):
            return _Reach(Effect.IRREVERSIBLE)
        if api.full_name not in self._reaches:
            self._reaches[api.full_name] = self._reach_of_steps(api, callers)
        return self._reaches[api.full_name]

    def _reach_of_steps(self, api: Api, callers: tuple[str, ...]) -> _Reach:
        worst, calls, height = Effect.READ, 0, 0
        steps = cast("list[dict[str, Json]]", cast("Handler", api.run).spec["steps"])
        for number, step in enumerate(steps):
            target = self._api(str(step["call"]))
            if target is None:
                self._unknown(api, number, str(step["call"]))
                continue
            self._check_arguments(api, number, step, target)
            reach = self._reach(target, (*callers, api.full_name))
            worst = max(worst, reach.effect, key=lambda each: each.danger)
            calls, height = calls + reach.calls, max(height, reach.height)
        if calls > MOST_STEPS:
            self.error(api, f"its steps come to {calls:,} calls, at most {MOST_STEPS}", "run.steps")
            calls = 1  # said once, not of every API that calls this one
        if height >= DEEPEST_STEPS:
            self.error(api, f"steps call steps more than {DEEPEST_STEPS} deep", "run.steps")
            height = 0
        return _Reach(self._declared(api, worst), calls, height + 1)

    def error(self, api: Api, message: str, key: str, hint: str | None = None) -> None:
        """Note an error; an API's line is where its declaration begins."""
        path = Path(self.experts[api.expert].folder) / FILE
        fault = FileError(
            message, path=path, line=api.line or None, key=f"apis.{api.name}.{key}", hint=hint
        )
        if str(fault) not in {str(problem.fault) for problem in self.problems}:
            self.problems.append(Problem("error", fault))

    def _declared(self, api: Api, worst: Effect) -> Effect:
        if (written := api.declared.get("effect")) is None:
            return worst
        declared = Effect(str(written))
        if declared.danger < worst.danger:
            message = f"its steps are {worst.value}, more than the {declared.value} it declares"
            self.error(api, message, "effect", "leave it out: it follows from the steps")
        return declared

    def _api(self, name: str) -> Api | None:
        expert, _, api = name.partition(".")
        return self.experts[expert].apis.get(api) if expert in self.experts else None

    def _unknown(self, api: Api, number: int, name: str) -> None:
        known = [each.full_name for e in self.experts.values() for each in e.apis.values()]
        hint = did_you_mean(name, known) or "steps call APIs of experts that are loaded"
        self.error(api, f"there is no API {name!r}", f"run.steps[{number}].call", hint)

    def _check_arguments(
        self, api: Api, number: int, step: Mapping[str, Json], target: Api
    ) -> None:
        given = cast("dict[str, Json]", step["arguments"])
        spoken = cast("dict[str, Json]", step.get("words", {}))
        key = f"run.steps[{number}].arguments"
        for name in (*given, *spoken):
            if name not in target.parameters:
                hint = did_you_mean(name, target.parameters)
                message = f"{target.full_name} has no parameter {name!r}"
                self.error(api, message, f"{key}.{name}", hint)
        for name, parameter in target.parameters.items():
            if parameter.required and not parameter.has_default and name not in {*given, *spoken}:
                self.error(api, f"{target.full_name} needs {name!r}", key)
