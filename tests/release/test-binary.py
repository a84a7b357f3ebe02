#!/usr/bin/python3
"""One binary of the release from beginning to end on a real bus. Environment: DAEMON."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from clients import RECORD  # noqa: E402
from harness import equal, eventually  # noqa: E402

FULL = {
    **RECORD, 'Power': -648, 'Temperature': 21.5, 'MinCellTemperature': 20, 'MaxCellTemperature': 23,
    'InstalledCapacity': 280, 'Soh': 99, 'BatteryLowVoltage': 44.8, 'LowVoltage': 0, 'HighVoltage': 0,
    **{f'Cell{number}': 3.28 + number / 1000 for number in range(1, 17)},
}
ON_BUS = {
    '/Soc': 63.5, '/Dc/0/Voltage': 52.7, '/Dc/0/Current': -12.3, '/Dc/0/Power': -648,
    '/Dc/0/Temperature': 21.5, '/Info/MaxChargeVoltage': 55.2, '/Info/MaxChargeCurrent': 100,
    '/Info/MaxDischargeCurrent': 150, '/Info/BatteryLowVoltage': 44.8, '/InstalledCapacity': 280,
    '/System/MinCellVoltage': 3.281, '/System/MaxCellVoltage': 3.296, '/Voltages/Cell16': 3.296,
    '/Alarms/LowVoltage': 0, '/Connected': 1,
}


def test_version(world):
    """Installers find the binary that the machine can run by asking each for its version."""
    result = harness.run_daemon('--version')
    equal((result.returncode, result.stdout.split()[0]), (0, 'dbus-virtual-battery'))


def test_full_record(world):
    daemon, client = world.live(record=FULL)
    items = client.items()
    equal({path: items[path].value for path in ON_BUS}, ON_BUS, 'on the bus')
    equal(items['/Soc'].text, '63.5%', 'the text of /Soc')
    equal(daemon.state()['values']['Cell16']['value'], 3.296, 'over HTTP')


def test_bad_input(world):
    daemon, client = world.live()
    before = client.items_body().print_(True)
    for body, status in (('{"Soc": 5', 400), ('[' * 8000, 400), ('{"Soc": 200}', 422),
                         ('{"Soc": "x"}', 422), (b'\xff\xfe', 400)):
        answer = daemon.http.post(body)
        equal(answer.status, status, f'the answer to {body[:20]!r}')
    equal(client.items_body().print_(True), before, 'on the bus')


def test_ladder(world):
    """Every step of it, each so short that a slow machine only reaches it later."""
    daemon = world.start('[battery]\nwarn-after=3\nstale-after=6\ndrop-after=9\nleave-after=12\n')
    daemon.join(FULL)
    for state in ('late', 'stale', 'lost', 'gone'):
        eventually(lambda: daemon.state()['state'] == state, state)
    daemon.join(FULL)


def test_restart(world):
    """A bus that comes back finds the battery there again; so does a daemon that was killed."""
    daemon, client = world.live()
    world.bus.kill()
    world.bus.start()
    daemon.join()
    equal(world.client().items()['/Soc'].value, 63.5, 'after a restart of the bus')
    daemon.process.kill()
    equal(daemon.exit_status(), -signal.SIGKILL, 'exit status')
    daemon.start()
    daemon.join()
    equal(world.client().items()['/Soc'].value, 63.5, 'after a restart of the daemon')


def test_end(world):
    daemon, client = world.live()
    equal(daemon.stop(), 0, 'exit status')


if __name__ == '__main__':
    harness.main(vars())
