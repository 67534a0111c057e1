"""`make demo`: the whole loop on this machine, watched from outside through the AWS APIs."""
