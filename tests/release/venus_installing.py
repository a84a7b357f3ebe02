"""Putting it onto the device."""
import subprocess

from venus_device import APP, INSTALLER, LOCK, differences
from venus_world import CONFIG, UNINSTALL, root_of


def test_over_ssh(world):
    device = world.device().boot()
    said = device.install(world.archives.real)
    assert f'dbus-virtual-battery {world.archives.version} is installed' in said, said
    device.live()
    device.reboot()
    device.live()
    assert device.run('cat /run/svrescan')
    assert device.run('cut -d" " -f4 /proc/mounts | head -n 1').startswith('ro,')


def test_from_a_stick(world):
    device = world.device()
    device.insert_stick(world.archives.real)
    device.boot()
    device.live()
    said = (device.stick / 'dbus-virtual-battery-install.txt').read_text()
    assert 'is installed' in said, said
    assert not device.runs('ls -d /data/rc'), 'the hooks are left on /data'
    device.pull_stick()
    device.reboot()
    device.live()


def test_from_a_stick_under_its_own_name(world):
    device = world.device()
    device.insert_stick(world.archives.real, world.archives.real.name)
    device.boot().live()


def test_a_stick_that_is_left_in_changes_nothing(world):
    device = world.device()
    device.insert_stick(world.archives.real)
    device.boot().live()
    before = device.tree()
    device.reboot().live()
    assert not differences(before, device.tree())


def test_the_same_again_does_not_restart_it(world):
    device = world.installed()
    before, daemon = device.tree(), device.daemon()
    device.install(world.archives.real)
    assert device.daemon() == daemon
    assert not differences(before, device.tree())
    device.run(f'rm {APP}/uninstall.sh {APP}/service/run')
    device.install(world.archives.real)
    assert not differences(before, device.tree())
    assert device.daemon() == daemon


def test_the_same_again_mends_what_was_changed(world):
    device = world.installed()
    before = device.run(f'cat {APP}/current/manifest')
    device.run(f'echo >>{APP}/boot.sh; rm {APP}/current/others.sh')
    device.install(world.archives.real)
    assert device.run(f'cat {APP}/current/manifest') == before
    device.run(f'cd {APP}/current && sha256sum -c manifest')
    assert len(device.run(f'ls {APP}/versions').split()) == 1
    device.live()


def test_a_firmware_update(world):
    """The root file system is another one, without anything of ours."""
    device = world.installed()
    device.live()
    device.shut_down()
    subprocess.run(['cp', '-al', root_of('amd64'), device.folder / 'other-root'], check=True)
    device.root = device.folder / 'other-root'
    version = device.root / 'opt/victronenergy/version'
    version.unlink()
    version.write_text('v3.70\n')
    device.boot().live()


def test_the_configuration_is_kept(world):
    device = world.device()
    own = '[battery]\ncustom-name=Shed\n'
    device.write('conf/dbus-virtual-battery.ini', own, 0o600)
    device.boot()
    device.install(world.archives.real)
    device.install(world.archives.later)
    assert device.run(f'cat {CONFIG}') == own
    device.run(UNINSTALL)
    assert device.run(f'cat {CONFIG}') == own


def setup_helper(world):
    """What its documentation promises to a setup script, in place of SetupHelper itself. Returns: a
    device with it and our package"""
    device = world.device()
    device.write('SetupHelper/HelperResources/IncludeHelpers', '''
        scriptAction=$1
        logMessage() { echo "log: $*"; }
        setInstallFailed() { scriptAction=UNINSTALL; logMessage "$2"; failed=$1; }
        endScript() { exit ${failed:-0}; }
        EXIT_ERROR=255
    ''')
    device.boot()
    subprocess.run(['cp', world.archives.setup_helper, device.stick], check=True)
    device.run(f'tar -xzf /media/sda1/{world.archives.setup_helper.name} -C /data')
    return device


def test_with_setup_helper(world):
    device = setup_helper(world)
    assert device.run('cat /data/dbus-virtual-battery/version') == f'v{world.archives.version}\n'
    device.run('/data/dbus-virtual-battery/setup INSTALL')
    device.live()
    device.reboot().live()
    device.run('echo wrong >/data/conf/dbus-virtual-battery.ini')
    said = device.run('/data/dbus-virtual-battery/setup INSTALL', 255)
    assert 'not installed' in said, said
    device.live()
    # Somebody's edit has left a block that nothing ends.
    device.run("cp -p /data/rc.local /tmp; sed -i '/battery: end/d' /data/rc.local")
    said = device.run('/data/dbus-virtual-battery/setup UNINSTALL', 255)
    assert 'remove it by hand' in said, said
    device.live()
    device.run('cp -p /tmp/rc.local /data')
    device.run('/data/dbus-virtual-battery/setup UNINSTALL')
    device.gone()


