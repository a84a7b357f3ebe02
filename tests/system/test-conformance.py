#!/usr/bin/python3
"""The checks of docs/venus.md that need neither localsettings nor systemcalc. Each test is named after
its number there."""
import harness

import conformance_input
import conformance_ladder
import conformance_life
import conformance_protocol
import conformance_screen
import conformance_signals

if __name__ == '__main__':
    harness.main(*(vars(module) for module in (
        conformance_protocol, conformance_signals, conformance_life, conformance_input,
        conformance_ladder, conformance_screen)))
