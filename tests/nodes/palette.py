"""The palette package as npm packs it, and Node-RED with it installed."""
import json
import os
import pathlib
import subprocess
import sys
import tarfile

SOURCE_ROOT = pathlib.Path(os.environ.get('SOURCE_ROOT') or pathlib.Path(__file__).parents[2])
PACKAGE = SOURCE_ROOT / 'nodered'
NAME = '@dbus-virtual-battery/node-red-virtual-battery'

sys.path.insert(0, str(SOURCE_ROOT / 'tests' / 'system'))
# pylint: disable=wrong-import-position
from node_red import NodeRed  # noqa: E402  the path comes first


def pack(folder):
    """Packs it into @folder. Returns: (the archive, the names of the files in it)"""
    output = subprocess.run(
        ['npm', 'pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', str(folder),
         f'--cache={folder}/npm-cache'],
        cwd=PACKAGE, capture_output=True, text=True, check=True).stdout
    packed = json.loads(output)
    packed = packed[0] if isinstance(packed, list) else next(iter(packed.values()))
    with tarfile.open(pathlib.Path(folder, packed['filename'])) as archive:
        names = sorted(name.removeprefix('package/') for name in archive.getnames())
    return pathlib.Path(folder, packed['filename']), names


def install(archive, user_directory):
    """Installs a packed palette where Node-RED looks for it."""
    place = pathlib.Path(user_directory, 'node_modules', NAME)
    place.mkdir(parents=True)
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            member.name = member.name.removeprefix('package/')
            packed.extract(member, place)


def start(folder, port):
    """A Node-RED on @port with the palette installed, its user directory in @folder."""
    archive, _ = pack(folder)
    user_directory = pathlib.Path(folder, 'user')
    user_directory.mkdir()
    install(archive, user_directory)
    return NodeRed(user_directory, port)
