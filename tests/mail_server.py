"""A mail server on loopback for tests: a few lines of SMTP over real sockets, with faults on request."""

from __future__ import annotations

import contextlib
import email
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What arrived, and how to answer. `answers` maps a recipient to an SMTP answer other than 250."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    after_data: Callable[[], None] = lambda: None
    _server: socketserver.ThreadingTCPServer | None = None
    _open: set[socket.socket] = field(default_factory=set)

    @property
    def ids(self) -> list[str]:
        """The Message-IDs in the order of arrival."""
        return [str(mail["Message-ID"]).strip() for mail in self.received]

    @property
    def url(self) -> str:
        """The address as EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; a second time on the same port."""

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        """Answer nobody any more, and end what is being said."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for line in list(self._open):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _handler(server: MailServer) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            server.connections += 1
            server._open.add(self.request)
            with contextlib.suppress(OSError):
                self._talk()
            server._open.discard(self.request)

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def _talk(self) -> None:
            self._say("220 loopback")
            for line in self.rfile:
                words = line.decode().strip()
                verb = words[:4].upper()
                if verb in {"EHLO", "HELO", "MAIL", "RSET"}:
                    self._say("250 ok")
                elif verb == "RCPT":
                    self._say(server.answers.get(words[words.index("<") + 1 : words.index(">")], "250 ok"))
                elif verb == "DATA":
                    self._say("354 go on")
                    self._take()
                    self._say("250 kept")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("500 what?")

        def _take(self) -> None:
            lines = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            server.received.append(email.message_from_bytes(b"".join(lines), policy=policy.default))
            server.after_data()

    return Handler


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running server."""
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
