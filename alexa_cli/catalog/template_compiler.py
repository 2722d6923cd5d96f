"""Compiling sentence templates: hassil's notation to the automaton of ``templates``.

hassil parses; its tree becomes an automaton over pieces of text, and pieces that touch
(``light[s]``) are glued to whole words. Needed when a catalogue is compiled, never to match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog.templates import State, Template
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_STATES = 4_000
"""A template that compiles to more states is refused: it is a mistake, or hostile."""
MAX_EDGES = 20_000
"""Ways from one state to the next, likewise."""
MAX_DEPTH = 40
"""Nesting of groups and rules."""


class TemplateError(ValueError):
    """A template makes no sense; the message says why, in one line."""


def compile_template(
    text: str, *, expert: str = "", api: str = "", rules: Mapping[str, str] | None = None
) -> Template:
    """Compile one template in hassil's notation; ``rules`` are the expansions for ``<name>``.

    Raises TemplateError: bad notation, an unknown or circular rule, a template that matches the
    empty sentence, or one that grows too large.
    """
    pieces = _Pieces()
    end = _Builder(pieces, rules or {}).sentence(text, 0)
    states = _tokens_only(pieces, end)
    if states[0].accepting:
        msg = f"{text!r} also matches when nothing is said"
        raise TemplateError(msg)
    slots = sorted({name for state in states for name, _ in state.slots})
    return Template(expert, api, text, states, tuple(slots), _clauses(states))


class _Pieces:
    """An automaton over pieces of text, before they are glued to words (``light[s]``)."""

    def __init__(self) -> None:
        self.edges: list[list[tuple[str, str, int]]] = [[]]

    def state(self) -> int:
        if len(self.edges) >= MAX_STATES:
            msg = f"a template grows to more than {MAX_STATES:,} states"
            raise TemplateError(msg)
        self.edges.append([])
        return len(self.edges) - 1

    def edge(self, start: int, kind: str, label: str = "", to: int | None = None) -> int:
        target = self.state() if to is None else to
        self.edges[start].append((kind, label, target))
        return target


class _Builder:
    """hassil's expressions to piece edges: text, gap (white space), slot, skip."""

    def __init__(self, pieces: _Pieces, rules: Mapping[str, str]) -> None:
        self.pieces, self.rules = pieces, rules

    def sentence(self, text: str, start: int, open_rules: tuple[str, ...] = ()) -> int:
        from hassil.parse_expression import parse_sentence  # noqa: PLC0415 - compile time only
        from hassil.parser import ParseError  # noqa: PLC0415 - compile time only

        try:
            expression = parse_sentence(text).expression
        except (ParseError, ValueError, IndexError, AssertionError, RecursionError) as error:
            raise TemplateError(f"{text!r}: {str(error) or type(error).__name__}") from error
        return self.add(expression, start, open_rules, 0)

    def add(self, node: Any, at: int, open_rules: tuple[str, ...], depth: int) -> int:  # noqa: ANN401 - hassil's expressions are untyped
        from hassil import expression as hx  # noqa: PLC0415 - compile time only

        if depth > MAX_DEPTH:
            raise TemplateError(f"groups are nested more than {MAX_DEPTH} deep")
        if isinstance(node, hx.TextChunk):
            return self._text(node.original_text or node.text, at)
        if isinstance(node, hx.ListReference):
            return self._slot(node, at)
        if isinstance(node, hx.RuleReference):
            return self._rule(node.rule_name, at, open_rules)
        if isinstance(node, hx.Permutation):
            return self._permutation(list(node.items), at, open_rules, depth)
        if isinstance(node, hx.Alternative):
            end = self.pieces.state()
            for item in node.items:
                branch = self.pieces.edge(at, "skip")
                self.pieces.edge(self.add(item, branch, open_rules, depth + 1), "skip", to=end)
            return end
        for item in node.items:
            at = self.add(item, at, open_rules, depth + 1)
        return at

    def _text(self, text: str, at: int) -> int:
        head = text.lstrip()
        if head != text:
            at = self.pieces.edge(at, "gap")
        for number, word in enumerate(head.split()):
            at = self.pieces.edge(at, "gap") if number else at
            at = self.pieces.edge(at, "text", word)
        return self.pieces.edge(at, "gap") if head and head.rstrip() != head else at

    def _slot(self, node: Any, at: int) -> int:  # noqa: ANN401 - hassil's expressions are untyped
        if node.is_inline_range or ".." in node.list_name:
            raise TemplateError(
                f"{{{node.list_name}}}: ranges are not supported; name a parameter with x-type"
            )
        return self.pieces.edge(at, "slot", node.slot_name)

    def _rule(self, name: str, at: int, open_rules: tuple[str, ...]) -> int:
        if name not in self.rules:
            raise TemplateError(f"<{name}> is not one of the rules")
        if name in open_rules or len(open_rules) > MAX_DEPTH:
            raise TemplateError(f"rule <{name}> refers to itself")
        return self.sentence(self.rules[name], at, (*open_rules, name))

    def _permutation(
        self, items: list[Any], at: int, open_rules: tuple[str, ...], depth: int
    ) -> int:
        if not items:
            return at
        end = self.pieces.state()
        for number, item in enumerate(items):
            branch = self.pieces.edge(at, "gap")
            after = self.pieces.edge(self.add(item, branch, open_rules, depth + 1), "gap")
            rest = items[:number] + items[number + 1 :]
            self.pieces.edge(self._permutation(rest, after, open_rules, depth + 1), "skip", to=end)
        return end


