"""What is measured: each a server with TLS in front of the same origin, with one worker; and what it
costs, read from the kernel's accounting of its whole process tree."""
import os
import shutil
import socket
import subprocess
import sys
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TREE, "tests/flow"))
from ports import free_port  # noqa: E402

TOOLS = os.path.join(TREE, "build/release/bench")


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def certificates(folder):
    """One ECDSA P-256 pair for all of them."""
    key, pem = f"{folder}/server.key", f"{folder}/server.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", pem, "-days", 2, "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    os.chmod(key, 0o600)
    with open(f"{folder}/both.pem", "w") as both:
        both.write(open(pem).read() + open(key).read())
    os.chmod(f"{folder}/both.pem", 0o600)


def tree_of(root):
    """The process and all beneath it."""
    found = [root]
    for pid in found:
        for task in listed(f"/proc/{pid}/task"):
            try:
                found += map(int, open(f"/proc/{pid}/task/{task}/children").read().split())
            except OSError:
                pass
    return found


def listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def cpu_by_process(root):
    """By process of the tree: nanoseconds on a core of all its threads, as the scheduler counted."""
    out = {}
    for pid in tree_of(root):
        out[pid] = 0
        for task in listed(f"/proc/{pid}/task"):
            try:
                out[pid] += int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0])
            except OSError:
                pass
    return out


def memory_kb(root):
    """Proportional set size of the tree: shared pages are counted once."""
    total = 0
    for pid in tree_of(root):
        try:
            for line in open(f"/proc/{pid}/smaps_rollup"):
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            pass
    return total


