#!/usr/bin/python3
"""Writes what the binaries are made of as SPDX 2.3 (JSON).

    make-sbom.py WORK VERSION OUTPUT TARGET=COMPILER…

What was linked is read from the linker's maps: an archive that libraries.txt does not name is an error.
"""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

NAME = 'dbus-virtual-battery'
HERE = pathlib.Path(__file__).parent


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def table():
    """The rows of libraries.txt: source package, licence, the archives that it makes."""
    rows = [line.split() for line in (HERE / 'libraries.txt').read_text().splitlines()
            if line and not line.startswith('#')]
    return [(package, licence, archives.split(',')) for package, _, licence, archives in rows]


def linked(work, target):
    """The archives of which a part is in the binary of @target, by their names."""
    text = (work / target / 'daemon' / 'link.map').read_text()
    sections = text[text.index('Linker script and memory map'):]
    found = {}
    for address, size, path in re.findall(r'^ \.\S+\s+0x(\w+)\s+0x(\w+) (\S+\.a)\(', sections, flags=re.M):
        if int(address, 16) and int(size, 16):
            found[pathlib.Path(path).name.removesuffix('.a')] = pathlib.Path(path)
    return found


def source_files(work, package, version):
    """The files of a source package with their hashes, as text."""
    version = version.split(':')[-1]
    names = {f'{package}_{version}', f'{package}_{version.rsplit("-", 1)[0]}.orig'}
    return [f'{path.name} sha256:{sha256(path)}' for path in sorted((work / 'sources').iterdir())
            if any(path.name.startswith(name) for name in names)]


def library(package, version, licence, info):
    return {
        'SPDXID': f'SPDXRef-{package}',
        'name': package,
        'versionInfo': version,
        'supplier': 'Organization: Debian',
        'downloadLocation': 'NOASSERTION',
        'filesAnalyzed': False,
        'licenseConcluded': licence,
        'licenseDeclared': licence,
        'copyrightText': 'NOASSERTION',
        'sourceInfo': info,
        'externalRefs': [{
            'referenceCategory': 'PACKAGE-MANAGER',
            'referenceType': 'purl',
            'referenceLocator': f'pkg:deb/debian/{package}@{version.replace("+", "%2B").replace(":", "%3A")}?arch=source',
        }],
    }


def main():
    work, version, result = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    compilers = dict(argument.split('=') for argument in sys.argv[4:])
    versions = dict(line.split() for line in (work / 'sources' / 'versions.txt').read_text().splitlines())
    owner = {archive: package for package, _, archives in table() for archive in archives}
    owner.update({'libgcc': 'gcc-12', 'libgcc_eh': 'gcc-12'})
    packages = [library(package, versions[package], licence,
                        'Debian source package: ' + ', '.join(source_files(work, package, versions[package])))
                for package, licence, _ in table()]
    gcc = output('dpkg-query', '-W', '-f', '${source:Version}', 'gcc-12')
    packages.append(library('gcc-12', gcc, 'GPL-3.0-or-later WITH GCC-exception-3.1',
                            'libgcc, as Debian built it, of the compilers: '
                            + ', '.join(output(compiler, '--version').splitlines()[0] for compiler in compilers.values())))
    files, relationships, used = [], [], set()
    for target in compilers:
        binary = work / 'bin' / target / NAME
        identifier = f'SPDXRef-binary-{target.replace("_", "-")}'
        headers = (work / target / 'sysroot' / 'packages.txt').read_text().split('\n')
        files.append({
            'SPDXID': identifier,
            'fileName': f'./{target}/{NAME}',
            'fileTypes': ['BINARY'],
            'checksums': [{'algorithm': name, 'checksumValue': hashlib.new(name.lower(), binary.read_bytes()).hexdigest()}
                          for name in ('SHA1', 'SHA256')],
            'licenseConcluded': 'NOASSERTION',
            'copyrightText': 'NOASSERTION',
            'comment': 'Built against ' + ', '.join(line for line in headers if line),
        })
        archives = linked(work, target)
        unknown = {name: str(path) for name, path in archives.items() if name not in owner}
        if unknown:
            sys.exit(f'{target}: linked, but not in libraries.txt: {unknown}')
        foreign = [str(path) for path in archives.values()
                   if not any(path.resolve().is_relative_to(folder)
                              for folder in (work.resolve(), '/usr/lib/gcc', '/usr/lib/gcc-cross'))]
        if foreign:
            sys.exit(f'{target}: linked from the machine: {foreign}')
        for package in sorted({owner[name] for name in archives}):
            used.add(package)
            relationships.append((identifier, 'STATIC_LINK', f'SPDXRef-{package}'))
        relationships.append((identifier, 'GENERATED_FROM', 'SPDXRef-Package'))
    product = {
        'SPDXID': 'SPDXRef-Package',
        'name': NAME,
        'versionInfo': version,
        'downloadLocation': 'NOASSERTION',
        'filesAnalyzed': False,
        'licenseConcluded': 'MIT',
        'licenseDeclared': 'MIT',
        'copyrightText': 'NOASSERTION',
    }
    created = datetime.datetime.fromtimestamp(int(os.environ['SOURCE_DATE_EPOCH']), datetime.timezone.utc)
    identity = hashlib.sha256(''.join(file['checksums'][1]['checksumValue'] for file in files).encode()).hexdigest()
    document = {
        'spdxVersion': 'SPDX-2.3',
        'dataLicense': 'CC0-1.0',
        'SPDXID': 'SPDXRef-DOCUMENT',
        'name': f'{NAME}-{version}',
        'documentNamespace': f'https://spdx.org/spdxdocs/{NAME}-{version}-{identity[:32]}',
        'creationInfo': {'created': created.strftime('%Y-%m-%dT%H:%M:%SZ'), 'creators': [f'Tool: {NAME}-make-sbom']},
        'packages': [product] + [package for package in packages if package['name'] in used],
        'files': files,
        'relationships': [
            {'spdxElementId': one, 'relationshipType': kind, 'relatedSpdxElement': other}
            for one, kind, other in [('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-Package'), *relationships]],
    }
    result.write_text(json.dumps(document, indent=1, ensure_ascii=False) + '\n')


if __name__ == '__main__':
    main()
