"""Calls that stop before each of their requests, so that a test can mix them in any order."""

from threading import Lock, Thread

from botocore.exceptions import ClientError

DONE, CRASH, REFUSED, LOST = "done", "crash", "refused", "lost"


class CrashError(BaseException):
    """The process ends here."""


class Turns:
    """Lets one call at a time run to its next request."""

    def __init__(self):
        self.running = None

    def request(self, carry_out):
        """Stop; then carry out a request, or make it fail as `Call.step` demands."""
        fate = self.running.stop()
        if fate == CRASH:
            raise CrashError
        answer = carry_out() if fate != REFUSED else None
        if fate != DONE:
            error = {"Error": {"Code": "InternalError"}}
            raise ClientError(error, fate)
        return answer


class Call:
    """A function call in a thread of its own that goes on only by `step`."""

    def __init__(self, turns, run):
        self.ended, self.error = False, None
        self._turns, self._fate = turns, DONE
        self._go, self._back = Lock(), Lock()  # of each the other side waits for the release
        self._go.acquire()
        self._back.acquire()
        Thread(target=self._main, args=(run,), daemon=True).start()

    def step(self, fate=DONE):
        """Let it go on to its next request, or to its end; `fate` is that of the one it is at."""
        self._turns.running, self._fate = self, fate
        self._go.release()
        self._back.acquire()

    def stop(self):
        """Called by the call itself: wait for the next step -> what it is to meet."""
        self._back.release()
        self._go.acquire()
        return self._fate

    def _main(self, run):
        self._go.acquire()
        try:
            run()
        except (CrashError, Exception) as error:  # noqa: BLE001 - whoever steps judges it
            self.error = error
        self.ended = True
        self._back.release()
