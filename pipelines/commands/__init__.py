"""What the commands of `ser` do; how they are typed stands in `pipelines.cli`."""
