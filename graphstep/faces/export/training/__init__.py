"""What a training shows of itself: its report, its documents, and the command that makes it again."""
