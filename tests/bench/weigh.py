#!/usr/bin/env python3
"""What a connection weighs: PSS of every process of a server, with nobody there and with a crowd.

    tests/bench/weigh.py [idle|stream|slow ...] [--count N] [--nginx] [--build build/release]

Prints a Markdown table: KiB for each connection (its upstream one counts into it), what the kernel
holds in TCP buffers, and what is left after the crowd has gone. crowd and crowd_origin come from
the build's target `crowd`. tests/flow/test_memory.py uses the classes.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/flow"))

from bulla import Gateway, Policy, certificates  # noqa: E402
from ports import free_port  # noqa: E402

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def family(pid):
    """The process and all below it."""
    found = [pid]
    for one in found:
        try:
            below = pathlib.Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:
            below = []
        found += map(int, below)
    return found


def pss(pid):
    """KiB of the process tree; what its processes share counts once. Who may not look into them, for they
    let nobody, gets what they have of their own (RssAnon): differences are the same."""
    total = 0
    for one in family(pid):
        for place, line in (("smaps_rollup", "Pss"), ("status", "RssAnon")):
            try:
                text = pathlib.Path(f"/proc/{one}/{place}").read_text()
            except OSError:
                continue
            found = re.search(rf"^{line}:\s+(\d+)", text, re.M)
            total += int(found.group(1)) if found else 0
            break
    return total


def own(pid):
    """KiB that the processes of the tree have of their own. Pages of programs and libraries are not in it: what of
    them is counted depends on who else on the machine has them mapped, and comes and goes with the neighbours."""
    total = 0
    for one in family(pid):
        try:
            text = pathlib.Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        total += sum(int(n) for n in re.findall(r"^Rss(?:Anon|Shmem):\s+(\d+)", text, re.M))
    return total


def kernel_tcp():
    """KiB in TCP buffers of this machine."""
    return int(re.search(r"TCP:.* mem (\d+)", pathlib.Path("/proc/net/sockstat").read_text()).group(1)) * PAGE_KIB


class Helper:
    """One of our C programs; it ends when its input does."""

    def __init__(self, *words):
        self.process = subprocess.Popen([str(w) for w in words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def line(self):
        return self.process.stdout.readline().split()

    def end(self):
        self.process.stdin.close()
        last = self.process.stdout.read().split()
        self.process.wait(60)
        return dict(word.split("=") for word in last if "=" in word)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class CrowdOrigin(Helper):
    def __init__(self, build, *words):
        super().__init__(build / "bench/crowd_origin", *words)
        self.port = int(self.line()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def pushed(self):
        with urllib.request.urlopen(self.url, timeout=10) as answer:
            return int(answer.read())


class Crowd(Helper):
    """Callers; made when all of them are in their state."""

    def __init__(self, build, mode, port, count):
        super().__init__(build / "bench/crowd", mode, port, count)
        said = self.line()
        assert said[:1] == ["ready"], said
        self.there = int(said[1].split("=")[1])


class Nginx:
    """The same work without inspection: TLS in front, a plain keep-alive upstream, no buffering."""

    def __init__(self, folder, certs, upstream_port):
        self.port = free_port()
        (folder / "logs").mkdir(exist_ok=True)
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 2; worker_rlimit_nofile 65536; pid {folder}/pid; error_log {folder}/err;
events {{ worker_connections 30000; }}
http {{ access_log off; keepalive_timeout 600; keepalive_requests 100000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream o {{ server 127.0.0.1:{upstream_port}; keepalive 64; }}
  server {{ listen 127.0.0.1:{self.port} ssl backlog=4096;
    ssl_certificate {certs}/server.pem; ssl_certificate_key {certs}/server.key;
    location / {{ proxy_pass http://o; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_read_timeout 600; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"],
                                        stderr=subprocess.DEVNULL)
        for _ in range(500):
            if len(family(self.process.pid)) == 3 and (folder / "pid").exists():
                break
            time.sleep(0.02)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def make_gateway(folder, certs, origin, binary, more=None):
    policy = Policy(folder / "policy.yaml")
    gateway = Gateway(binary, certs, folder, policy, {"fake": (origin, "local")})
    gateway.config["policies"] = ["builtin:default"]
    gateway.config["limits"] = {"connections": 20000, "keep_alive": "10m", "idle": "10m", "header_time": "60s",
                                **(more or {})}
    gateway.config["log"] = {"level": "warn"}
    return gateway.start()


def settled(pid, weight=pss):
    """PSS (or what `weight` counts) once it no longer falls or rises: bookkeeping after a wave takes a moment."""
    last, same = weight(pid), 0
    for _ in range(60):
        time.sleep(0.25)
        now = weight(pid)
        same = same + 1 if abs(now - last) < max(64, now // 500) else 0
        last = now
        if same == 4:
            break
    return last


class Weight:
    """KiB before, with and after a crowd; hold: what to do while it is there."""

    def __init__(self, build, pid, port, mode, count, origin, wait=1, hold=None):
        self.before, kernel = settled(pid), kernel_tcp()
        with Crowd(build, mode, port, count) as crowd:
            self.there = crowd.there
            time.sleep(wait)
            if hold is not None:
                hold()
            self.loaded = settled(pid) if mode != "slow" else pss(pid)
            self.kernel = (kernel_tcp() - kernel) / count
            self.pushed = origin.pushed()
            self.seen = crowd.end()
        self.after = settled(pid)
        self.each = (self.loaded - self.before) / count


def table(rows):
    print("| server | mode | connections | before MiB | KiB each | TCP KiB each | after MiB |\n"
          "|---|---|---|---|---|---|---|")
    for name, mode, count, w in rows:
        print(f"| {name} | {mode} | {w.there}/{count} | {w.before / 1024:.1f} | {w.each:.1f} | "
              f"{w.kernel:.0f} | {w.after / 1024:.1f} |", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("modes", nargs="*", default=["idle", "stream", "slow"])
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--slow-count", type=int, default=300)
    p.add_argument("--nginx", action="store_true")
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    p.add_argument("--binary", type=pathlib.Path)
    p.add_argument("--warm", action="store_true", help="a first crowd before the one that is weighed")
    a = p.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        certs = certificates(folder)
        for mode in a.modes:
            for name in ["bulla", "nginx"] if a.nginx else ["bulla"]:
                with CrowdOrigin(a.build) as origin:
                    if name == "nginx":
                        server = Nginx(folder, certs, origin.port)
                    else:
                        here = folder / mode
                        here.mkdir()
                        server = make_gateway(here, certs, origin, a.binary or a.build / "bulla")
                    try:
                        count = a.slow_count if mode == "slow" else a.count
                        if a.warm:
                            Weight(a.build, server.process.pid, server.port, mode, count, origin)
                        w = Weight(a.build, server.process.pid, server.port, mode, count, origin,
                                   8 if mode == "slow" else 2)
                        rows.append((name, mode, count, w))
                        print(name, mode, w.seen, "pushed", w.pushed, file=sys.stderr)
                    finally:
                        server.stop()
    table(rows)


if __name__ == "__main__":
    main()
