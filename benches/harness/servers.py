"""The servers: a bare upstream, nginx in front of it, and Magpie in front of it."""

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

# Longer than any start takes; what is not up by then has failed.
START_SECONDS = 30
STOP_SECONDS = 10

UPSTREAM_CONF = """
worker_processes 1;
daemon off;
pid {folder}/upstream.pid;
error_log {folder}/upstream.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port} reuseport;
    default_type application/json;
    location / {{ return 200 '{body}'; }}
  }}
}}
"""

# What anybody would write to put one secret header on every request.
PROXY_CONF = """
worker_processes 2;
daemon off;
pid {folder}/proxy.pid;
error_log {folder}/proxy.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  upstream provider {{
    server 127.0.0.1:{upstream};
    keepalive 64;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer {token}";
    }}
  }}
}}
"""


@dataclass
class System:
    """Something that wrk can be pointed at."""

    name: str
    url: str
    pid: int
    headers: dict = field(default_factory=dict)


class Server:
    """A process that this benchmark started, and that it alone stops."""

    def __init__(self, name, port, command, log, env=None):
        self.port = port
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=output, env=env)
        self.system = System(name, f"http://127.0.0.1:{port}/", self.process.pid)

    def wait_until_up(self, path):
        """Waits for a 200 at `path`, or raises with what the server wrote."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=1):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
        raise RuntimeError(f"{self.system.name} did not come up:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def upstream(folder, started):
    """A provider that costs next to nothing: nginx answering 1 KiB of JSON from memory, one worker."""
    port = free_port()
    conf = UPSTREAM_CONF.format(folder=folder, port=port, body=body_of(1024))
    return start_nginx("upstream", folder, port, conf, started)


def proxy(folder, provider, started):
    """nginx as a reverse proxy with two workers, kept-alive connections and one injected header."""
    port = free_port()
    conf = PROXY_CONF.format(folder=folder, port=port, upstream=provider.port, token=secrets.token_hex(16))
    return start_nginx("nginx", folder, port, conf, started)


def start_nginx(name, folder, port, conf, started):
    path = folder / f"{name}.conf"
    path.write_text(conf)
    # The workers run as another user, and look for nothing in there.
    folder.chmod(0o755)
    server = Server(name, port, ["nginx", "-p", str(folder), "-c", str(path), "-e", "stderr"], folder / f"{name}.stderr")
    started.append(server)
    server.wait_until_up("/")
    return server


def magpie(folder, provider, binary, started):
    """Magpie as an operator runs it, request log and all; only the rate limit is off."""
    port = free_port()
    env = {
        **os.environ,
        "MAGPIE_PORT": str(port),
        "MAGPIE_BIND": "127.0.0.1",
        "MAGPIE_DATA_DIR": str(folder / "data"),
        "MAGPIE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MAGPIE_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "MAGPIE_EGRESS__ALLOW": "127.0.0.0/8",
        "MAGPIE_LIMITS__REQUESTS_PER_MINUTE": "0",
    }
    server = Server("magpie", port, [str(binary), "serve"], folder / "magpie.stderr", env)
    started.append(server)
    server.wait_until_up("/health")
    key = make_key(binary, env)
    connection = make_connection(port, key, f"http://127.0.0.1:{provider.port}")
    server.system.url += "v1/passthrough/bench"
    server.system.headers = {"x-pica-secret": key, "x-pica-connection-key": connection}
    return server


def make_key(binary, env):
    command = [str(binary), "key", "create", "--env", "test", "--name", "bench", "--json"]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, timeout=START_SECONDS, check=True)
    return json.loads(done.stdout)["key"]


def make_connection(port, key, base_url):
    form = {"BASE_URL": base_url, "TOKEN": secrets.token_hex(16)}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/vault/connections",
        data=json.dumps({"platform": "generic-bearer", "authFormData": form}).encode(),
        headers={"x-pica-secret": key, "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
        return json.load(answer)["key"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def body_of(size):
    """A JSON object of exactly `size` bytes."""
    frame = json.dumps({"id": 1, "text": ""})
    return json.dumps({"id": 1, "text": "x" * (size - len(frame))})
