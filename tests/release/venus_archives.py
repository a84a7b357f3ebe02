"""Archives to install from: the real one, and those of versions that never were."""
import hashlib
import os
import pathlib
import shutil
import subprocess

GX = pathlib.Path(__file__).parents[2] / 'service' / 'gx'

# The scripts of the first version, which puts all of its files into one folder.
FIRST_SCRIPTS = GX.parents[1] / 'tests' / 'data' / '0.1.0-gx'

# A program that says all that is asked of it before it is installed, and then does not run.
SHORT_LIVED = b'''#!/bin/sh
case $1 in
--version) echo 'dbus-virtual-battery 0.3.0' ;;
--check-config) ;;
*) echo 'out of order'; exit 1 ;;
esac
'''

# For a machine that there is not.
ELSEWHERE = b'\x7fELF\x01\x01\x01' + 100 * b'\0'


class Archives:
    """Made in @folder from the programs in @bin_dir, each when it is asked for."""

    def __init__(self, bin_dir, folder):
        self.bin_dir = pathlib.Path(bin_dir)
        self.folder = pathlib.Path(folder)
        self.version = subprocess.run(
            [self.bin_dir / 'x86_64' / 'dbus-virtual-battery', '--version'],
            capture_output=True, text=True, check=True).stdout.split()[1]
        # As long as the real one, so that it can take its place in the program.
        self.later_version = self.version[:-1] + ('8' if self.version[-1] == '9' else '9')
        self.unpacked = sum(program.stat().st_size
                            for program in self.bin_dir.glob('*/dbus-virtual-battery'))
        self.real = self.pack('real', self.version, lambda program: program)
        self.later = self.pack('later', self.later_version, lambda program: program.replace(
            self.version.encode() + b'\0', self.later_version.encode() + b'\0'))
        self.foreign = self.pack('foreign', '0.2.0', lambda program: ELSEWHERE)
        self.short_lived = self.pack('short-lived', '0.3.0', lambda program: SHORT_LIVED)
        self.first = self.pack_first()

    def pack(self, name, version, change):
        folder = self.folder / name
        for program in self.bin_dir.glob('*/dbus-virtual-battery'):
            to = folder / 'bin' / program.parent.name / program.name
            to.parent.mkdir(parents=True)
            to.write_bytes(change(program.read_bytes()))
            to.chmod(0o755)
        licences = folder / 'licences'
        licences.mkdir()
        (licences / 'COPYING').write_text('text of a licence\n')
        make_archive(folder / 'bin', licences, version, folder)
        shutil.rmtree(folder / 'bin')
        return folder / f'venus-data-dbus-virtual-battery-{version}.tar.gz'

    def pack_first(self):
        """The real one, but for the scripts of the first version, and a file that it alone has."""
        folder = self.folder / 'first'
        folder.mkdir()
        subprocess.run(['tar', '-xzf', self.real, '-C', folder], check=True)
        payload = folder / 'apps' / 'dbus-virtual-battery' / 'incoming'
        for script in FIRST_SCRIPTS.iterdir():
            shutil.copy(script, payload)
        (payload / 'licences' / 'OLD').write_text('text of another licence\n')
        write_manifest(payload)
        archive = self.folder / 'first.tar.gz'
        subprocess.run(['tar', '-czf', archive, '-C', folder, 'apps/dbus-virtual-battery'],
                       check=True)
        return archive

    @property
    def setup_helper(self):
        return self.real.parent / 'dbus-virtual-battery-install.tar.gz'


def write_manifest(payload):
    """Of all files in @payload."""
    files = sorted(path for path in payload.rglob('*')
                   if path.is_file() and path.name != 'manifest')
    (payload / 'manifest').write_text(''.join(
        f'{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(payload)}\n'
        for file in files))


def make_archive(*arguments, umask=-1):
    subprocess.run([GX / 'make-archive.sh', *arguments], check=True, umask=umask,
                   env=dict(os.environ, SOURCE_DATE_EPOCH='1700000000'))
