"""A plugin of nbdkit: a disk in memory that writes down every block write and flush with the monotonic clock.

nbdkit python blocks.py image=FILE log=FILE; the log is what test_powercut.py replays."""
import io
import struct
import time

import nbdkit

API_VERSION = 2
HEAD = struct.Struct("<BBQQQ")          # 1 write or 2 flush, FUA, when (ns), offset, length
settings, disk, log = {}, bytearray(), None


def config(key, value):
    settings[key] = value


def config_complete():
    global log
    with io.open(settings["image"], "rb") as f:
        disk.extend(f.read())
    log = io.open(settings["log"], "wb", buffering=1 << 20)


def thread_model():
    return nbdkit.THREAD_MODEL_SERIALIZE_ALL_REQUESTS


def open(readonly):                      # noqa: A001, the plugin's own word
    return 1


def get_size(handle):
    return len(disk)


def can_fua(handle):
    return nbdkit.FUA_NATIVE


def can_flush(handle):
    return True


def can_multi_conn(handle):
    return True


def pread(handle, into, offset, flags):
    into[:] = disk[offset:offset + len(into)]


def pwrite(handle, data, offset, flags):
    disk[offset:offset + len(data)] = data
    log.write(HEAD.pack(1, bool(flags & nbdkit.FLAG_FUA), time.monotonic_ns(), offset, len(data)))
    log.write(data)


def flush(handle, flags):
    log.write(HEAD.pack(2, 0, time.monotonic_ns(), 0, 0))


def close(handle):
    log.flush()
