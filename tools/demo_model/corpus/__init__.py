"""Everything the demo model learns from: generators of conversations, and nothing else."""
