#!/usr/bin/python3
"""
Stands in for a sidecar: tells whoever connects where the connection was going, and ends it.

15001 answers `outbound ADDRESS:PORT`, 15003 `inbound ADDRESS:PORT`, with the original destination as the kernel remembers
it. 15000 and the health ports answer HTTP 200, or 503 until READY_AFTER seconds have passed. EXIT ends it at once with
that status.
"""

import os
import selectors
import signal
import socket
import sys
import time

SO_ORIGINAL_DST = 80
REDIRECTED = {15001: "outbound", 15003: "inbound"}
HTTP = (15000, 15010, 15901, 15902, 15903, 15904)
STARTED = time.monotonic()
READY_AFTER = float(os.environ.get("READY_AFTER", "0"))


def original_destination(connection: socket.socket) -> str:
    raw = connection.getsockopt(socket.IPPROTO_IP, SO_ORIGINAL_DST, 16)
    return f"{socket.inet_ntoa(raw[4:8])}:{int.from_bytes(raw[2:4], 'big')}"


def answer(connection: socket.socket, port: int) -> None:
    connection.settimeout(2)
    connection.recv(4096)  # what stays unread would reset the connection, answer and all
    if port in REDIRECTED:
        connection.sendall(f"{REDIRECTED[port]} {original_destination(connection)}\n".encode())
        return
    ready = time.monotonic() - STARTED >= READY_AFTER
    status = "200 OK" if ready else "503 Service Unavailable"
    connection.sendall(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 5\r\n\r\nLIVE\n".encode())


def main() -> None:
    if "EXIT" in os.environ:
        sys.exit(int(os.environ["EXIT"]))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    selector = selectors.DefaultSelector()
    for port in (*REDIRECTED, *HTTP):
        listener = socket.create_server(("0.0.0.0", port), backlog=128)
        selector.register(listener, selectors.EVENT_READ, port)
    while True:
        for key, _ in selector.select():
            connection, _ = key.fileobj.accept()
            with connection:
                try:
                    answer(connection, key.data)
                except OSError as error:
                    print(f"port {key.data}: {error}", flush=True)


main()
