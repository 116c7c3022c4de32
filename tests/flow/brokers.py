"""Brokers of Kafka for stories: the cluster that librdkafka brings along for tests, in a process of its own."""
import os
import pathlib
import subprocess
import threading

PROGRAM = pathlib.Path(os.environ.get("BULLA", "build/dev/bulla")).resolve().parent / "flow/kafka"


class Brokers:
    """`got` fills with (key, text) as messages arrive."""

    def __init__(self, topic):
        self.process = subprocess.Popen([PROGRAM, topic], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.where = self.process.stdout.readline().strip().split(",")[0]
        self.got = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.got.append(tuple(line.rstrip("\n").split(" ", 1)))

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
