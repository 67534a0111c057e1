"""Two accounts on this machine: a local AWS for each, which know each other."""

from contextlib import contextmanager

from tests.support.local_aws import ACCOUNT, started

OTHER = "210987654321"
ABSENT = "333333333333"  # a peer that does not run
ROUNDS = 4  # of events from one account to the other, and back


@contextmanager
def two_accounts(folder):
    """Start both for the time of a `with` -> the local AWS of ACCOUNT and that of OTHER."""
    first_home, second_home, absent = (folder / name for name in (ACCOUNT, OTHER, ABSENT))
    with (
        started(first_home, ACCOUNT, [(OTHER, second_home), (ABSENT, absent)]) as first,
        started(second_home, OTHER, [(ACCOUNT, first_home)]) as second,
    ):
        yield first, second


def settle(*accounts):
    """Wait until nothing is in flight, in any account or between them; all have the same time."""
    for _ in range(ROUNDS):
        now = max(aws.now() for aws in accounts)
        for aws in accounts:
            aws.advance(now)
            aws.settle()


def pass_minutes(minutes, *accounts):
    """Advance the clocks of all accounts in small steps, as one time passes on AWS."""
    for _ in range(minutes):
        for aws in accounts:
            aws.pass_minutes(1)
        settle(*accounts)
