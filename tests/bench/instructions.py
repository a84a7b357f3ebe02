#!/usr/bin/python3
"""How many instructions one push costs, by part, and how many allocations.

    instructions.py BUILD_DIR
"""
import pathlib
import sys

import callgrind
from records import eleven, post

# Functions whose instructions, with those of all that they call, make a part; less those of others.
PARTS = {
    'HTTP: reading, parsing, sending (libmicrohttpd)': (['MHD_run'], ['vb_http_request_serve']),
    'JSON': (['vb_json_record_read'], ['read_token']),
    'record: names, ranges': (['read_token'], []),
    'battery: ladder, derived values, change set': (['vb_battery_apply'], ['vb_venus_objects_signal']),
    'signal: its bytes': (['vb_items_changed_make'], []),
    'signal: the rest': (['vb_venus_objects_signal'], ['vb_items_changed_make']),
    'verdict and answer': (['vb_json_state_verdict', 'vb_http_request_reply'], []),
}


def changing(n):
    return post(eleven(n))


def unchanging(n):
    return post(eleven(0))


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    columns = [callgrind.per_push('daemon', build, request) for request in (changing, unchanging)]
    rest = [counts[''] for counts in columns]
    print('| part | all eleven changed | none changed |\n|---|---|---|')
    for part, (functions, others) in PARTS.items():
        costs = [sum(counts.get(name, 0) for name in functions) - sum(counts.get(name, 0) for name in others)
                 for counts in columns]
        rest = [left - cost for left, cost in zip(rest, costs)]
        print(f'| {part} | {costs[0]:.0f} | {max(costs[1], 0):.0f} |')
    print(f'| main loop, other threads | {rest[0]:.0f} | {rest[1]:.0f} |')
    print(f'| **all** | **{columns[0][""]:.0f}** | **{columns[1][""]:.0f}** |')
    for name in ('floor', 'floor-libdbus'):
        print(f'| {name}, all | {callgrind.per_push(name, build, changing)[""]:.0f} | |')
    allocated = [callgrind.allocations('daemon', build, request) for request in (changing, unchanging)]
    print(f'| allocations | {allocated[0]:.0f} | {allocated[1]:.0f} |')
    print(f'| allocations of the floor | {callgrind.allocations("floor", build, changing):.0f} | |')


if __name__ == '__main__':
    main()
