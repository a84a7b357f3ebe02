#!/usr/bin/python3
"""What happens to the daemon from beside: the bus, Venus' services, the disk; and what it touches."""
import itertools
import os
import pathlib
import re
import resource
import subprocess
import threading
import time

import harness
from clients import RECORD, Http
from harness import BUS_GROUP, CALM, DAEMON, Bus, equal, eventually

# LeakSanitizer cannot work where strace does.
TRACED = {'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'}


def with_history(world, folder='state', more=''):
    return f'[state]\ndir={world.path(folder)}\n{more}[battery]\nhistory=true\n{CALM}'


class Supervisor(threading.Thread):
    """Starts the daemon again a second after it has ended, as daemontools does."""

    def __init__(self, daemon):
        super().__init__()
        self.daemon_under_test = daemon
        self.statuses = []
        self.asked_to_stop = False

    def run(self):
        port = None
        while not self.asked_to_stop:
            self.daemon_under_test.spawn(port)
            port = self.daemon_under_test.port
            self.statuses.append(self.daemon_under_test.process.wait())
            time.sleep(1)

    def stop(self):
        self.asked_to_stop = True
        self.daemon_under_test.stop()
        self.join()


def test_bus_killed_under_a_supervisor(world):
    """Ended with 5 where the bus stays away, and started again in vain until it is back; then the first
    start is the last, and the first fresh record brings the battery back."""
    daemon = world.daemon('[battery]\n' + CALM)
    assert world.bus
    supervisor = Supervisor(daemon)
    supervisor.start()
    try:
        eventually(lambda: daemon.process and taken(daemon) == 200, 'it is live')
        world.bus.kill()
        eventually(lambda: len(supervisor.statuses) >= 2, 'it has been started again in vain')
        equal(set(supervisor.statuses), {5})
        world.bus.start()
        starts, began = len(supervisor.statuses), time.monotonic()
        client = world.client()
        eventually(lambda: taken(daemon) and client.owner(), 'the battery is back')
        print(f'# back after {time.monotonic() - began:.1f} s')
        assert len(supervisor.statuses) <= starts + 1, supervisor.statuses
        equal(client.value('/Soc'), 63.5)
    finally:
        supervisor.stop()
    equal(supervisor.statuses[-1], 0)


def taken(daemon):
    """The status of a record, or None where nobody is there to take it."""
    try:
        return daemon.http.post(RECORD).status
    except OSError:
        return None


def test_services_come_and_go(world):
    """In whatever order Venus' services die and return, the battery stays where and what it is."""
    settings, system = world.settings(), world.system()
    daemon = world.start('[bus]\nrequire-settings=true\n[battery]\ndevice-instance=7\n' + CALM)
    client = world.client()
    daemon.join()
    owner = client.owner()
    eventually(lambda: daemon.state()['selected']['dvcc'] is not None, 'the system is known')
    for dying, returning in itertools.product(itertools.permutations((settings, system)), repeat=2):
        for service in dying:
            service.kill()
            equal(daemon.http.post(RECORD).status, 200)
        for service in returning:
            service.start()
            equal(daemon.http.post(RECORD).status, 200)
        eventually(lambda: daemon.state()['selected']['dvcc'] is not None, 'the system is known again')
        equal((client.owner(), client.value('/DeviceInstance')), (owner, 7))
        equal(settings.stored()['/Settings/Devices/httpbattery_virtual/ClassAndVrmInstance'],
              'battery:7')


class Traced:
    """The daemon under strace, which may make its calls fail; the log is read when it has ended."""

    def __init__(self, world, name, config, *strace):
        self.trace = world.path(name + '.strace')
        self.config = world.path(name + '.ini')
        self.config.write_text((config if '[bus]' in config else BUS_GROUP + config))
        self.port = harness.free_port()
        self.http = Http(self.port)
        self.process = subprocess.Popen(
            ['strace', '-f', '-qq', '-o', self.trace, *strace, DAEMON, '--config', self.config,
             '--bus', world.buses[-1].address, '--listen', f'127.0.0.1:{self.port}'],
            stderr=subprocess.PIPE, text=True, env=harness.daemon_environment(TRACED))

    def post(self):
        try:
            return self.http.post(RECORD).status in (200, 202)
        except OSError:
            return None

    def stop(self):
        """Asks the daemon itself. Returns: what it said"""
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')
        os.kill(int(children.read_text().split()[0]), 15)
        said = self.process.communicate(timeout=60)[1]
        equal(self.process.returncode, 0, said)
        return said


# Where it is hit while it saves, and what it says then.
HITS = {
    'openat:error=ENOSPC': 'cannot create',
    'openat:error=EROFS': 'cannot create',
    'write:error=ENOSPC': 'cannot write',
    'write:error=EIO': 'cannot write',
    'fsync:error=EIO': 'cannot write',
    'close:error=EDQUOT': 'cannot close',
    '/^rename:error=ENOENT': 'cannot replace',
    '/^rename:error=EROFS': 'cannot replace',
}


def good_file(world):
    """The text of a state file as the daemon writes it."""
    daemon = world.start(with_history(world))
    daemon.join()
    draw(daemon.http)
    equal(daemon.stop(), 0)
    return (world.path('state') / 'virtual.history').read_text()


