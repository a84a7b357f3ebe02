"""The battery of the daemon in a plant: takes records, gives limits; by the clock of who asks."""
import subprocess

SECOND = 1_000_000


def words(pairs):
    return ' '.join(f'{name}={"null" if value is None else value}' for name, value in pairs.items())


class Core:
    """The real one, by the driver of the model. @limits: key of [limits] → its text; @more: other keys of the
    driver"""

    def __init__(self, driver, limits, **more):
        self.process = subprocess.Popen([driver], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.config = {**more, **{f'limits.{key}': value for key, value in limits.items()}}
        self.state, self.shown = 'waiting', {}
        self.say('new', 0, self.config)

    def say(self, command, now, pairs):
        print(command, round(now * SECOND), words(pairs), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline().partition(' doubted')[0]
        self.state, _, _, *shown = line.split()
        self.shown = {name: float(value) for name, _, value in (pair.partition('=') for pair in shown)}

    def post(self, now, record):
        self.say('post', now, record)

    def tick(self, now):
        self.say('tick', now, {})

    def limit(self, field):
        """None: not valid"""
        return self.shown.get(field)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
