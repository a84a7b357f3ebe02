"""Counts the instructions of a push with callgrind: the same number again and again, whatever else the
machine does."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from servers import Bus, connect, free_port, server_command

# What is done once (start, the first records) is taken off by counting two runs of different length.
PUSHES = (50, 250)

# The C library has a memset() of its own for many a processor, and some count each byte as an
# instruction: everywhere the plain one is taken.
TUNABLES = 'glibc.cpu.hwcaps=' + ','.join(
    f'-{feature}' for feature in ('AVX512F', 'AVX512VL', 'AVX512BW', 'AVX2', 'AVX', 'ERMS', 'FSRM',
                                  'SSSE3', 'SSE4_1', 'SSE4_2', 'BMI1', 'BMI2', 'LZCNT', 'POPCNT', 'FMA'))


def push(client, request):
    """Returns: whether the record was taken"""
    client.sendall(request)
    return b' 20' in client.recv(4096)


def serve(options, name, build, requests, folder, prepare, groups=''):
    """Runs the server under valgrind and sends it the requests. Returns: what valgrind says"""
    bus, port = Bus(), free_port()
    process = subprocess.Popen(
        ['valgrind', *options, *map(str, server_command(name, build, port, folder, groups))],
        env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=bus.address, GLIBC_TUNABLES=TUNABLES),
        stderr=subprocess.PIPE, text=True)
    with connect(port) as client:
        kept = prepare(port)
        for request in requests:
            assert push(client, request), 'a record was refused'
            # What another thread sends is sent before the next one.
            time.sleep(0.002)
            for reader in kept:
                reader.recv(65536)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    said = process.communicate()[1]
    bus.stop()
    return said


def count(name, build, requests, folder, prepare=lambda port: [], groups=''):
    """Returns: instructions by function, '' for all"""
    output = pathlib.Path(folder) / f'{name}.{len(requests)}'
    serve(['--tool=callgrind', '-q', f'--callgrind-out-file={output}'], name, build, requests, folder,
          prepare, groups)
    text = subprocess.run(['callgrind_annotate', '--inclusive=yes', '--threshold=100', output],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {'': int(re.search(r'([\d,]+) .*PROGRAM TOTALS', text)[1].replace(',', ''))}
    for number, function in re.findall(r'^ *([\d,]+) \([ \d.]+%\)  \S+:(\w+)', text, re.M):
        found.setdefault(function, int(number.replace(',', '')))
    return found


def per_push(name, build, make_request, pushes=PUSHES, prepare=lambda port: [], groups=''):
    """Returns: instructions of one push by function, '' for all. @make_request: of the number of the
    push; @prepare: opens connections on which each push is heard of; @groups: of the configuration"""
    with tempfile.TemporaryDirectory() as folder:
        fewer, more = (count(name, build, [make_request(n) for n in range(length)], folder, prepare, groups)
                       for length in pushes)
    return {function: (more[function] - fewer.get(function, 0)) / (pushes[1] - pushes[0])
            for function in more}


def allocations(name, build, make_request, pushes=(20, 120)):
    """Returns: how often a push allocates"""
    with tempfile.TemporaryDirectory() as folder:
        said = [serve(['--undef-value-errors=no'], name, build,
                      [make_request(n) for n in range(length)], folder, lambda port: [])
                for length in pushes]
    fewer, more = (int(re.search(r'total heap usage: ([\d,]+) allocs', text)[1].replace(',', ''))
                   for text in said)
    return (more - fewer) / (pushes[1] - pushes[0])
