#!/usr/bin/python3
"""Who else is on the bus, and what Venus makes of two batteries of one number."""
import harness

import neighbours

if __name__ == '__main__':
    harness.main(vars(neighbours))
