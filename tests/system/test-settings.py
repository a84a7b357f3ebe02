#!/usr/bin/python3
"""At home on a GX device: the checks of docs/venus.md that need localsettings, what Venus selects, and
who else is there."""
import harness

import conformance_settings
import neighbours
import selection

if __name__ == '__main__':
    harness.main(vars(conformance_settings), vars(selection), vars(neighbours))
