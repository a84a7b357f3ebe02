#!/usr/bin/python3
"""How many instructions one push costs, by part: callgrind counts them, whatever else the machine does.

    instructions.py BUILD_DIR

All eleven values of a record change with each push. What is done once (start, the first records) is
taken off by counting two runs of different length.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from run import CONFIG, POST, Bus, free_port

PUSHES = (200, 1200)

# Functions whose instructions, with those of all that they call, make a part; less those of others.
PARTS = {
    'HTTP: reading, parsing, sending (libmicrohttpd)': (['MHD_run'], ['vb_http_request_serve']),
    'strict JSON gate': (['vb_json_check'], []),
    'json-glib': (['json_parser_load_from_data'], []),
    'record: names, ranges': (['vb_record_reader_read'], ['vb_json_check', 'json_parser_load_from_data']),
    'battery: ladder, derived values, change set': (['vb_battery_apply'], ['vb_bus_objects_signal']),
    'signal: its bytes': (['vb_bus_signal_make'], []),
    'signal: the rest': (['vb_bus_objects_signal'], ['vb_bus_signal_make']),
    'verdict and answer': (['vb_state_json_verdict', 'vb_http_request_reply'], []),
}


def record(n):
    body = json.dumps({
        'Soc': 50 + n % 10 / 10, 'Current': -10 - n % 7 / 10, 'Voltage': 52 + n % 9 / 100,
        'Power': n % 1000, 'MaxChargeCurrent': 100 + n % 5, 'MaxDischargeCurrent': 150 + n % 3,
        'MaxChargeVoltage': 55 + n % 4 / 10, 'MinCellTemperature': 17 + n % 6 / 10,
        'MaxCellTemperature': 19 + n % 8 / 10, 'MinCellVoltage': 3.1 + n % 20 / 1000,
        'MaxCellVoltage': 3.2 + n % 30 / 1000}).encode()
    return POST % (len(body), body)


def connect(port):
    while True:
        try:
            return socket.create_connection(('127.0.0.1', port), timeout=60)
        except OSError:
            time.sleep(0.05)


def count(name, build, pushes, folder):
    """Runs the server under callgrind. Returns: instructions by function, '' for all"""
    bus, port = Bus(), free_port()
    output = pathlib.Path(folder) / f'{name}.{pushes}'
    if name == 'floor':
        command = [build / 'tests/bench/floor', str(port)]
    else:
        config = pathlib.Path(folder) / 'daemon.ini'
        config.write_text(CONFIG.format(port=port))
        command = [build / 'src/dbus-virtual-battery', '--config', config]
    process = subprocess.Popen(
        ['valgrind', '--tool=callgrind', '-q', f'--callgrind-out-file={output}', *command],
        env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=bus.address), stderr=subprocess.DEVNULL)
    with connect(port) as client:
        for n in range(pushes):
            client.sendall(record(n))
            assert b' 20' in client.recv(4096), 'a record was refused'
            # What another thread sends is sent before the next one.
            time.sleep(0.002)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    process.wait()
    bus.stop()

    text = subprocess.run(['callgrind_annotate', '--inclusive=yes', '--threshold=100', output],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {'': int(re.search(r'([\d,]+) .*PROGRAM TOTALS', text)[1].replace(',', ''))}
    for number, function in re.findall(r'^ *([\d,]+) \([ \d.]+%\)  \S+:(\w+)', text, re.M):
        found.setdefault(function, int(number.replace(',', '')))
    return found


def per_push(name, build):
    with tempfile.TemporaryDirectory() as folder:
        fewer, more = (count(name, build, pushes, folder) for pushes in PUSHES)
    return {function: (more[function] - fewer.get(function, 0)) / (PUSHES[1] - PUSHES[0])
            for function in more}


def main():
    build = pathlib.Path(sys.argv[1])
    floor, daemon = per_push('floor', build), per_push('daemon', build)
    print('| part | instructions a push |\n|---|---|')
    rest = daemon['']
    for part, (functions, others) in PARTS.items():
        cost = sum(daemon.get(name, 0) for name in functions) - sum(daemon.get(name, 0) for name in others)
        rest -= cost
        print(f'| {part} | {cost:.0f} |')
    print(f'| main loop, other threads | {rest:.0f} |\n| **all** | **{daemon[""]:.0f}** |')
    print(f'| the floor, all | {floor[""]:.0f} |')


if __name__ == '__main__':
    main()
