"""A customer's back end in Python, with the published package. Prints its port, and serves until its stdin ends."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from authkit_token import AuthKitToken


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_OPTIONS(self):
        self.answer(204, b"")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        identity = self.headers["authorization"].split(" ")[1].split(":")[0]
        client = AuthKitToken(os.environ["KEY"], {"base_url": os.environ["MAGPIE_URL"]})
        given = client.create(identity=identity, identity_type=self.headers.get("x-kind", "user"))
        self.answer(200 if given else 502, json.dumps(given).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("access-control-allow-origin", os.environ["MAGPIE_URL"])
        self.send_header("access-control-allow-headers", "authorization, content-type, x-kind")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
# Whoever started this is gone, in whatever way, once there is nothing more to read.
sys.stdin.read()
