"""Sound in, utterances out."""
