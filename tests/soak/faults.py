"""What happens to a plant during a soak, one thing after the other."""
import pathlib
import signal
import subprocess
import sys
import time

from clients import RECORD, Http
from plant import HASTY, NAMES

RUDE = pathlib.Path(__file__).parents[1] / 'system' / 'rude_clients.py'


def bounce(service):
    service.kill()
    time.sleep(1)
    service.start()


def bounce_settings(plant):
    bounce(plant.settings)


def bounce_system(plant):
    bounce(plant.system)


def bounce_both(plant):
    plant.system.kill()
    bounce(plant.settings)
    plant.system.start()


def be_rude(plant):
    subprocess.run([sys.executable, RUDE, str(plant.daemon.port), '4'], check=True,
                   stdout=subprocess.DEVNULL)


def stop_process(plant):
    plant.daemon.signal(signal.SIGSTOP)
    time.sleep(3)
    plant.daemon.signal(signal.SIGCONT)


def silence(plant):
    """Long enough for the hasty one to leave the bus; another is late."""
    plant.sources.silence(HASTY, 9)
    plant.sources.silence(NAMES[0], 12)


def lose_readers(plant):
    for reader in plant.readers:
        reader.kill()
        reader.wait()


def reload(plant):
    plant.daemon.signal(signal.SIGHUP)


def switch_off(plant):
    Http(plant.daemon.port).delete(f'/battery/{NAMES[1]}')


def send_wrong(plant):
    http = Http(plant.daemon.port).keep()
    for _ in range(100):
        http.post({**RECORD, 'Soc': 200}, f'/battery/{NAMES[2]}/check')
        http.post(b'{"Soc": 1', f'/battery/{NAMES[2]}/check')
    http.kept.close()


FAULTS = (be_rude, bounce_settings, silence, stop_process, lose_readers, bounce_system, switch_off,
          reload, bounce_both, send_wrong)
