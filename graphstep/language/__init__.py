"""Text and values become a program: read, rewritten, and fitted to the shapes of its inputs."""
