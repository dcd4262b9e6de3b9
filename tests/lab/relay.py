"""Relay: a TCP relay that stands in a namespace before a server, and may be slow, or speak TLS."""

import asyncio
import contextlib
import socket
import threading

from stage import netns

CHUNK = 65536


class Relay:
    """Listens on `own` (address, port) in `namespace` and hands on to `server`. What `server` answers is `delay` seconds late,
    from the next octets on. `tls`: a context of a server's; the way to the server stays plain."""

    def __init__(self, namespace, own, server, tls=None):
        self.delay = 0.0
        self._namespace, self._server, self._tls = namespace, server, tls
        self._listener = netns.run_in(namespace, socket.create_server, own)
        self._loop = self._ended = None
        self._writers = set()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),))

    def __enter__(self):
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def cut(self):
        """All connections that there are."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self):
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self):
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda *_: None)  # (handshakes that fail)
        server = await asyncio.start_server(self._relay, sock=self._listener, ssl=self._tls)
        self._begun.set()
        await self._ended.wait()
        server.close()
        self._cut()

    async def _relay(self, reader, writer):
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.CancelledError), contextlib.closing(writer):
            with netns.run_in(self._namespace, socket.socket) as onward:
                onward.setblocking(False)
                await self._loop.sock_connect(onward, self._server)
                answers, questions = await asyncio.open_connection(sock=onward)
                self._writers.add(questions)
                await asyncio.gather(self._hand_on(reader, questions, lambda: 0), self._hand_on(answers, writer, lambda: self.delay))
                self._writers.discard(questions)
        self._writers.discard(writer)

    @staticmethod
    async def _hand_on(reader, writer, delay):
        with contextlib.closing(writer):
            while octets := await reader.read(CHUNK):
                await asyncio.sleep(delay())
                writer.write(octets)
                await writer.drain()
