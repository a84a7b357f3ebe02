#!/usr/bin/python3
"""The life of the process: command line, configuration, exit statuses, bus and name lost."""
import harness

import life_addresses
import life_command
import life_process

if __name__ == '__main__':
    harness.main(vars(life_addresses), vars(life_command), vars(life_process))
