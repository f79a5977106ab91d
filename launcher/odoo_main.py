"""The program that runs Odoo: a file, because Odoo starts itself again.

A reload (SIGHUP, or a thread over its time limit) executes ``sys.argv[0]`` anew, and
with workers the process of the live channel is started from it too. ``python -m odoo``
names a file inside Odoo's package there, which cannot run by itself.
"""

import os
import signal
import sys
import threading

LIFELINE = "WEZER_LIFELINE"
PATIENCE = 20


def end_with_the_launcher() -> None:
    """Stop this server when the process at the other end of the pipe is gone."""
    number = os.environ.get(LIFELINE, "")
    # The process of the live channel has the variable, but not the pipe; it ends with
    # its parent.
    if not number or sys.argv[1:2] == ["gevent"]:
        return

    def watch() -> None:
        try:
            while os.read(int(number), 1):
                pass
        except OSError:
            return
        os.kill(os.getpid(), signal.SIGTERM)
        # Where a request does not end, neither does the server.
        threading.Event().wait(PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, name="wezer.lifeline", daemon=True).start()


def main() -> None:
    """Run Odoo's command line with the lifeline to the launcher."""
    # A file's own folder is put first; the launcher's modules are no packages of Odoo.
    sys.path.pop(0)
    # Odoo executes "python" by its name alone: it must be this one.
    folder = os.path.dirname(sys.executable)
    paths = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if paths[0] != folder:
        os.environ["PATH"] = os.pathsep.join([folder, *paths])
    end_with_the_launcher()
    import odoo.cli

    odoo.cli.main()


if __name__ == "__main__":
    main()
