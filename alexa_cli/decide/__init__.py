"""From an utterance to a decision: reflex, sentences, nearest, and the cascade over them."""
