#!/usr/bin/python3
"""Stands in for an application, and for the world outside: says `NAME ADDRESS:PORT` to whoever connects to one of its ports.

    application.py NAME PORT...
"""

import os
import selectors
import signal
import socket
import sys


def main(name: str, ports: "list[int]") -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    selector = selectors.DefaultSelector()
    for port in ports:
        listener = socket.create_server(("0.0.0.0", port), backlog=128)
        selector.register(listener, selectors.EVENT_READ, port)
    while True:
        for key, _ in selector.select():
            connection, _ = key.fileobj.accept()
            with connection:
                try:
                    address, port = connection.getsockname()
                    connection.settimeout(2)
                    connection.recv(4096)  # what stays unread would reset the connection, answer and all
                    connection.sendall(f"{name} {address}:{port}\n".encode())
                except OSError as error:
                    print(f"port {key.data}: {error}", flush=True)


main(sys.argv[1], [int(port) for port in sys.argv[2:]])
