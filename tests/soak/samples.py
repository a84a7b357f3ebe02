"""What is measured of the daemon in a soak, and whether it has grown."""
import os
import pathlib
import statistics
import time

# name: unit, what the growth from the second quarter to the last may be (a part, and in units); None:
# shown, and not judged: how long an answer takes is the machine's affair as much as the daemon's.
MEASURED = {
    'memory': ('KiB', (0.02, 256)),
    'descriptors': ('', (0, 1)),
    'wakeups': ('/s', (0.25, 10)),
    'processor': ('ms/s', (0.25, 5)),
    'median': ('ms', None),
    'slowest': ('ms', None),
}

# The state of a connection in /proc/net/tcp.
ESTABLISHED = '01'


class Sampler:
    def __init__(self, plant):
        self.plant = plant
        self.pid = plant.daemon.pid
        self.began = self.last = time.monotonic()
        self.before = self.counters()
        self.samples = []

    def read(self, name):
        return (pathlib.Path('/proc') / str(self.pid) / name).read_text()

    def status(self, name):
        line = next(line for line in self.read('status').splitlines() if line.startswith(name + ':'))
        return int(line.split()[1])

    def descriptors(self):
        """Those that are no connection with a client that is there: of these each keeps open as many as
        it likes, a browser now one and now six."""
        links = []
        for entry in pathlib.Path(f'/proc/{self.pid}/fd').iterdir():
            try:
                links.append(os.readlink(entry))
            except OSError:
                pass  # it has been closed meanwhile
        return len(links) - len(self.connections().intersection(links))

    def connections(self):
        """The sockets at the daemon's port both ends of which are open, as /proc names them."""
        lines = [line.split() for line in self.read('net/tcp').splitlines()[1:]]
        return {f'socket:[{line[9]}]' for line in lines
                if line[3] == ESTABLISHED and int(line[1].split(':')[1], 16) == self.plant.daemon.port}

    def counters(self):
        """Of all threads: how often one went to sleep (what the machine takes away in between does not
        count), nanoseconds of processor time."""
        switches = time_used = 0
        for task in pathlib.Path(f'/proc/{self.pid}/task').iterdir():
            try:
                switches += sum(int(line.split()[1]) for line in (task / 'status').read_text().splitlines()
                                if line.startswith('voluntary'))
                time_used += int((task / 'schedstat').read_text().split()[0])
            except OSError:
                pass  # it has ended meanwhile
        return switches, time_used

    def take(self, fault):
        """@fault: what has been going on since the last sample, or empty"""
        now, counters = time.monotonic(), self.counters()
        seconds = now - self.last
        latencies = self.plant.sources.take_latencies() or [0]
        self.samples.append({
            'time': now - self.began, 'fault': fault,
            'memory': self.status('VmRSS'),
            'descriptors': self.descriptors(),
            'wakeups': (counters[0] - self.before[0]) / seconds,
            'processor': (counters[1] - self.before[1]) / 1e6 / seconds,
            'median': statistics.median(latencies) * 1000,
            'slowest': max(latencies) * 1000,
        })
        self.last, self.before = now, counters


def judge(samples):
    """Returns: lines that say how much each has grown, and whether none has grown too much. Samples in
    which something was done to the plant do not count."""
    end = samples[-1]['time']
    quiet = [sample for sample in samples if not sample['fault']]
    early = [sample for sample in quiet if end / 4 <= sample['time'] < end / 2]
    late = [sample for sample in quiet if sample['time'] >= end * 3 / 4]
    lines, passed = [], True
    for name, (unit, allowed) in MEASURED.items():
        before = statistics.median(sample[name] for sample in early)
        after = statistics.median(sample[name] for sample in late)
        verdict = ''
        if allowed:
            good = after <= before * (1 + allowed[0]) + allowed[1]
            verdict = 'flat' if good else 'GROWN'
            passed = passed and good
        lines.append(f'{name:12} {before:10.1f} → {after:10.1f} {unit:5} {verdict}'.rstrip())
    return lines, passed
