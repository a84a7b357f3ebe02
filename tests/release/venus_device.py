"""A machine that is like a GX device where an installer looks: made by make-venus-root.sh, run by
machine.sh in namespaces of its own. Its /data outlives its reboots in a folder."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / 'system'))
from clients import RECORD  # noqa: E402  the path comes first

SERVICE = '/service/dbus-virtual-battery'
APP = '/data/apps/dbus-virtual-battery'
INSTALLER = f'{APP}/incoming/install.sh'
LOCK = '/run/dbus-virtual-battery.lock'
NAME = 'com.victronenergy.battery.virtual'

# Through an emulator, on a machine that is loaded many times over.
PATIENCE = 400

# Debian's architecture → the folder of our binary, and what runs it here: emulator, class and
# machine of the ELF header.
ARCHITECTURES = {
    'amd64': ('x86_64', None),
    'armhf': ('armhf', ('/usr/bin/qemu-arm-static', '1', '28')),
    'arm64': ('aarch64', ('/usr/bin/qemu-aarch64-static', '2', 'b7')),
}

UNSHARE = ['unshare', '--user', '--map-root-user', '--mount', '--net', '--pid', '--fork',
           '--kill-child', '--mount-proc']


class NoNamespaces(Exception):
    """The kernel does not allow what a machine needs."""


def eventually(condition, what, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f'not within {seconds} s: {what} (last: {result!r})')
        time.sleep(0.1)


def check_namespaces(architecture='amd64'):
    """Raises NoNamespaces with the reason."""
    script = 'true'
    if ARCHITECTURES[architecture][1]:
        script = 'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc'
    tried = subprocess.run([*UNSHARE, 'sh', '-c', script], capture_output=True, text=True,
                           check=False)
    if tried.returncode:
        raise NoNamespaces(tried.stderr.strip())


def tree(folder):
    """What is in @folder: path → type, mode, owner, and content or target."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = pathlib.Path(parent, name)
            status = path.lstat()
            if path.is_symlink():
                content = os.readlink(path)
            elif path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                content = ''
            found[str(path.relative_to(folder))] = (
                stat.filemode(status.st_mode), status.st_uid, status.st_gid, content)
    return found


def differences(before, after):
    """The paths that are not alike in two trees, logs and what supervise keeps apart."""
    paths = {path for path, _ in before.items() ^ after.items()}
    return {path for path in paths if not path.startswith('log/') and '/supervise' not in path}