class Target:
    """A server that is started once and measured many times."""
    name, inspects, plain, bearer, core = "", "nothing", False, None, None
    needs = None                # the program that it is
    headers = ()                # lines that every request to it carries
    listens_within = 20         # seconds
    slow, can = False, ()       # slow: it gets the sections in `can` only, and fewer requests

    def __init__(self, folder, origin_port):
        self.folder = os.path.join(folder, type(self).__name__)
        self.certs = folder
        self.origin = origin_port
        self.port = free_port()
        self.process = None
        os.makedirs(self.folder, exist_ok=True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    @classmethod
    def missing(cls):
        """Why it cannot be measured here, or None."""
        return f"no program {cls.needs}" if cls.needs and not shutil.which(cls.needs) else None

    def command(self):
        raise NotImplementedError

    def version(self):
        return ""

    def start(self):
        pinned = ["taskset", "-c", str(self.core)] if self.core is not None else []
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(pinned + self.command(), stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, cwd=self.folder)
        end = time.monotonic() + self.listens_within
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} did not start:\n{open(self.log.name).read()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"{self.name} does not listen after {self.listens_within} s")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.log.close()

    def cpu_by_process(self):
        return cpu_by_process(self.process.pid)

    def part(self, pid):
        """What that process is called in the results."""
        return "server"

    def less(self, plan):
        """What of a load a slow target is spared."""
        callers = plan.get("connections", 1)
        return {"requests": max(callers, 8, plan["requests"] // 20), "warm": callers} if self.slow and "requests" in plan else {}

    def line(self):
        """How callers reach it."""
        return "plain HTTP" if self.plain else "TLS 1.3"

    def memory_kb(self):
        return memory_kb(self.process.pid)


class Direct(Target):
    """No server at all: the callers speak plain HTTP to the origin."""
    name, plain = "direct", True

    def start(self):
        self.port = self.origin
        return self

    def cpu_by_process(self):
        return {}

    def memory_kb(self):
        return 0


class Nginx(Target):
    name = "nginx"
    needs = "nginx"

    def command(self):
        path = self.write("nginx.conf", f"""
daemon off; worker_processes 1; pid {self.folder}/pid; user root; error_log {self.folder}/error.log;
events {{ worker_connections 8000; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_max_body_size 64m;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  upstream origin {{ server 127.0.0.1:{self.origin}; keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{self.port} ssl; ssl_protocols TLSv1.3;
    ssl_certificate {self.certs}/server.pem; ssl_certificate_key {self.certs}/server.key;
    location / {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 600s;
    }}
  }}
}}
""")
        return ["nginx", "-e", f"{self.folder}/error.log", "-p", self.folder, "-c", path]

    def version(self):
        return subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip()


class HAProxy(Target):
    name = "HAProxy"
    needs = "haproxy"

    def command(self):
        path = self.write("haproxy.cfg", f"""
global
  nbthread 1
  maxconn 8000
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  timeout connect 10s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
  http-reuse always
frontend f
  bind 127.0.0.1:{self.port} ssl crt {self.certs}/both.pem
  default_backend b
backend b
  server origin 127.0.0.1:{self.origin} pool-max-conn 256
""")
        return ["haproxy", "-db", "-f", path]

    def version(self):
        said = subprocess.run(["haproxy", "-v"], capture_output=True, text=True).stdout
        return said.split("\n")[0].split(" 20")[0]


class Bulla(Target):
    """Records of every exchange, on disk before it goes on; key of the caller checked."""
    name = "Bulla, default policy"
    inspects = "requests and answers"
    policies = ["builtin:default"]
    log_level = "warn"

    def __init__(self, folder, origin_port, binary=None):
        self.binary = binary or os.path.join(TREE, "build/release/bulla")
        super().__init__(folder, origin_port)

    def command(self):
        made = subprocess.run([self.binary, "key", "new", "--app", "bench", "--file",
                               f"{self.folder}/keys"], check=True, capture_output=True, text=True)
        self.bearer = made.stdout.split()[-1]
        policies = "".join(f"  - {p}\n" for p in self.policies)
        path = self.write("bulla.yaml", f"""
listen:
  - address: 127.0.0.1:{self.port}
    tls: {{ certificate: {self.certs}/server.pem, key: {self.certs}/server.key }}
admin: {{ address: "127.0.0.1:{free_port()}" }}
upstreams:
  origin: {{ dialect: openai, url: "http://127.0.0.1:{self.origin}", trust: local }}
policies:
{policies}auth: keys
keys: {self.folder}/keys
threads: 1
audit: {{ dir: {self.folder}/audit }}
limits: {{ upstream_idle: 256, keep_alive: 10m }}
log: {{ level: {self.log_level} }}
""")
        return [self.binary, "serve", "-c", path]

    def part(self, pid):
        """The auditor is the one that holds the log open; master and resolver have nothing to do."""
        if pid == self.process.pid:
            return "master"
        for fd in listed(f"/proc/{pid}/fd"):
            try:
                if os.readlink(f"/proc/{pid}/fd/{fd}").startswith(f"{self.folder}/audit/"):
                    return "auditor"
            except OSError:
                pass
        return "worker"

    def version(self):
        said = subprocess.run([self.binary, "version"], capture_output=True, text=True).stdout
        return said.split("\n")[0]


class BullaNothing(Bulla):
    name = "Bulla, no rules"
    inspects = "nothing that a rule asks for; records everything"

    def command(self):
        self.policies = [self.write("none.yaml",
                                    "policy: none\nclasses: [public]\nrules: []\n"
                                    "routes: [{ to: [origin] }]\n")]
        return super().command()


class BullaThousand(Bulla):
    """The default policy and 1,000 rules more, with as many patterns of its own."""
    name = "Bulla, 1,000 rules"

    def command(self):
        words = ["policy: thousand", "classes: [public, internal, confidential, restricted]",
                 "detectors:"]
        for i in range(1000):
            words.append(f"  thing_{i}: {{ pattern: '\\bZQ{i:03d}-[A-F0-9]{{6,12}}\\b' }}")
        words.append("rules:")
        for i in range(1000):
            words.append(f"  - {{ id: r{i}, find: [thing_{i}], when: {{ model: ['*'] }}, "
                         f"do: {{ redact: token }}, class: internal }}")
        path = self.write("thousand.yaml", "\n".join(words) + "\nroutes: [{ to: [origin] }]\n")
        self.policies = ["builtin:default", path]
        return super().command()
