"""terraform destroy -> nothing is left of what the loop made at run time."""
