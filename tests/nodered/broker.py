"""Mosquitto, and what publishes to it."""
import contextlib
import json
import pathlib
import shutil
import subprocess

from harness import eventually, free_port

# Debian has it where only root looks for programs.
MOSQUITTO = shutil.which('mosquitto') or '/usr/sbin/mosquitto'


class Broker:
    """A broker of one's own, with its files in @folder."""

    def __init__(self, folder):
        self.port = free_port()
        self.folder = pathlib.Path(folder)
        (self.folder / 'mosquitto.conf').write_text(
            f'listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n')
        self.start()

    def start(self):
        """Starts it (again), at the same port."""
        with open(self.folder / 'mosquitto.log', 'a', encoding='utf-8') as log:
            self.process = subprocess.Popen([MOSQUITTO, '-c', self.folder / 'mosquitto.conf'],
                                            stdout=log, stderr=log)
        eventually(lambda: self.publish('ready', '', check=False).returncode == 0,
                   'the broker listens')

    def publish(self, topic, message, *options, check=True):
        """@message: a text, or what is made JSON"""
        text = message if isinstance(message, str) else json.dumps(message)
        return subprocess.run([*self.publisher(topic), '-m', text, *options],
                              stderr=subprocess.DEVNULL, check=check)

    def publisher(self, topic):
        return ['mosquitto_pub', '-h', '127.0.0.1', '-p', str(self.port), '-t', topic]

    @contextlib.contextmanager
    def each_second(self, topic, message):
        """Publishes @message each second meanwhile."""
        publisher = subprocess.Popen([*self.publisher(topic), '-m', json.dumps(message),
                                      '--repeat', '100000', '--repeat-delay', '1'])
        try:
            yield
        finally:
            publisher.kill()
            publisher.wait()

    def stop(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def broker(world):
    made = Broker(world.new_folder('broker'))
    try:
        yield made
    finally:
        made.stop()
