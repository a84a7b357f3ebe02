"""What the tests on GX-like machines have in common: the machines and archives that a test gets,
and running them all, in TAP."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

from venus_archives import Archives
from venus_device import APP, ARCHITECTURES, Device, NoNamespaces, check_namespaces

HERE = pathlib.Path(__file__).parent
SOURCE_ROOT = HERE.parents[1]
BIN_DIR = pathlib.Path(os.environ.get('BIN_DIR', SOURCE_ROOT / 'build-release' / 'bin')).resolve()
CACHE_DIR = pathlib.Path(os.environ.get('CACHE_DIR', SOURCE_ROOT / 'build' / 'roots')).resolve()
UNINSTALL = f'sh {APP}/uninstall.sh'
CONFIG = '/data/conf/dbus-virtual-battery.ini'

# They wait for services and restarts, hardly for the processor.
AT_ONCE = 6


def root_of(architecture):
    return CACHE_DIR / f'venus-{architecture}'


class World:
    """What a test gets: its folder, its machines, and all archives."""

    archives = None

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='venus-root-')
        self.devices = []

    def device(self, architecture='amd64', **more):
        folder = pathlib.Path(self.folder.name, f'device{len(self.devices)}')
        self.devices.append(Device(root_of(architecture), folder, architecture, **more))
        return self.devices[-1]

    def installed(self, **more):
        device = self.device(**more).boot()
        device.install(self.archives.real)
        return device

    def logs(self):
        return [line for device in self.devices if device.is_on()
                for line in device.daemon_log().splitlines()[-20:]]

    def close(self):
        for device in self.devices:
            device.shut_down()
        self.folder.cleanup()


def run_test(test):
    """Returns: seconds, and what to say about a failure"""
    began = time.monotonic()
    world = World()
    said = []
    try:
        test(world)
    except Exception:  # whatever it was, the test has failed
        said = [*traceback.format_exc().splitlines(), 'log of the daemon:', *world.logs()]
    try:
        world.close()
    except Exception:
        said += traceback.format_exc().splitlines()
    return time.monotonic() - began, said


def make_roots():
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    for architecture, (folder, _) in ARCHITECTURES.items():
        if (BIN_DIR / folder).exists() and not root_of(architecture).exists():
            made = CACHE_DIR / f'venus-{architecture}.new'
            subprocess.run([HERE / 'make-venus-root.sh', architecture, made], check=True)
            made.rename(root_of(architecture))


def main(*names):
    """Runs the tests in @names, each the globals of a file: all, or those named on the command
    line."""
    tests = {name: value for found in names for name, value in found.items()
             if name.startswith('test_') and (len(sys.argv) == 1 or name in sys.argv)}
    print(f'1..{len(tests)}', flush=True)
    try:
        check_namespaces()
    except NoNamespaces as error:
        print(f'Bail out! This kernel does not allow the namespaces of the machines: {error}')
        sys.exit(1)
    make_roots()
    failed = 0
    with tempfile.TemporaryDirectory(prefix='venus-archives-') as folder, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        World.archives = Archives(BIN_DIR, folder)
        running = {pool.submit(run_test, test): name for name, test in tests.items()}
        for number, done in enumerate(concurrent.futures.as_completed(running), 1):
            seconds, said = done.result()
            failed += bool(said)
            print('not ok' if said else 'ok', number, '-', running[done])
            print(f'# {seconds:.1f} s')
            for line in said:
                print('#', line)
            sys.stdout.flush()
    sys.exit(bool(failed) or not tests)