class Device:
    def __init__(self, root, folder, architecture='amd64', data_size='100m'):
        self.root = pathlib.Path(root)
        self.folder = pathlib.Path(folder)
        self.architecture = architecture
        self.data_size = data_size
        self.data = self.folder / 'data'
        self.stick = self.folder / 'media' / 'sda1'
        self.settings = self.folder / 'settings.json'
        (self.data / 'conf').mkdir(parents=True)
        self.stick.mkdir(parents=True)
        self.process = None
        self.stand_ins = []

    # Power

    def boot(self, services=True):
        """Starts it, and, if @services, what the daemon waits for on the bus."""
        environment = dict(os.environ, DATA_SIZE=str(self.data_size))
        emulator = ARCHITECTURES[self.architecture][1]
        if emulator:
            environment.update(zip(('QEMU', 'QEMU_CLASS', 'QEMU_MACHINE'), emulator))
        self.log = open(self.folder / 'machine.log', 'ab')
        self.process = subprocess.Popen(
            [*UNSHARE, 'sh', HERE / 'machine.sh', self.root, self.data, self.folder / 'media'],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment)
        eventually(lambda: self.running() and self.runs('test -e /run/booted'), 'it has booted')
        if services:
            self.start_stand_ins()
        return self

    def running(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / 'machine.log').read_text(errors='replace'))
        return self.pid

    def is_on(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        """That of its first process, in the world outside."""
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')
        return int((children.read_text().split() or [0])[0])

    def start_stand_ins(self):
        """Venus' settings and system service, the processes of which are outside."""
        address = f'unix:path={self.root}/run/dbus/system_bus_socket'
        for program, *options in (('settings_stand_in.py', '--file', self.settings),
                                  ('system_stand_in.py',)):
            process = subprocess.Popen(
                [*self.enter(), sys.executable, HERE.parent / 'system' / program, '--bus', address,
                 *options], stdout=subprocess.PIPE, stderr=self.log)
            assert process.stdout.readline(), f'{program} did not start'
            process.stdout.close()
            self.stand_ins.append(process)

    def shut_down(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        self.process.wait(PATIENCE)
        for stand_in in self.stand_ins:
            stand_in.wait(PATIENCE)
        self.stand_ins = []
        self.process = None
        self.log.close()

    def reboot(self):
        self.shut_down()
        return self.boot()

    # Inside

    def enter(self):
        return ['nsenter', f'--target={self.pid}', '--user', '--preserve-credentials', '--mount',
                '--net', '--pid']

    def command(self, command):
        return subprocess.run(
            [*self.enter(), 'chroot', self.root, '/bin/sh', '-c', command], capture_output=True,
            text=True, timeout=2 * PATIENCE, check=False, cwd='/',
            env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/'})

    def runs(self, command):
        return self.command(command).returncode == 0

    def run(self, command, status=0):
        """Runs @command in a shell as one would over SSH. Returns: all that it said"""
        done = self.command(command)
        said = done.stdout + done.stderr
        assert done.returncode == status, f'{command}: {done.returncode}\n{said}'
        return said

    def unpack(self, archive):
        """As the README has it for SSH."""
        shutil.copy(archive, self.stick / 'over-ssh.tar.gz')
        self.run('tar -xzf /media/sda1/over-ssh.tar.gz -C /data apps/dbus-virtual-battery')

    def install(self, archive, status=0):
        self.unpack(archive)
        return self.run(f'sh {INSTALLER}', status)

    def insert_stick(self, archive, name='venus-data.tar.gz'):
        shutil.copy(archive, self.stick / name)

    def pull_stick(self):
        for file in self.stick.iterdir():
            file.unlink()

    def tree(self):
        return tree(f'/proc/{self.pid}/root{self.root}/data')

    def write(self, path, text, mode=0o644):
        """Before it is booted; @path below /data."""
        file = self.data / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(mode)

    # The daemon

    def push(self, port=1882):
        """Returns: the verdict, or None where nobody answers"""
        done = self.command(f"wget -q -O - --post-data '{json.dumps(RECORD)}' "
                            f'http://127.0.0.1:{port}/battery')
        return json.loads(done.stdout) if done.returncode == 0 else None

    def live(self, port=1882):
        """Posts until the battery is on the bus, and reads it there."""
        eventually(lambda: (self.push(port) or {}).get('on_bus'), 'the battery is on the bus')
        said = self.run(f'dbus-send --system --print-reply --dest={NAME} /Soc '
                        'com.victronenergy.BusItem.GetValue')
        assert 'double 63.5' in said, said

    def daemon(self):
        """The process that runs under supervise. Returns: pid, None where there is none"""
        said = self.command(f'svstat {SERVICE}').stdout
        pid = said.split('(pid ')[1].split(')')[0] if ': up (pid ' in said else None
        # Not its run, which may be waiting.
        program = f'{APP}/.*bin/'
        return pid if pid and self.runs(f'grep -q {program} /proc/{pid}/cmdline') else None

    def daemon_log(self):
        return self.command('cat /var/log/dbus-virtual-battery/current').stdout

    def version(self):
        """That which the daemon said when it started last."""
        eventually(self.daemon, 'the daemon runs')
        return re.findall(r'version ([0-9.]+)', self.daemon_log())[-1]

    def gone(self):
        """Nothing of it runs, nor would at the next look at /service."""
        assert not self.runs(f'ls -d {SERVICE}'), 'the link is still there'
        said = self.command('ps').stdout
        assert 'supervise dbus-virtual-battery' not in said, said
        assert 'supervise log' not in said and 'multilog' not in said, said
        assert not self.push()
