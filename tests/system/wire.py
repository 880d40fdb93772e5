# SPDX-License-Identifier: Apache-2.0
# wire: a wire between two processes that a test can cut: it passes bytes on, whatever they are.
import select
import socket
import threading


class Wire:
    """Listens on a port of its own and passes on to another, until it is cut."""

    def __init__(self, port):
        self.target = port
        self.whole = True
        self.pairs = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                try:
                    far = socket.create_connection(("127.0.0.1", self.target)) if self.whole else None
                except OSError:
                    far = None
                if far is None:
                    near.close()
                    continue
                self.pairs.append((near, far))
            threading.Thread(target=pass_on, args=(near, far), daemon=True).start()

    def cut(self):
        """Ends what is connected; who connects anew is turned away."""
        with self.lock:
            self.whole = False
            for near, far in self.pairs:
                shut(near)
                shut(far)
            self.pairs.clear()

    def mend(self):
        with self.lock:
            self.whole = True

    def close(self):
        self.cut()
        shut(self.listener)
        self.listener.close()


def shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def pass_on(near, far):
    other = {near: far, far: near}
    try:
        while True:
            for end in select.select([near, far], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                other[end].sendall(data)
    except OSError:
        pass
    finally:
        for end in (near, far):
            shut(end)
            end.close()
