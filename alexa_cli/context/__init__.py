"""What is known when a turn starts: the household, its names, the conversation, the snapshot."""
