#!/usr/bin/env python3
"""Makes the status page one file: puts style, scripts and flow into index.html.

    assemble.py VERSION OUTPUT-FOLDER index.html style.css flow.json SCRIPT…

Leaves status-page.html, the same compressed, and the Content-Security-Policy that admits exactly this
style and this script.
"""
import base64
import gzip
import hashlib
import json
import pathlib
import sys

POLICY = ("default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; "
          "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


def read(path):
    return pathlib.Path(path).read_text(encoding='utf-8')


def source_hash(text):
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def data_block(path):
    """JSON that holds nothing which would end the element around it."""
    return json.dumps(json.loads(read(path)), separators=(',', ':')).replace('<', '\\u003c')


def main(version, folder, page, style, flow, *scripts):
    style = '\n' + read(style)
    script = "\n'use strict';\n(() => {\n" + ''.join(map(read, scripts)) + '})();\n'
    html = read(page)
    for mark, text in (('VERSION', version), ('STYLE', style), ('FLOW', data_block(flow)),
                       ('SCRIPT', script)):
        before, after = html.split(f'@{mark}@')
        html = before + text + after

    folder = pathlib.Path(folder)
    folder.joinpath('status-page.html').write_text(html, encoding='utf-8')
    folder.joinpath('status-page.html.gz').write_bytes(gzip.compress(html.encode(), 9, mtime=0))
    folder.joinpath('status-page.policy').write_text(
        POLICY.format(script=source_hash(script), style=source_hash(style)), encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
