"""Ports for servers that a story starts. Needs nothing but Python."""
import os
import random
import socket


def ports_to_give():
    """Below the range from which the kernel picks: no connection on its way out can take one meanwhile,
    and none that waits for the gateway to listen can meet itself there. Runners side by side have each their own."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        end = max(20000, min(32000, int(f.read().split()[0])))
    part, parts = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    order = list(range(12000, end))[part::parts]
    random.shuffle(order)
    yield from order


PORTS = ports_to_give()


def free_port():
    """One that nobody has, and that this run gives to nobody else."""
    for port in PORTS:
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is left to give")
