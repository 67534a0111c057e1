"""An executor without threads."""

from concurrent.futures import Executor, Future


class Inline(Executor):
    """Calls what is submitted at once: the order of polls is then always the same."""

    def submit(self, function, /, *arguments):
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future
