"""`uzel emulate portal`: what it prints, and that Ctrl+C ends it."""

import json
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection

#: Tests that run in the background of a shell ignore Ctrl+C, and so would what they start.
HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
CODE = HEED + "from uzel.emulators.bitrix24_portal import run; run(0, speed=5, limits=False)"


def test_it_says_where_it_is_and_ends_by_ctrl_c() -> None:
    process = subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(6)]
        webhook = re.search(r"uzel portal connect http://127\.0\.0\.1:(\d+)(/rest/1/\w+/)", lines[1])
        assert lines[0].startswith("Портал работает: http://127.0.0.1:")
        assert webhook, lines
        connection = HTTPConnection("127.0.0.1", int(webhook[1]), timeout=5)
        connection.request("POST", webhook[2] + "profile")
        assert json.loads(connection.getresponse().read())["result"]["ID"] == "1"
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "Портал остановлен.\n"
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