def draw(http):
    """Lets enough current flow for the counters to have changed."""
    for _ in range(3):
        http.post({**RECORD, 'Current': -3000})
        time.sleep(0.1)


def test_disk_fails(world):
    """Full, read-only, broken, pulled in the middle of a saving: it says so, ends as it should, and what
    was saved before is there still."""
    text = good_file(world)
    traced = {}
    for n, hit in enumerate(HITS):
        kept = world.path(f'state{n}') / 'virtual.history'
        kept.parent.mkdir()
        kept.write_text(text)
        # They have the same name, so each is on a bus of its own.
        world.buses.append(Bus(world.new_folder('bus')))
        traced[hit] = kept, Traced(world, f'd{n}', with_history(world, kept.parent.name),
                                   '-P', f'{kept}.new', '-e', f'inject={hit}')
    for hit, (kept, daemon) in traced.items():
        eventually(daemon.post, f'it takes a record, {hit}')
        draw(daemon.http)
        said = daemon.stop()
        assert HITS[hit] in said and 'the counters are not kept' in said, (hit, said)
        equal(kept.read_text(), text, hit)
        equal([path.name for path in kept.parent.iterdir() if path.suffix == '.bad'], [], hit)


def test_folder_pulled_away(world):
    """The folder of the state may go and come back while it runs: it is made anew with the next file."""
    kept = world.path('state') / 'virtual.history'
    good_file(world)
    daemon = world.start(with_history(world))
    daemon.join()
    draw(daemon.http)
    kept.unlink()
    kept.parent.rmdir()
    draw(daemon.http)
    equal(daemon.stop(), 0)
    assert kept.exists()


def test_file_that_may_not_grow(world):
    """A limit on the size of files is an error of the file, and not the end of the process."""
    reader, writer = os.pipe()
    good_file(world)
    daemon = world.daemon(with_history(world), stdout=writer, stderr=writer, preexec_fn=lambda:
                          resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY)))
    daemon.start()
    os.close(writer)
    daemon.join()
    draw(daemon.http)
    equal(daemon.stop(), 0)
    with open(reader, encoding='utf-8') as said:
        assert 'the counters are not kept' in (text := said.read()), text


# What any program of the C library and GLib reads of the system, beside its own libraries.
SYSTEM = re.compile(r'/(etc/ld\.so\.|lib|usr/(lib|share|local/lib)|proc/(self|\d+|sys)/|proc/(cpuinfo|filesystems)|'
                    r'sys/(devices|fs|kernel)/|etc/(nsswitch|hosts?|resolv|localtime|machine-id|gai)|'
                    r'dev/(null|urandom))')
OPENED = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]*)", ([A-Z_|]+).*\) = (-?\d+)')
CHANGED = re.compile(r'(?:rename|unlink|mkdir|rmdir|chmod|link|symlink|truncate|creat|mknod|chown|utime)'
                     r'\w*\((?:AT_FDCWD, )?"([^"]*)"(?:, (?:AT_FDCWD, )?"([^"]*)")?.*\) = 0')


def test_files_touched(world):
    """Nothing is read beyond configuration and token, nothing is written beyond the state."""
    token = world.path('token')
    token.write_text('0123456789abcdef')
    assert world.bus
    socket_path, state = world.path('http'), str(world.path('state'))
    config = f'[http]\nlisten=127.0.0.1:1;unix:{socket_path}\ntoken-file={token}\n'
    daemon = Traced(world, 'daemon', config + with_history(world), '-e', 'trace=%file')
    keys = {'Authorization': 'Bearer 0123456789abcdef'}
    eventually(lambda: reachable(daemon, keys), 'it serves')
    for path in ('/', '/fields', '/openapi.json', '/schema.json', '/metrics', '/batteries', '/battery',
                 '/../../etc/passwd', '/battery/..%2f..%2fetc%2fpasswd', '/battery/virtual/recent'):
        daemon.http.get(path, headers=keys)
    for n in range(3):
        daemon.http.post({**RECORD, 'Current': -3000}, headers=keys)
        time.sleep(0.1)
    daemon.http.post(b'{', headers=keys)
    daemon.http.delete(headers=keys)
    daemon.stop()

    own = {str(daemon.config), str(token)}
    read, written = set(), set()
    for line in daemon.trace.read_text().splitlines():
        if (found := OPENED.search(line)) and int(found[3]) >= 0:
            (read if found[2].startswith('O_RDONLY') else written).add(found[1])
        elif found := CHANGED.search(line):
            written.update(filter(None, found.groups()))
    strange = {path for path in read - own if not SYSTEM.match(path) and not path.startswith(state)}
    equal(strange, set(), 'files that were read')
    equal({path for path in written if not path.startswith(state)} - {str(socket_path), '/dev/null'},
          set(), 'files that were written')
    assert own <= read and f'{state}/virtual.history.new' in written, (read, written)


def reachable(daemon, headers):
    try:
        return daemon.http.get('/batteries', headers=headers)
    except OSError:
        return None


if __name__ == '__main__':
    harness.main(globals())
