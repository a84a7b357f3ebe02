"""Taking it off the device."""
from venus_device import APP, SERVICE
from venus_world import CONFIG, UNINSTALL


def test_uninstall_keeps_what_is_the_users(world):
    device = world.device()
    device.write('conf/dbus-virtual-battery.ini', '[battery]\nhistory=true\n')
    device.boot()
    device.install(world.archives.real)
    device.live()
    device.run(UNINSTALL)
    device.gone()
    for kept in (CONFIG, '/data/var/lib/dbus-virtual-battery/virtual.history',
                 '/var/log/dbus-virtual-battery/current'):
        device.run(f'test -s {kept}')
    assert not device.runs('ls /data/rc.local || ls -d /data/apps')


def test_nothing_is_left_of_a_stick(world):
    device = world.device().boot()
    before = device.tree()
    device.shut_down()
    device.insert_stick(world.archives.real)
    device.boot().live()
    assert 'httpbattery_virtual' in device.settings.read_text()
    device.run(f'{UNINSTALL} --purge')
    device.gone()
    assert device.tree() == before
    assert 'httpbattery_virtual' not in device.settings.read_text()


def test_uninstall_takes_no_other_words(world):
    device = world.installed()
    assert 'usage' in device.run(f'{UNINSTALL} --all', 2)
    device.live()


def test_repair(world):
    device = world.installed()
    device.run(f'rm /data/rc.local; svc -dx {SERVICE} {SERVICE}/log; sleep 1; rm {SERVICE}')
    device.run(f'sh {APP}/install.sh')
    device.live()
    device.reboot().live()
