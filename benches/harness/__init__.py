"""What `benches/run` is made of: servers to measure, the measuring, and the report."""
