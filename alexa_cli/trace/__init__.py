"""What happened in a turn: spans recorded, saved, listed, shown, compared and exported."""
