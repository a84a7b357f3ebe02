#!/usr/bin/python3
"""The stand-ins of Venus' own services, which other tests rely on, keep the contract."""
import harness

import settings_checks
import system_checks

if __name__ == '__main__':
    harness.main(vars(settings_checks), vars(system_checks))
