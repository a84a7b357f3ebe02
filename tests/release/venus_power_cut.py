"""Power cuts: an installer is ended at each change that it makes to the device, one after the
other. What is found then is the old version or the new one, whole, and the next installation works.
The same with Ctrl-C.

At each change only with POWER_CUTS=all; otherwise after each rename, which is what puts something
into force, and at some of those in between."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from venus_archives import write_manifest
from venus_device import APP, HERE, INSTALLER, PATIENCE, SERVICE, differences, tree

# More changes than anything makes, and none that is counted.
LAST, NONE = 1000000, 0

# Of the changes that rename nothing, one in so many.
STRIDE = 1 if os.environ.get('POWER_CUTS') == 'all' else 25

RENAMES = (82, 264, 316)


def chosen(calls):
    """Which of the changes @calls something is done at, from 1 on."""
    after_renames = {step + 1 for step, call in enumerate(calls, 1) if call in RENAMES}
    return sorted(after_renames.union(range(1, len(calls) + 2, STRIDE)))


class Cuts:
    """A machine on which no service runs, with the payloads of two versions that never were. All of
    their files differ, and each has one that the other has not."""

    def __init__(self, world):
        self.device = world.device().boot(services=False)
        self.device.run('kill $(pidof svscan)')
        self.folder = pathlib.Path(world.folder.name)
        self.data = pathlib.Path(f'/proc/{self.device.pid}/root{self.device.root}/data')
        self.app = self.data / 'apps' / 'dbus-virtual-battery'
        subprocess.run(['tar', '-xzf', world.archives.short_lived, '-C', self.folder], check=True)
        self.old, self.new = self.payload('old'), self.payload('new')
        self.fresh = self.snapshot('fresh')

    def payload(self, mark):
        folder = self.folder / mark
        shutil.copytree(self.folder / 'apps' / 'dbus-virtual-battery' / 'incoming', folder)
        (folder / f'only-{mark}').touch()
        for file in folder.rglob('*'):
            if file.is_file():
                file.write_bytes(file.read_bytes() + f'# {mark}\n'.encode())
        write_manifest(folder)
        return folder

    def reset(self, snapshot, incoming=None):
        """Makes /data what is in the folder @snapshot, with @incoming unpacked."""
        for path in self.data.iterdir():
            if path.name != 'log':
                subprocess.run(['rm', '-rf', path], check=True)
        subprocess.run(['cp', '-a', f'{snapshot}/.', self.data], check=True)
        if incoming:
            self.unpack(incoming)
        self.device.command(f'rm -f {SERVICE}')

    def unpack(self, payload):
        shutil.rmtree(self.app / 'incoming', ignore_errors=True)
        shutil.copytree(payload, self.app / 'incoming')

    def snapshot(self, name):
        shutil.copytree(self.data, self.folder / name, symlinks=True)
        shutil.rmtree(self.folder / name / 'log')
        return self.folder / name

    def cut(self, script, steps, number=signal.SIGKILL):
        """Runs @script until its change number @steps. Returns: its status, None if it was cut; its
        changes; what it said"""
        done = subprocess.run(
            [sys.executable, HERE / 'cut_at.py', str(steps), str(int(number)), *self.device.enter(),
             'chroot', self.device.root, '/usr/bin/env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
             '/bin/sh', *script.split()], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd='/', check=True, timeout=PATIENCE)
        *said, result = done.stdout.splitlines()
        return *json.loads(result), '\n'.join(said) + done.stderr

    def marks(self):
        """Of what those find who look in its places: 'old', 'new', or None for nothing."""
        program, beside = (self.app / 'current' if (self.app / script).is_symlink() else self.app
                           for script in ('dbus-virtual-battery', 'install.sh'))
        places = [self.app / place for place in (
            'boot.sh', 'install.sh', 'uninstall.sh', 'dbus-virtual-battery', 'service/run',
            'service/log/run')]
        files = {*places, *(beside / script for script in ('rc-local.sh', 'others.sh')),
                 *program.glob('bin/*/*')}
        return {str(file): last_word(file) for file in files}

    def mark(self):
        marks = set(self.marks().values())
        return marks.pop() if len(marks) == 1 else 'mixture'

    def found(self):
        found = self.mark()
        assert found != 'mixture', self.marks()
        return found

    def tree(self):
        """All but the names of versions, which depend on what was there."""
        return {re.sub('versions/[^/]+', 'versions/X', path):
                (*value[:3], re.sub('versions/[^/]+', 'versions/X', value[3]))
                for path, value in tree(self.data).items() if not path.startswith('log')}

    def install(self, payload):
        """Returns: what is there then"""
        self.unpack(payload)
        ended, _, said = self.cut(INSTALLER, NONE)
        assert ended == 0, said
        return self.tree()

    def at_changes(self, snapshot, incoming, script, then, before='old', after='new'):
        """Cuts @script, from @snapshot on, at its changes in turn. @then is what has to work
        afterwards; it returns a tree."""
        self.reset(snapshot, incoming)
        assert self.found() == before
        ended, calls, said = self.cut(script, LAST)
        assert ended is not None and len(calls) > 10, said
        assert self.found() == after, said
        reference = then()
        seen = set()
        for step in chosen(calls):
            self.reset(snapshot, incoming)
            self.cut(script, step)
            found = self.found()
            assert found in (before, after), f'{found} at change {step}'
            seen.add(found)
            left = then()
            assert left == reference, f'change {step}: {differences(left, reference)}'
        assert seen == {before, after}, seen

    def interrupt_at_changes(self, snapshot, before):
        """Presses Ctrl-C, from @snapshot on, at the changes of an installation in turn."""
        self.reset(snapshot, self.new)
        untouched = self.tree()
        ended, calls, said = self.cut(INSTALLER, LAST)
        assert ended == 0 and self.found() == 'new', said
        reference = self.tree()
        seen = set()
        for step in chosen(calls)[:-1]:
            self.reset(snapshot, self.new)
            ended, _, said = self.cut(INSTALLER, step, signal.SIGINT)
            found, left = self.found(), self.tree()
            seen.add(found)
            if ended == 0:
                assert 'is installed' in said and left == reference, \
                    f'change {step}: {differences(left, reference)}, {said}'
            else:
                assert found == before and left == untouched, \
                    f'change {step}: {ended}, {differences(left, untouched)}, {said}'
                # Before it has begun it has nothing to say.
                assert ended == -signal.SIGINT or 'nothing was changed' in said, (step, said)
        assert seen == {before, 'new'}, seen


def last_word(file):
    return file.read_text().split()[-1] if file.exists() else None


def test_power_cut_of_the_first_installation(world):
    cuts = Cuts(world)
    cuts.at_changes(cuts.fresh, cuts.new, INSTALLER, lambda: cuts.install(cuts.new), before=None)


def test_power_cut_of_an_upgrade(world):
    cuts = Cuts(world)
    cuts.install(cuts.old)
    cuts.at_changes(cuts.snapshot('installed'), cuts.new, INSTALLER,
                    lambda: cuts.install(cuts.new))


def test_interrupted_first_installation(world):
    cuts = Cuts(world)
    cuts.interrupt_at_changes(cuts.fresh, before=None)


def test_interrupted_upgrade(world):
    cuts = Cuts(world)
    cuts.install(cuts.old)
    cuts.interrupt_at_changes(cuts.snapshot('installed'), before='old')


def landed(cuts):
    """The layout of the first versions: all files in one folder, and no link."""
    cuts.install(cuts.old)
    subprocess.run(['rm', '-rf', cuts.app], check=True)
    shutil.copytree(cuts.old, cuts.app)
    return cuts.snapshot('landed')


def test_power_cut_of_an_upgrade_of_the_first_layout(world):
    cuts = Cuts(world)
    cuts.at_changes(landed(cuts), cuts.new, INSTALLER, lambda: cuts.install(cuts.new))
    assert not (cuts.app / 'only-old').exists() and not (cuts.app / 'bin').exists()


def test_upgrade_of_what_a_power_cut_left_of_the_first_layout(world):
    """Some files are of the later version already; the version before is kept beside."""
    cuts = Cuts(world)
    landed(cuts)
    shutil.copytree(cuts.app, cuts.folder / 'previous')
    shutil.copytree(cuts.folder / 'previous', cuts.app / 'previous')
    for file in ('boot.sh', 'service/run', 'only-new'):
        shutil.copy(cuts.new / file, cuts.app / file)
    snapshot = cuts.snapshot('mixture')
    cuts.reset(snapshot, cuts.new)
    _, calls, _ = cuts.cut(INSTALLER, LAST)
    # From a mixture to the old version, before there is the new one.
    seen = []
    for step in chosen(calls):
        cuts.reset(snapshot, cuts.new)
        cuts.cut(INSTALLER, step)
        seen += [mark for mark in (cuts.mark(),) if mark not in seen]
        cuts.install(cuts.new)
        assert cuts.found() == 'new', step
        assert not list(cuts.app.glob('only-*')) and not (cuts.app / 'previous').exists(), step
    assert seen == ['mixture', 'old', 'new'], seen


def test_power_cut_of_the_way_back(world):
    """From a version that does not stay up."""
    cuts = Cuts(world)
    cuts.install(cuts.old)
    cuts.install(cuts.new)
    assert cuts.found() == 'new' and (cuts.app / 'fallback').is_symlink()
    snapshot = cuts.snapshot('on-trial')
    # What is not ours in its place is what lets it not start here, and at once.
    cuts.device.run(f'rm -f {SERVICE}; mkdir {SERVICE}')

    def settle():
        cuts.cut(f'{APP}/install.sh --settle-locked', NONE)
        return cuts.tree()

    cuts.at_changes(snapshot, None, f'{APP}/install.sh --settle-locked', settle, 'new', 'old')
