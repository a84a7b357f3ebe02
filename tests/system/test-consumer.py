#!/usr/bin/python3
"""A real reader of Venus' D-Bus that knows nothing of this project reads our battery."""
import json
import os
import pathlib
import subprocess
import threading

from harness import FULL, eventually, run


class Consumer:
    """signalk-venus-plugin's D-Bus listener: what it hands on, path by path."""

    def __init__(self, stage):
        self.values = {}
        self.process = subprocess.Popen(
            ['node', str(pathlib.Path(__file__).with_name('consumer.js'))], stdout=subprocess.PIPE,
            text=True, env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=stage.bus.address))
        stage.closing.append(self.stop)
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


def test_battery_that_was_there_first(stage):
    stage.live_battery()
    consumer = Consumer(stage)
    eventually(lambda: consumer.value('/Soc') == 63.5, 'the reader has the SoC')
    assert consumer.value('/Dc/0/Voltage') == 52.7
    assert consumer.value('/Info/MaxChargeVoltage') == 55.2
    assert consumer.values['/Soc']['senderName'] == 'com.victronenergy.battery.virtual'
    assert consumer.values['/Soc']['instanceName'] == 100


def test_battery_that_comes_later_and_changes(stage):
    consumer = Consumer(stage)
    daemon = stage.daemon()
    daemon.push(FULL)
    eventually(lambda: consumer.value('/Soc') == 63.5, 'the reader found it')
    daemon.push({'Soc': 42})
    eventually(lambda: consumer.value('/Soc') == 42, 'the reader got the change')


run(globals())
