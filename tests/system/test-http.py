#!/usr/bin/python3
"""The HTTP interface: routes, records and guards."""
import harness

import http_guards
import http_records
import http_routes

if __name__ == '__main__':
    harness.main(*(vars(module) for module in (http_routes, http_records, http_guards)))
