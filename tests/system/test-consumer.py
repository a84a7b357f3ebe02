#!/usr/bin/python3
"""A real reader of Venus' D-Bus that knows nothing of this project reads our battery."""
import json
import os
import pathlib
import subprocess
import threading

from clients import BATTERY, RECORD
from harness import eventually, main


class Consumer:
    """signalk-venus-plugin's D-Bus listener: what it hands on, path by path."""

    def __init__(self, world):
        self.values = {}
        self.process = subprocess.Popen(
            ['node', str(pathlib.Path(__file__).with_name('consumer.js'))], stdout=subprocess.PIPE,
            text=True, env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=world.bus.address))
        threading.Thread(target=self.collect, daemon=True).start()

    def collect(self):
        for line in self.process.stdout:
            message = json.loads(line)
            self.values[message['path']] = message

    def value(self, path):
        return self.values.get(path, {}).get('value')

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()


def test_battery_that_was_there_first(world):
    world.live()
    with Consumer(world) as consumer:
        eventually(lambda: consumer.value('/Soc') == 63.5, 'the reader has the SoC')
        eventually(lambda: consumer.value('/Info/MaxChargeVoltage') == 55.2, 'and the limit')
        assert consumer.value('/Dc/0/Voltage') == 52.7
        assert consumer.values['/Soc']['senderName'] == BATTERY
        assert consumer.values['/Soc']['instanceName'] == 120


def test_battery_that_comes_later_and_changes(world):
    daemon = world.start()
    with Consumer(world) as consumer:
        daemon.join(RECORD)
        eventually(lambda: consumer.value('/Soc') == 63.5, 'the reader found it')
        daemon.http.post({'Soc': 42})
        eventually(lambda: consumer.value('/Soc') == 42, 'the reader got the change')


def test_source_that_falls_silent(world):
    daemon = world.start('[battery]\nwarn-after=1\nstale-after=2\ndrop-after=3\nleave-after=300\n')
    with Consumer(world) as consumer:
        eventually(lambda: daemon.http.post(RECORD) and consumer.value('/Soc') == 63.5,
                   'the reader found it')
        # What is invalid is an empty array to every reader.
        eventually(lambda: consumer.value('/Soc') == [], 'the reader knows that there is no SoC')
        eventually(lambda: consumer.value('/Info/MaxChargeVoltage') == [], 'and no limit')
        assert consumer.value('/Connected') == 0
        assert consumer.value('/Alarms/BmsCable') == 2
        assert consumer.values['/Dc/0/Voltage']['text'] == '---'


main(globals())
