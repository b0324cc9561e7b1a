"""A browser behind a proxy, in asyncio and the standard library: HTTP/1.1 with kept connections, cookies, headers.

The proxy's part is played as well: it states when a request arrived (X-Request-Start), from where (X-Forwarded-For) and
by which scheme, and keeps a few connections to the web server for all.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

HOST = "kinerja.example.go.id"
ORIGIN = f"https://{HOST}"
# The web server closes a connection that was idle for two seconds; the proxy does so first.
LONGEST_IDLE = 1.0
PATIENCE_SECONDS = 60.0


class NoAnswer(Exception):
    """The connection broke, or nothing came within a minute. `started` is what the proxy said of the arrival."""

    def __init__(self, started: float) -> None:
        super().__init__("no answer")
        self.started = started


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; times in seconds since 1970, `started` as stated in X-Request-Start."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    started: float
    ended: float

    def header(self, name: str) -> str:
        """The first header with this name in small letters, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(slots=True)
class Connection:
    """One connection and since when it is idle."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0


class Proxy:
    """The connections to the web server on this loopback port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[Connection] = []

    async def send(self, head: list[str], body: bytes, *, cut: bool = False) -> Answer:
        """One request. With `cut` the connection is dropped once it was sent. Raises NoAnswer."""
        started = 0.0
        connection: Connection | None = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                connection = await self._connection()
                # Cut to microseconds, so that it never lies after the server's own clock.
                started = int(time.time() * 1_000_000) / 1_000_000
                lines = [*head, f"X-Request-Start: t={started:.6f}", "", ""]
                connection.writer.write("\r\n".join(lines).encode() + body)
                await connection.writer.drain()
                if cut:
                    raise ConnectionResetError
                status, headers, content = await _read(connection.reader)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            if connection is not None:
                connection.writer.close()
            raise NoAnswer(started) from error
        if any(name == "connection" and value.lower() == "close" for name, value in headers):
            connection.writer.close()
        else:
            connection.idle_since = time.monotonic()
            self.idle.append(connection)
        return Answer(status, headers, content, started, time.time())

    async def _connection(self) -> Connection:
        while self.idle:
            kept = self.idle.pop()
            if time.monotonic() - kept.idle_since < LONGEST_IDLE and not kept.reader.at_eof():
                return kept
            kept.writer.close()
        return Connection(*await asyncio.open_connection("127.0.0.1", self.port))

    def close(self) -> None:
        """Close what is idle."""
        while self.idle:
            self.idle.pop().writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Status, headers and body of a response."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    pairs = [line.split(":", 1) for line in head[1:] if line]
    headers = tuple((name.strip().lower(), value.strip()) for name, value in pairs)
    named = dict(headers)
    if named.get("transfer-encoding", "").lower() == "chunked":
        return status, headers, await _chunks(reader)
    if "content-length" in named:
        return status, headers, await reader.readexactly(int(named["content-length"]))
    return status, headers, await reader.read()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        content += await reader.readexactly(size)
        await reader.readuntil(b"\r\n")
    await reader.readuntil(b"\r\n")
    return content


_TAG = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(name|value)="([^"]*)"')


def hidden(page: str, name: str) -> str | None:
    """The value of the input with this name, or None when the page has none."""
    for tag in _TAG.findall(page):
        said = dict(_ATTRIBUTE.findall(tag))
        if said.get("name") == name:
            return str(said.get("value", ""))
    return None


@dataclass(slots=True)
class Browser:
    """One person's browser at one address."""

    proxy: Proxy
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Answer:
        """A page, without following where it leads."""
        return await self._ask("GET", path, {"Accept": "text/html"}, b"")

    async def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """A form as its button sends it."""
        return await self._ask("POST", path, {"Accept": "text/html"}, urlencode(fields).encode())

    async def post_by_script(self, path: str, fields: Mapping[str, str], *, cut: bool = False) -> Answer:
        """A form as static/js/autosave.js sends it: the token travels in a header."""
        headers = {
            "Accept": "application/json",
            "X-Requested-With": "fetch",
            "X-CSRFToken": self.cookies.get("__Host-csrftoken", ""),
        }
        return await self._ask("POST", path, headers, urlencode(fields).encode(), cut=cut)

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, cut: bool = False
    ) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = {
            "Host": HOST,
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": "https",
            "Accept-Encoding": "identity",
            **headers,
        }
        if cookies:
            said["Cookie"] = cookies
        if method == "POST":
            said |= {
                "Origin": ORIGIN,
                "Content-Type": "application/x-www-form-urlencoded",
                "Content-Length": str(len(body)),
            }
        head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
        answer = await self.proxy.send(head, body, cut=cut)
        for name, value in answer.headers:
            if name == "set-cookie":
                self._keep(value)
        return answer

    def _keep(self, cookie: str) -> None:
        pair, *rest = cookie.split(";")
        name, value = pair.strip().split("=", 1)
        if any(one.strip().lower() == "max-age=0" for one in rest):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value
