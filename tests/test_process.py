"""Which process carries a call, and whether it still lives."""

import os
import subprocess
import sys
import time

from hotline.process import _started, is_alive, this_process


def test_this_process_lives_and_nobody_knows_of_another_host():
    assert is_alive(this_process()) is True
    assert is_alive("elsewhere:1:1") is None


def test_a_number_used_again_by_another_process_is_not_the_same():
    host, pid, _ = this_process().rsplit(":", 2)
    assert is_alive(f"{host}:{pid}:1") is False


def test_a_killed_process_is_gone_though_its_parent_has_not_collected_it():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    name = f"{this_process().rsplit(':', 2)[0]}:{child.pid}:{_started(child.pid)}"
    assert is_alive(name) is True
    os.kill(child.pid, 9)
    time.sleep(0.2)
    assert is_alive(name) is False
    child.wait()