def _tokens_only(pieces: _Pieces, end: int) -> tuple[State, ...]:
    """Glue pieces to whole words, drop the skips: states that read one token or slot a step."""
    numbers: dict[int, int] = {0: 0}
    todo, built = [0], dict[int, tuple[dict[str, list[int]], list[tuple[str, int]], bool]]()

    def number(state: int) -> int:
        if state not in numbers:
            numbers[state] = len(numbers)
            todo.append(state)
        return numbers[state]

    raw: dict[int, list[tuple[tuple[str, ...], int]]] = {}
    edges = 0
    while todo:
        state = todo.pop()
        literals: list[tuple[tuple[str, ...], int]] = []
        slots: list[tuple[str, int]] = []
        accepting = False
        for said, slot, target in _steps(pieces, state, end):
            if slot is not None:
                slots.append((slot, number(target)))
            elif said:
                literals.append((said, number(target)))
            else:
                accepting = True
        edges += len(literals) + len(slots)
        if edges > MAX_EDGES:
            raise TemplateError(f"a template grows to more than {MAX_EDGES:,} ways to say it on")
        raw[numbers[state]] = literals
        built[numbers[state]] = ({}, list(dict.fromkeys(slots)), accepting)
    count = len(numbers)
    for state, literals in raw.items():
        for said, target in literals:
            at = state
            for word in said[:-1]:
                built[count] = ({}, [], False)
                built[at][0].setdefault(word, []).append(count)
                at, count = count, count + 1
            targets = built[at][0].setdefault(said[-1], [])
            if target not in targets:
                targets.append(target)
    return tuple(
        State({w: tuple(t) for w, t in built[n][0].items()}, tuple(built[n][1]), built[n][2])
        for n in range(count)
    )


def _steps(
    pieces: _Pieces, state: int, end: int
) -> Iterator[tuple[tuple[str, ...], str | None, int]]:
    """Yield each next token group, slot or ending that can be reached from ``state``.

    A stack entry is (state, glued text so far); at a gap, a slot or the end the glued text is a
    word. Text that normalises to nothing (a comma) is passed over.
    """
    stack: list[tuple[int, str]] = [(state, "")]
    seen: set[tuple[int, str]] = set()
    while stack:
        at, glued = stack.pop()
        if (at, glued) in seen:
            continue
        seen.add((at, glued))
        if len(seen) > MAX_STATES:
            raise TemplateError("a word in the template has too many spellings")
        said = words(glued) if glued else ()
        if at == end:
            yield said, None, at
            continue
        for kind, label, to in reversed(pieces.edges[at]):
            if kind == "text":
                stack.append((to, glued + label))
            elif kind == "skip":
                stack.append((to, glued))
            elif said:
                # The word ends here; the gap or slot is read from this state in the next step.
                yield said, None, at
                break
            elif kind == "gap":
                stack.append((to, ""))
            else:
                yield (), label, to


def _clauses(states: tuple[State, ...]) -> tuple[tuple[str, ...], ...]:
    """Words that no match can do without: each single one, and the sets of first and last words."""
    clauses: list[tuple[str, ...]] = [(word,) for word in sorted(_needed(states))]
    first = states[0]
    if not first.slots:
        clauses.append(tuple(sorted(first.literals)))
    ends = {n for n, state in enumerate(states) if state.accepting}
    if not any(to in ends for state in states for _, to in state.slots):
        last = {w for s in states for w, targets in s.literals.items() if ends & set(targets)}
        clauses.append(tuple(sorted(last)))
    return tuple(dict.fromkeys(clauses))


def _needed(states: tuple[State, ...]) -> frozenset[str]:
    """Return the words on every way from the start to an end; states never form a circle."""
    found: dict[int, frozenset[str] | None] = {}
    stack = [0]
    while stack:
        number = stack[-1]
        onward = _onward(states[number])
        if waiting := [to for _, to in onward if to not in found]:
            stack += dict.fromkeys(waiting)
            continue
        stack.pop()
        found[number] = _common(states[number], onward, found)
    return found[0] or frozenset()


def _onward(state: State) -> list[tuple[str | None, int]]:
    said = [(word, to) for word, targets in state.literals.items() for to in targets]
    return [*said, *((None, to) for _, to in state.slots)]


def _common(
    state: State,
    onward: list[tuple[str | None, int]],
    found: dict[int, frozenset[str] | None],
) -> frozenset[str] | None:
    """Return what all ways from a state share; None if none of them leads to an end."""
    if state.accepting:
        return frozenset()
    common: frozenset[str] | None = None
    for word, to in onward:
        if (after := found[to]) is not None:
            way = after if word is None else after | {word}
            common = way if common is None else common & way
    return common
