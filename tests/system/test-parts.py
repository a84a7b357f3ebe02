#!/usr/bin/python3
"""The parts of a battery, over HTTP and on the bus."""
import harness
import parts

if __name__ == '__main__':
    harness.main(vars(parts))
