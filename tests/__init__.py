"""The tests; ``tests.fuzz`` and ``tests.benchmarks`` are programs of their own."""
