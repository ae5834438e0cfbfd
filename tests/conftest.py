"""KERAUNOS_TEST_DEVICE=gpu runs any test on a GPU, with exact float32 products: what holds on the CPU holds there. A
Program that falls back to the CPU fails its test, unless KERAUNOS_TEST_FALLBACK=1 or the test is marked with the op
that has no kernel there: `falls_back("fft")`."""

import functools
import http.server
import os
import threading

import keraunos as keras
import pytest

DEVICE = os.environ.get("KERAUNOS_TEST_DEVICE")


@pytest.fixture(autouse=DEVICE is not None)
def on_device(monkeypatch, request):
    from keraunos.runtime import devices

    marks = [mark.args[0] for mark in request.node.iter_markers("falls_back")]

    def refuse(message):
        if not any(f"has no kernel for {op}." in message for op in marks):
            raise AssertionError(message)

    if os.environ.get("KERAUNOS_TEST_FALLBACK") != "1":
        monkeypatch.setattr(devices, "warn_once", refuse)
    keras.config.set_tensor_float_32(False)
    keras.config.set_device(DEVICE or "auto")
    yield
    keras.config.set_device("auto")
    keras.config.set_tensor_float_32(True)


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `server.files` with ranges; cuts a connection after `server.cut` bytes; notes what it was asked for."""

    def do_GET(self):
        data = self.server.files.get(self.path.lstrip("/"))
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        if data is None:
            return self.send_error(404)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        if start >= len(data):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        part = data[start:]
        self.wfile.write(part if self.server.cut is None else part[: self.server.cut])

    def log_message(self, *args):
        """Tests read standard error."""


@pytest.fixture
def server():
    """A server of files on this machine, at `server.url`."""
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    made.files, made.asked, made.cut, made.ranges = {}, [], None, True
    threading.Thread(target=functools.partial(made.serve_forever, poll_interval=0.01), daemon=True).start()
    made.url = f"http://127.0.0.1:{made.server_port}/"
    yield made
    made.shutdown()
    made.server_close()
