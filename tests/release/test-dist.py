#!/usr/bin/python3
"""What lies in dist/: complete, as small as promised, and true to what it says of itself.
Environment: DIST, WORK."""
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from harness import SOURCE_ROOT, equal  # noqa: E402

DIST = pathlib.Path(os.environ['DIST'])
WORK = pathlib.Path(os.environ['WORK'])
NAME = 'dbus-virtual-battery'
VERSION = re.search(r"version: '([^']+)'", (SOURCE_ROOT / 'meson.build').read_text())[1]
DEBS = {'amd64': 'x86_64', 'armhf': 'armhf', 'arm64': 'aarch64'}
SIZES = {'armhf': 2_000_000, 'aarch64': 2_600_000, 'x86_64': 2_800_000}
LGPL = ('glib2.0', 'libmicrohttpd', 'json-glib')


def binary(target):
    return (WORK / 'bin' / target / NAME).read_bytes()


def versions():
    return dict(line.split() for line in (WORK / 'sources' / 'versions.txt').read_text().splitlines())


def deb_files(architecture):
    """The files of a package, by their names, and its control fields."""
    package = DIST / f'{NAME}_{VERSION}_{architecture}.deb'
    data = subprocess.run(['dpkg-deb', '--fsys-tarfile', package], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = {member.name[1:]: archive.extractfile(member).read() for member in archive if member.isfile()}
        owners = {(member.uname, member.gname) for member in archive}
    equal(owners, {('root', 'root')}, 'owners')
    control = subprocess.run(['dpkg-deb', '--field', package], capture_output=True, check=True, text=True).stdout
    return files, dict(re.findall(r'^(\S+): (.*)$', control, re.M))


def test_names(world):
    equal({path.name for path in DIST.iterdir()}, {
        'SHA256SUMS', f'{NAME}-{VERSION}.spdx.json', f'{NAME}-{VERSION}-sources.tar',
        f'venus-data-{NAME}-{VERSION}.tar.gz', f'{NAME}-install.tar.gz',
        *(f'{NAME}_{VERSION}_{architecture}.deb' for architecture in DEBS)})


def test_checksums(world):
    lines = dict(reversed(line.split('  ')) for line in (DIST / 'SHA256SUMS').read_text().splitlines())
    equal(lines, {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                  for path in DIST.iterdir() if path.name != 'SHA256SUMS'})


def test_sizes(world):
    for target, limit in SIZES.items():
        assert len(binary(target)) <= limit, f'{target}: {len(binary(target))} bytes'
    archive = DIST / f'venus-data-{NAME}-{VERSION}.tar.gz'
    assert archive.stat().st_size <= 2_500_000, f'{archive.stat().st_size} bytes'


def test_archives(world):
    """Both hold both binaries, and the licences of what is in them."""
    for name in (f'venus-data-{NAME}-{VERSION}.tar.gz', f'{NAME}-install.tar.gz'):
        with tarfile.open(DIST / name) as archive:
            files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
        for target in ('armhf', 'aarch64'):
            found = [data for path, data in files.items() if path.endswith(f'bin/{target}/{NAME}')]
            equal(len(found), 1, f'{name}: binaries for {target}')
            assert found[0] == binary(target), f'{name}: {target} is another one'
        check_licences(files, name)


def check_licences(files, where):
    texts = {path.split('licences/')[1]: data for path, data in files.items() if 'licences/' in path}
    for package in versions():
        assert any(path.startswith(f'{package}/') for path in texts), f'{where}: no licence of {package}'
    for package in LGPL:
        assert any(path.startswith(f'{package}/') and b'GNU LESSER GENERAL PUBLIC LICENSE' in data.upper()
                   for path, data in texts.items()), f'{where}: no LGPL for {package}'
    assert b'GCC Runtime Library Exception' in b''.join(texts.values()).replace(b'GCC RUNTIME LIBRARY EXCEPTION',
                                                                                b'GCC Runtime Library Exception')
    for name in ('REBUILD.md', 'versions.txt'):
        assert name in texts, f'{where}: no {name}'


def test_debs(world):
    for architecture, target in DEBS.items():
        files, control = deb_files(architecture)
        equal((control['Package'], control['Version'], control['Architecture']), (NAME, VERSION, architecture))
        assert 'Depends' not in control, control
        assert files[f'/usr/sbin/{NAME}'] == binary(target), f'{architecture}: another binary'
        for path in (f'/usr/share/man/man8/{NAME}.8.gz', f'/usr/share/man/man5/{NAME}.5.gz',
                     f'/usr/share/dbus-1/system.d/{NAME}.conf',
                     f'/usr/share/doc/{NAME}/copyright', f'/usr/share/doc/{NAME}/changelog.gz'):
            assert path in files, f'{architecture}: no {path}'
        assert any(path.endswith(f'/{NAME}.ini') for path in files), f'{architecture}: no sample configuration'
        check_licences(files, architecture)


def test_sbom(world):
    """Names what was linked, and the binaries by their hashes."""
    sbom = json.loads((DIST / f'{NAME}-{VERSION}.spdx.json').read_text())
    equal(sbom['spdxVersion'], 'SPDX-2.3')
    packages = {package['name']: package for package in sbom['packages']}
    for name in ('glib2.0', 'libmicrohttpd', 'json-glib', 'musl', 'libffi'):
        equal(packages[name]['versionInfo'], versions()[name], name)
        assert f'{name}_' in packages[name]['sourceInfo'], packages[name]
    equal({file['fileName'].split('/')[1]: file['checksums'][1]['checksumValue'] for file in sbom['files']},
          {target: hashlib.sha256(binary(target)).hexdigest() for target in SIZES})
    identifiers = [element['SPDXID'] for element in (sbom, *sbom['packages'], *sbom['files'])]
    equal(len(identifiers), len(set(identifiers)), 'identifiers')
    for relationship in sbom['relationships']:
        assert relationship['spdxElementId'] in identifiers, relationship
        assert relationship['relatedSpdxElement'] in identifiers, relationship
    for target in SIZES:
        linked = {relationship['relatedSpdxElement'] for relationship in sbom['relationships']
                  if relationship['spdxElementId'] == f'SPDXRef-binary-{target.replace("_", "-")}'}
        assert {'SPDXRef-glib2.0', 'SPDXRef-musl', 'SPDXRef-libmicrohttpd', 'SPDXRef-json-glib'} <= linked, linked


def test_sources(world):
    """Everything to build it again is in one file."""
    with tarfile.open(DIST / f'{NAME}-{VERSION}-sources.tar') as archive:
        names = set(archive.getnames())
    top = f'{NAME}-{VERSION}'
    for path in ('dev', 'meson.build', 'src/main.c', 'service/release/build.sh', 'LICENSE'):
        assert f'{top}/{path}' in names, path
    for package in versions():
        assert any(name.startswith(f'{top}/build-release/sources/{package}_') and '.orig.tar' in name
                   for name in names), package


if __name__ == '__main__':
    harness.main(vars())
