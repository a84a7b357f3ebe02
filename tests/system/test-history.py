#!/usr/bin/python3
"""Energy and history counters: counted, kept over a restart, cleared over HTTP and by the GUI's way."""
import os
import time

from gi.repository import GLib

import harness
from clients import BATTERY, RECORD
from harness import CALM, equal, eventually

CLEAR = '/History/Clear'
COUNTED = ('ChargedEnergy', 'DischargedEnergy', 'TotalAhDrawn', 'DeepestDischarge', 'LastDischarge',
           'MinimumVoltage', 'MaximumVoltage')


def config(world):
    return f'[state]\ndir={world.path("state")}\n[battery]\nhistory=true\n' + CALM


def flow(daemon, current, voltage, seconds=1.0):
    """Lets a current flow for some seconds of real time. Returns: how long it was"""
    record = {**RECORD, 'Current': current, 'Voltage': voltage}
    began = time.monotonic()
    daemon.http.post(record)
    while time.monotonic() - began < seconds:
        time.sleep(0.1)
        equal(daemon.http.post(record).status, 200)
    return time.monotonic() - began


def counters(client):
    return {name: client.value(f'/History/{name}') for name in COUNTED}


def test_counted_and_kept(world):
    daemon = world.start(config(world))
    client = world.client()
    daemon.join({**RECORD, 'InstalledCapacity': 0.1})
    seconds = flow(daemon, -3000, 50)
    drawn = 3000 * seconds / 3600
    found = counters(client)
    assert abs(found['TotalAhDrawn'] + drawn) < 0.2, (found, drawn)
    equal(found['DeepestDischarge'], -0.1, 'no more than there is')
    equal((found['MinimumVoltage'], found['MaximumVoltage']), (50, 52.7))
    # A cycle is 0.1 Ah here. What was drawn is shown rounded, so that the last one may not be whole yet.
    tenths = round(-found['TotalAhDrawn'] * 10)
    assert client.value('/History/ChargeCycles') in (tenths - 1, tenths), (found, client.value('/History/ChargeCycles'))
    equal(client.value('/History/TimeSinceLastFullCharge'), None)
    state = daemon.state()['values']['TotalAhDrawn']
    equal((state['value'], state['derived']), (found['TotalAhDrawn'], True))
    equal((client.value('/History/CanBeCleared'), client.value(CLEAR)), (1, 0))

    equal(daemon.stop(), 0)
    assert (world.path('state') / 'virtual.history').exists()
    daemon = world.start(config(world))
    daemon.join()
    after = counters(client)
    assert all(abs(after[name] - found[name]) < 0.2 for name in COUNTED), (found, after)


def test_sent_value_wins(world):
    daemon, client = world.live(config(world))
    flow(daemon, -3000, 50, 0.3)
    equal(daemon.http.post({'TotalAhDrawn': 1234, 'ChargeCycles': 7}).status, 200)
    flow(daemon, -3000, 50, 0.3)
    equal([client.value(f'/History/{name}') for name in ('TotalAhDrawn', 'ChargeCycles')],
          [-1234, 7])


def test_cleared_over_http(world):
    daemon, client = world.live(config(world))
    flow(daemon, -3000, 50, 0.5)
    client.sync(daemon.pid)
    client.take()
    answer = daemon.http.request('POST', '/battery/history/clear')
    equal((answer.status, answer.body), (204, ''))
    client.sync(daemon.pid)
    equal(len(client.take_items()), 1, 'one signal')
    equal([client.value(f'/History/{name}') for name in (
        'TotalAhDrawn', 'DischargedEnergy', 'MinimumVoltage')], [0, 0, None])
    equal(daemon.http.post(None, '/battery/history/clear', headers={'Content-Length': '0'}).status,
          204)
    answer = daemon.http.get('/battery/history/clear')
    equal((answer.status, answer.headers['allow']), (405, 'POST'))
    equal(daemon.http.request('POST', '/battery/none/history/clear').status, 404)


def test_cleared_over_dbus(world):
    daemon, client = world.live(config(world))
    flow(daemon, -3000, 50, 0.5)
    client.sync(daemon.pid)
    client.take()
    equal(client.set_value(CLEAR, GLib.Variant('i', 1)), 0)
    equal((client.value('/History/TotalAhDrawn'), client.value(CLEAR)), (0, 0))
    client.sync(daemon.pid)
    assert any(items.get(CLEAR) == ('i', 0, '0') for items in client.take_items()), 'it is answered'
    equal(client.set_value(CLEAR, GLib.Variant('s', 'yes')), 1)
    equal(client.set_value('/History/CanBeCleared', GLib.Variant('i', 0)), 1)
    equal(client.set_value('/History/TotalAhDrawn', GLib.Variant('d', 5)), 1)


def test_not_counted(world):
    daemon, client = world.live()
    for path in (CLEAR, '/History/CanBeCleared'):
        equal(client.error(BATTERY, path, 'GetValue'), 'org.freedesktop.DBus.Error.UnknownObject')
    answer = daemon.http.request('POST', '/battery/history/clear')
    equal((answer.status, answer.headers['content-type'], answer.body['status']),
          (409, 'application/problem+json', 409))
    assert 'history=false' in answer.body['detail'], answer.body
    equal(client.value('/History/TotalAhDrawn'), None)


def test_not_named_by_records(world):
    daemon, client = world.live(config(world))
    flow(daemon, -3000, 50, 0.3)
    answer = daemon.http.post({CLEAR: 1, '/History/CanBeCleared': 0})
    equal((answer.status, sorted(answer.body['ignored'])),
          (200, ['/History/CanBeCleared', CLEAR]))
    assert client.value('/History/TotalAhDrawn') < 0


def test_foreign_file(world):
    world.path('state').mkdir()
    kept = world.path('state') / 'virtual.history'
    kept.write_text('[history]\nversion=1\nbattery=virtual\n')
    daemon = world.start(config(world))
    client = world.client()
    daemon.join()
    eventually(client.owner, 'it starts all the same')
    assert 'virtual.history is set aside' in daemon.log.read_text()
    assert (world.path('state') / 'virtual.history.bad').exists() and not kept.exists()


def test_folder_that_cannot_be_written(world):
    world.path('state').write_text('a file')
    daemon = world.start(config(world))
    daemon.join()
    flow(daemon, -100, 50, 0.3)
    equal(daemon.stop(), 0)
    assert 'the counters are not kept' in daemon.log.read_text()


def test_disk_that_does_not_answer(world):
    """It ends all the same: the pipe that stands where it saves has no reader."""
    world.path('state').mkdir()
    os.mkfifo(world.path('state') / 'virtual.history.new')
    daemon = world.start(config(world))
    daemon.join()
    flow(daemon, -100, 50, 0.3)
    began = time.monotonic()
    equal(daemon.stop(), 0)
    assert 4 < time.monotonic() - began < 15, time.monotonic() - began
    assert 'the disk does not answer' in daemon.log.read_text()


if __name__ == '__main__':
    harness.main(globals())
