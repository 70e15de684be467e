"""The long-lived parts of a home: who else serves it."""

import os

from attrprompt.runtime.runtime import Runtime
from attrprompt.settings import Settings


def test_a_second_app_server_on_a_home_is_told(runtime):
    assert runtime.find_other_server() is None
    other = Runtime(Settings(home=runtime.home))
    assert other.find_other_server() == os.getpid()
    other.close()
    assert runtime.find_other_server() is None
