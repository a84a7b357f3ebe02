"""How supervise runs it."""
import time

from venus_device import SERVICE, eventually
from venus_others import other_daemon
from venus_world import CONFIG


def test_it_is_started_again(world):
    device = world.installed()
    device.live()
    before = device.daemon()
    device.run(f'kill -9 {before}')
    eventually(lambda: device.daemon() not in (None, before), 'another runs')
    device.live()


def test_a_taken_name_does_not_spin(world):
    device = world.installed()
    device.run(f'svc -d {SERVICE}')
    eventually(lambda: not device.daemon(), 'it is down')
    device.run('rm -f /run/dbus-virtual-battery.started')
    other_daemon(device)
    starts = device.daemon_log().count(f'version {world.archives.version}')
    device.run(f'svc -u {SERVICE}')
    eventually(lambda: 'the next try is in 10 s' in device.daemon_log(), 'it waits')
    time.sleep(5)
    assert device.daemon_log().count(f'version {world.archives.version}') == starts + 1
    device.run('kill $(pidof other)')
    device.run(f'svc -t {SERVICE}')
    device.live()


def test_a_wrong_configuration_does_not_spin(world):
    device = world.installed()
    device.run(f'printf "[battery]\\ncolour=blue\\n" >{CONFIG}; svc -t {SERVICE}')
    eventually(lambda: 'the next try is in 10 s' in device.daemon_log(), 'it waits')
    assert 'colour' in device.daemon_log()
    device.run(f'rm {CONFIG}; svc -t {SERVICE}')
    device.live()


def test_the_limits(world):
    device = world.installed()
    limits = device.run(f'cat /proc/{device.daemon()}/limits')
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert soft['Max stack size'] == '1000000', limits
    assert soft['Max data size'] == '50000000', limits
