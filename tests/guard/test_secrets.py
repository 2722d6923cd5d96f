"""Secrets are found and masked, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.errors import ConfigError
from alexa_cli.guard.secrets import Secrets, luhn

ANT = f"sk-{'ant'}-api03-{'a1b2c3d4e5f6' * 2}"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"use {ANT} for it", "use [key] for it"),
        ("sk-proj-abcdefghijklmnop1234", "[key]"),
        ("AKIAIOSFODNN7EXAMPLE is it", "[key] is it"),
        ("token ghp_abcdefghijklmnopqrstuv", "token [token]"),
        (f"send {JWT}.", "send [token]."),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: [token]"),
        ("my api key is a1b2c3d4e5f6", "my api key is [secret]"),
        ("postgres://me:hunter22@db/x", "postgres://me:[password]@db/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "[private key]"),
        ("the card is 4111 1111 1111 1111, ok", "the card is [card number], ok"),
        ("4111-1111-1111-1111", "[card number]"),
        ("four one one one one one one one one one one one one one one one", "[card number]"),
        ("my wifi password is swordfish9 remember", "my wifi password is [password] remember"),
        ("password: “correct horse battery”", "password: [password]"),
        ("the pin for the front door is 4711", "the pin for the front door is [password]"),
        ("the alarm code is four seven one one", "the alarm code is [password]"),
        ("the password is now hunter.22", "the password is now [password]"),
        ("my social is 123-45-6789", "my social is [social security number]"),
        ("pay DE89 3704 0044 0532 0130 00 please", "pay [account] please"),
        ("two: AKIAIOSFODNN7EXAMPLE, AKIAIOSFODNN7EXAMPLF", "two: [key], [key]"),
    ],
)
def test_secrets_are_masked(text: str, masked: str) -> None:
    found, kinds = Secrets().mask(text)
    assert found == masked
    assert len(kinds) == found.count("[")


@pytest.mark.parametrize(
    "text",
    [
        "turn on the kitchen light",
        "what is my password",
        "the password is wrong",
        "i forgot the pin code",
        "set a timer for 4111 seconds",
        "call +1 555 0110 now",
        "4111 1111 1111 1112",  # no card: the check digit is wrong
        "0000 0000 0000 0000",
        "order number 1234567890",
        "the secret is out",
        "see https://example.org/a?b=c",
        "the token is in the drawer",
        "wednesday the 12th of november 2026 at 18:45",
    ],
)
def test_other_words_are_left_alone(text: str) -> None:
    assert Secrets().mask(text) == (text, ())


def test_ones_own_patterns_and_known_values() -> None:
    secrets = Secrets(patterns=[r"badge \d+"], values=["xyzzy-plugh", "abc", ""])
    assert secrets.mask("badge 42 opens xyzzy-plugh, abc") == (
        "[secret] opens [key], abc",
        ("secret", "key"),
    )


@pytest.mark.parametrize("pattern", ["(", "a*", "(?P<x"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"guard\.secrets"):
        Secrets([pattern])


@pytest.mark.parametrize(
    ("digits", "good"),
    [
        ("4111111111111111", True), ("378282246310005", True), ("5555555555554444", True),
        ("4111111111111112", False), ("0000000000000000", False), ("411111111111", False),
    ],
)  # fmt: skip
def test_the_check_digit_of_cards(digits: str, good: bool) -> None:
    assert luhn(digits) is good


@given(st.text(max_size=300), st.sampled_from(["xyzzy-plugh", ANT]))
def test_a_secret_is_gone_wherever_it_stands(around: str, secret: str) -> None:
    masked, kinds = Secrets(values=["xyzzy-plugh"]).mask(f"{around} {secret} {around}")
    assert secret not in masked
    assert kinds


@given(st.text(max_size=300))
def test_what_is_masked_stays_masked(text: str) -> None:
    secrets = Secrets()
    once, _ = secrets.mask(text)
    assert secrets.mask(text) == secrets.mask(text)
    twice, _ = secrets.mask(once)
    assert twice == once


def test_a_secret_in_a_very_long_text_is_found() -> None:
    text = "word " * 90_000 + "AKIAIOSFODNN7EXAMPLE" + " word" * 30_000
    assert "AKIA" not in Secrets().mask(text)[0]