def test_two_at_once(world):
    """Over SSH, while another one is on its way: one is done, and one is told."""
    device = world.installed()
    device.unpack(world.archives.later)
    # The first waits for the others, however slow the machine is.
    device.run(f'''sh {INSTALLER} >/tmp/first 2>&1 &
        until [ -L {APP}/fallback ]; do sleep 0.1; done
        kill -STOP $!
        sh {APP}/install.sh >/tmp/second 2>&1
        echo $? >>/tmp/second
        sh {UNINSTALL[3:]} >/tmp/third 2>&1
        echo $? >>/tmp/third
        kill -CONT $!
        wait''')
    assert 'is installed' in device.run('cat /tmp/first')
    for other in ('second', 'third'):
        said = device.run(f'cat /tmp/{other}')
        assert 'somebody else' in said and said.endswith('\n1\n'), said
    device.live()
    assert device.version() == world.archives.later_version
    # Who has been killed holds up nobody, once what it had called (a sync, say) has ended too.
    device.unpack(world.archives.real)
    device.run(f'''sh {INSTALLER} &
        until [ -L {APP}/fallback ]; do sleep 0.1; done
        kill -9 $!
        setlock {LOCK} true''')
    device.install(world.archives.real)
    assert device.version() == world.archives.version
    device.live()


def test_killed_before_the_restart(world):
    """The new version is in force, and the one before still runs: the next install restarts it."""
    device = world.installed()
    device.unpack(world.archives.later)
    device.run(f'''mkdir /tmp/bin
        printf '#!/bin/sh\\ntouch /tmp/called\\n' >/tmp/bin/svc
        chmod +x /tmp/bin/svc
        PATH=/tmp/bin:$PATH sh {INSTALLER} >/tmp/first 2>&1 &
        until [ -e /tmp/called ]; do sleep 0.1; done
        kill -9 $!
        setlock {LOCK} true''')
    device.install(world.archives.later)
    assert device.version() == world.archives.later_version
    device.live()


def test_while_somebody_else_is_at_it(world):
    """Whichever way one comes, one is told so."""
    device = setup_helper(world)
    device.install(world.archives.real)
    before, daemon = device.tree(), device.daemon()
    device.run(f'''setlock {LOCK} sleep 100000 >/dev/null 2>&1 &
        while setlock -n {LOCK} true; do sleep 0.1; done''')
    device.unpack(world.archives.later)
    device.run('mkdir /tmp/hooks && tar -xzf /media/sda1/over-ssh.tar.gz -C /tmp/hooks rc')
    for command, status in ((f'sh {INSTALLER}', 1), (f'sh {APP}/install.sh', 1), (UNINSTALL, 1),
                            ('/data/dbus-virtual-battery/setup INSTALL', 255),
                            ('/data/dbus-virtual-battery/setup UNINSTALL', 255),
                            ('sh /tmp/hooks/rc/pre-hook.sh', 0),
                            (f'tar -xzf /media/sda1/over-ssh.tar.gz -C /data {APP[6:]}', 0),
                            ('sh /tmp/hooks/rc/post-hook.sh success', 1)):
        said = device.run(command, status)
        assert not status or 'somebody else' in said, f'{command}: {said}'
    assert device.daemon() == daemon
    assert not differences(before, device.tree())
    device.run('kill $(pidof sleep)')
    device.install(world.archives.later)
    assert device.version() == world.archives.later_version


def test_no_program_for_this_device(world):
    device = world.device().boot()
    before = device.tree()
    said = device.install(world.archives.foreign, 1)
    assert 'no program' in said and 'nothing was changed' in said, said
    device.run(f'rm -r {APP}; rmdir /data/apps')
    assert device.tree() == before


def test_half_an_archive(world):
    device = world.device().boot()
    device.unpack(world.archives.real)
    device.run(f'truncate -s 100000 {APP}/incoming/bin/x86_64/dbus-virtual-battery')
    said = device.run(f'sh {INSTALLER}', 1)
    assert 'not everything was unpacked' in said, said


def test_no_space(world):
    device = world.device(data_size=world.archives.unpacked // 2)
    device.insert_stick(world.archives.real)
    device.boot(services=False)
    said = (device.stick / 'dbus-virtual-battery-install.txt').read_text()
    assert 'not everything was unpacked' in said, said
    assert not device.runs('ls -d /data/apps') and not device.runs('ls /data/rc.local')


def test_modifications_switched_off(world):
    device = world.device()
    device.write('rc.local.disabled', '#!/bin/sh\n')
    device.boot()
    said = device.install(world.archives.real, 1)
    assert 'Modification checks' in said, said
