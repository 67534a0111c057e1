"""Calls that pause before each of their requests, so that a test can interleave them."""

from threading import Lock, Thread

from botocore.exceptions import ClientError

# Outcomes of a request: success, crash of the process, error before or after it took effect.
DONE, CRASH, REJECTED, LOST = "done", "crash", "rejected", "lost response"


class CrashError(BaseException):
    """The process crashes."""


class Scheduler:
    """Runs one call at a time to its next request."""

    def __init__(self):
        self.running = None

    def request(self, execute):
        """Pause, then execute a request with the outcome that `Call.step` chose."""
        outcome = self.running.pause()
        if outcome == CRASH:
            raise CrashError
        response = execute() if outcome != REJECTED else None
        if outcome != DONE:
            raise ClientError({"Error": {"Code": "InternalError"}}, outcome)
        return response


class Call:
    """A function call in its own thread, which proceeds only by `step`."""

    def __init__(self, scheduler, run):
        self.ended, self.error = False, None
        self._scheduler, self._outcome = scheduler, DONE
        self._resume, self._paused = Lock(), Lock()  # held by the side that waits
        self._resume.acquire()
        self._paused.acquire()
        Thread(target=self._main, args=(run,), daemon=True).start()

    def step(self, outcome=DONE):
        """Execute the current request with an outcome and run to the next one, or to the end."""
        self._scheduler.running, self._outcome = self, outcome
        self._resume.release()
        self._paused.acquire()

    def pause(self):
        """Wait for the next step, in the thread of the call -> outcome of the request."""
        self._paused.release()
        self._resume.acquire()
        return self._outcome

    def _main(self, run):
        self._resume.acquire()
        try:
            run()
        except (CrashError, Exception) as error:  # noqa: BLE001 - the caller of step checks it
            self.error = error
        self.ended = True
        self._paused.release()
