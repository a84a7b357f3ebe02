#!/usr/bin/python3
"""How many instructions one push costs, by part.

    instructions.py BUILD_DIR
"""
import pathlib
import sys

import callgrind
from records import eleven, post

# Functions whose instructions, with those of all that they call, make a part; less those of others.
PARTS = {
    'HTTP: reading, parsing, sending (libmicrohttpd)': (['MHD_run'], ['vb_http_request_serve']),
    'JSON': (['vb_record_reader_read'], ['read_token']),
    'record: names, ranges': (['read_token'], []),
    'battery: ladder, derived values, change set': (['vb_battery_apply'], ['vb_bus_objects_signal']),
    'signal: its bytes': (['vb_bus_signal_make'], []),
    'signal: the rest': (['vb_bus_objects_signal'], ['vb_bus_signal_make']),
    'verdict and answer': (['vb_state_json_verdict', 'vb_http_request_reply'], []),
}


def main():
    build = pathlib.Path(sys.argv[1])
    daemon = callgrind.per_push('daemon', build, lambda n: post(eleven(n)))
    same = callgrind.per_push('daemon', build, lambda n: post(eleven(0)))
    floor = {"": 0} if "--no-floor" in sys.argv else callgrind.per_push('floor', build, lambda n: post(eleven(n)))
    print('| part | all eleven changed | none changed |\n|---|---|---|')
    rest = {'daemon': daemon[''], 'same': same['']}
    for part, (functions, others) in PARTS.items():
        costs = [sum(counts.get(name, 0) for name in functions) - sum(counts.get(name, 0) for name in others)
                 for counts in (daemon, same)]
        rest['daemon'] -= costs[0]
        rest['same'] -= costs[1]
        print(f'| {part} | {costs[0]:.0f} | {costs[1]:.0f} |')
    print(f'| main loop, other threads | {rest["daemon"]:.0f} | {rest["same"]:.0f} |\n'
          f'| **all** | **{daemon[""]:.0f}** | **{same[""]:.0f}** |')
    print(f'| the floor, all | {floor[""]:.0f} | |')


if __name__ == '__main__':
    main()
