#!/usr/bin/python3
"""The scripts of the release pass shellcheck."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from harness import SOURCE_ROOT  # noqa: E402


def is_script(path):
    with open(path, 'rb') as file:
        line = file.readline()
    return line.startswith((b'#!/bin/sh', b'#!/usr/bin/env bash', b'# shellcheck shell='))


def test_shellcheck(world):
    scripts = [path.relative_to(SOURCE_ROOT.resolve()) for folder in ('service/release', 'tests/release', '.ci')
               for path in sorted((SOURCE_ROOT.resolve() / folder).rglob('*')) if path.is_file() and is_script(path)]
    assert len(scripts) > 10, scripts
    result = subprocess.run(['shellcheck', '--external-sources', *scripts], cwd=SOURCE_ROOT,
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


if __name__ == '__main__':
    harness.main(vars())
