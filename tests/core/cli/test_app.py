"""`app` on the command line: what it says before it gives way to the server. The browser tests open it."""

import socket

from attrprompt.app_files import APP_FOLDER
from attrprompt.cli.app import make_command


def test_a_port_in_use_is_one_clear_line_and_makes_no_home(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, _, said = run("app", "--port", port)
    assert (status, said) == (2, f"Error: 127.0.0.1:{port} is in use. Name another with --port or --host.\n")
    assert not (tmp_path / "home").exists()


def test_the_checkouts_own_script_is_served_where_it_was_asked_for():
    command = make_command("127.0.0.2", 8765)
    script = str(APP_FOLDER / "app.py")
    assert command[command.index("run") + 1] == script
    assert command[command.index(script) + 1 :] == ["--server.address", "127.0.0.2", "--server.port", "8765"]
    assert (APP_FOLDER / "pages" / "overview.py").exists()
