"""A later version, and what is wrong with it."""
import subprocess

from venus_device import APP, INSTALLER, differences, eventually
from venus_world import CONFIG, UNINSTALL


def test_upgrade(world):
    device = world.installed()
    device.live()
    before = device.daemon()
    device.install(world.archives.later)
    assert device.version() == world.archives.later_version
    assert device.daemon() != before
    device.live()
    assert not device.runs(f'ls -d {APP}/fallback || ls -d {APP}/incoming || ls -d {APP}/new')
    assert len(device.run(f'ls {APP}/versions').split()) == 1
    device.reboot().live()
    assert device.version() == world.archives.later_version


def runs_on(device, world, archive, reason):
    """A failed upgrade leaves the daemon that runs alone."""
    before, daemon = device.tree(), device.daemon()
    said = device.install(archive, 1)
    assert reason in said, said
    assert device.daemon() == daemon
    device.live()
    device.run(f'rm -r {APP}/incoming')
    assert not differences(before, device.tree())
    device.reboot().live()
    assert device.version() == world.archives.version


def test_upgrade_to_what_does_not_run(world):
    runs_on(world.installed(), world, world.archives.foreign, 'no program')


def test_upgrade_to_what_does_not_take_the_configuration(world):
    device = world.installed()
    device.run(f'cp {CONFIG} /tmp/config; printf "[battery]\\ncolour=blue\\n" >{CONFIG}')
    before = device.daemon()
    said = device.install(world.archives.later, 1)
    assert 'colour' in said and 'is wrong for' in said, said
    assert device.daemon() == before
    device.run(f'cp /tmp/config {CONFIG}')
    device.live()
    assert device.version() == world.archives.version


def test_upgrade_without_space(world):
    device = world.installed(data_size=world.archives.unpacked * 3 // 2)
    device.run('dd if=/dev/zero of=/data/filler bs=1k 2>/dev/null', 1)
    subprocess.run(['cp', world.archives.later, device.stick / 'later.tar.gz'], check=True)
    before = device.daemon()
    device.command('tar -xzf /media/sda1/later.tar.gz -C /data apps/dbus-virtual-battery')
    assert device.command(f'sh {INSTALLER}').returncode
    assert device.daemon() == before
    device.run(f'rm -rf /data/filler {APP}/incoming')
    device.live()
    assert device.version() == world.archives.version


def test_upgrade_over_a_session_that_drops(world):
    """It is watched, and gives way to the version before, also when nobody is there any more."""
    device = world.installed()
    before = device.tree()
    device.unpack(world.archives.short_lived)
    device.run(f'''{{
        sh {INSTALLER} &
        until [ -L {APP}/fallback ]; do sleep 0.1; done
        kill -HUP $!
        wait $!
        echo $? >/tmp/status
    }} 2>&1 | true''')
    assert device.run('cat /tmp/status') == '1\n'
    device.live()
    assert device.version() == world.archives.version
    assert not differences(before, device.tree())


def test_upgrade_without_any_space(world):
    """The archive was unpacked, and after it there is no room for a single block."""
    device = world.installed()
    before, daemon = device.tree(), device.daemon()
    device.unpack(world.archives.later)
    device.run('dd if=/dev/zero of=/data/filler bs=1k 2>/dev/null', 1)
    said = device.run(f'sh {INSTALLER}', 1)
    assert 'no room left' in said and 'nothing was changed' in said, said
    assert 'is installed' not in said and 'put back' not in said, said
    assert device.daemon() == daemon
    device.run(f'rm -r /data/filler {APP}/incoming')
    assert not differences(before, device.tree())
    device.reboot().live()
    assert device.version() == world.archives.version


def test_upgrade_to_what_does_not_stay_up(world):
    device = world.installed()
    before = device.tree()
    said = device.install(world.archives.short_lived, 1)
    assert 'out of order' in said and 'put back' in said, said
    device.live()
    assert device.version() == world.archives.version
    assert not differences(before, device.tree())


def test_upgrade_of_the_first_layout(world):
    """All of its files are in one folder. What is there then is what a first installation makes."""
    device, fresh = world.device().boot(), world.device().boot()
    device.install(world.archives.first)
    device.live()
    device.run(f'test -f {APP}/manifest && test -f {APP}/licences/OLD')
    before = device.daemon()
    device.install(world.archives.later)
    assert device.version() == world.archives.later_version
    assert device.daemon() != before
    fresh.install(world.archives.later)
    assert not differences(fresh.tree(), device.tree())
    device.reboot().live()
    assert device.version() == world.archives.later_version
    device.run(f'{UNINSTALL} --purge')
    device.gone()


def test_upgrade_of_the_first_layout_to_what_does_not_stay_up(world):
    device = world.device().boot()
    device.install(world.archives.first)
    said = device.install(world.archives.short_lived, 1)
    assert 'put back' in said, said
    device.live()
    assert device.version() == world.archives.version
    device.run(f'test -f {APP}/current/licences/OLD')
    device.reboot().live()
    assert device.version() == world.archives.version
    # By its own script.
    device.run(UNINSTALL)
    device.gone()
    assert not device.runs('ls -d /data/apps')


def test_upgrade_to_what_does_not_stay_up_from_a_stick(world):
    """The services do not run yet then, and nobody waits before it."""
    device = world.installed()
    before = device.tree()
    device.shut_down()
    device.insert_stick(world.archives.short_lived)
    device.boot()
    text = device.stick / 'dbus-virtual-battery-install.txt'
    eventually(lambda: 'out of order' in text.read_text(), 'the stick says so')
    device.live()
    assert device.version() == world.archives.version
    eventually(lambda: not device.runs(f'ls -d {APP}/fallback'), 'it has settled')
    assert not differences(before, device.tree())


def test_upgrade_from_a_stick(world):
    device = world.installed()
    device.shut_down()
    device.insert_stick(world.archives.later)
    device.boot().live()
    assert device.version() == world.archives.later_version
    eventually(lambda: not device.runs(f'ls -d {APP}/fallback'), 'it has settled')
    assert len(device.run(f'ls {APP}/versions').split()) == 1


def test_upgrade_that_a_power_cut_leaves_on_trial(world):
    """It is judged at the next boot."""
    device = world.installed()
    before = device.tree()
    device.unpack(world.archives.short_lived)
    device.run(f'''sh {INSTALLER} >/dev/null 2>&1 &
        until [ "$(readlink {APP}/current)" = versions/0.3.0 ]; do sleep 0.1; done
        kill -9 $!''')
    device.reboot()
    eventually(lambda: not device.runs(f'ls -d {APP}/fallback'), 'it has settled')
    device.live()
    assert device.version() == world.archives.version
    device.run(f'rm -rf {APP}/incoming')
    assert not differences(before, device.tree())
