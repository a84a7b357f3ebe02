#!/usr/bin/python3
"""At home on a GX device: the checks of docs/venus.md that need localsettings, and what Venus selects."""
import harness

import conformance_settings
import selection

if __name__ == '__main__':
    harness.main(vars(conformance_settings), vars(selection))
