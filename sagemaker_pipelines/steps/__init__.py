"""④ The scripts that the pipeline's processing jobs run; none imports torch."""
